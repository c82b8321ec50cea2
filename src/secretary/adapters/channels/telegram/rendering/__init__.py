"""How a message looks in Telegram: Markdown in, texts with Telegram's own tags out; no I/O."""
