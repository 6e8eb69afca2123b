"""The figures the product promises, each measured beside its limit: `python -m bench [NAME …]` (docs/benchmarks.md)."""
