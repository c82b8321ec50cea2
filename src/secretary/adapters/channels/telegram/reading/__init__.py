"""What updates say: Telegram's shapes in, the channel port's out; no I/O."""
