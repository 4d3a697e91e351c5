"""A Monday morning on which everybody follows the link of the digest (docs/benchmarks.md)."""
