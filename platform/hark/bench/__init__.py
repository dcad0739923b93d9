"""Benchmarks: each figure beside a yardstick taken in the same run, since machines are noisy."""

from hark.bench.main import main

__all__ = ["main"]
