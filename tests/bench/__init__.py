"""The benchmarks behind docs/benchmarks.md: `python -m tests.bench [NAME …]`. Each figure is taken beside its peer or limit."""
