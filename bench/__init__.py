"""Benchmarks: each prints numbers, their limits and the ratio of both. CPU time and ratios count; wall times do not."""
