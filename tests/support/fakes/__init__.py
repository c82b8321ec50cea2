"""Messenger services on loopback, written from the providers' own descriptions; they share one frame.

Each is a server in the test's process and a program of its own: `python -m tests.support.fakes.telegram --port 8081`.
They share no code with the product: they are the other side.
"""
