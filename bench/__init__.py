"""Benchmarks: ours beside the bare stack, in one run."""
