"""The heart: assistants, and the turn in which one of them answers a message."""
