"""Private notes on conversations."""
