"""Scripted counterparts that tests and benchmarks share."""
