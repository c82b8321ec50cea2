"""Trying a changed document before it goes live: a copy of what is searched, with the change in it."""
