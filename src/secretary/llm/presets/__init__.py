"""Presets: the personas that may speak, their prompts, and how these came to be what they are."""
