"""Benchmarks: each prints a table beside a peer or the bare engine, measured in the same run."""
