"""Benchmarks: each compares ours with a reference in one and the same run. `python -m tests.bench [NAME…]`."""
