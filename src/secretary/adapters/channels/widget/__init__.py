"""The website widget: its script, and the four public endpoints that it calls."""
