"""What the night shift must be able to do, tried on a portal of its own (docs/operations.md)."""
