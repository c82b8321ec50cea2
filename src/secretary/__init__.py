"""AI Secretary: a self-hosted secretary that answers customers wherever they write."""

__version__ = "0.1.0"
