"""Pages of the board, a module per subject."""
