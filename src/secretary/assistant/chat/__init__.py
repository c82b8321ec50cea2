"""Conversations as staff work with them: the panel's chat, and the chat of scripts."""
