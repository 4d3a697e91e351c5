"""Measures the running portal: `python -m bench`."""
