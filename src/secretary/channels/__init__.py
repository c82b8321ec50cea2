"""Channels: their instances, and the desk at which an adapter hands in messages and takes answers."""
