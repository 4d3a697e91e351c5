"""What the pages are made of: `make audit`."""
