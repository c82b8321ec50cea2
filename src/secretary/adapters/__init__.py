"""Implementations of the ports, one folder each: translation only, no settings, no database."""
