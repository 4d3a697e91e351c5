"""Breaks the running portal on purpose, in processes of its own: `python -m faults`."""
