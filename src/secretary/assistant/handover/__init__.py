"""Handing a conversation over to a person: by which rules, what is said, and what follows when nobody comes."""
