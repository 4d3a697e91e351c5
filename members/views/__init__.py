"""Pages of members/, a module per subject."""
