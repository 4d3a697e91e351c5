"""What the secretariat, members and visitors type."""
