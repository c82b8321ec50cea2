"""Web push: a phone or a browser hears that a message waits for a person, even while the panel is closed."""
