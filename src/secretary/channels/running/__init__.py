"""Instances at work: who holds which, their connections, their state and what happened to them."""
