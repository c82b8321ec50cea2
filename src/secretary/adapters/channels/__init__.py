"""The channels we ship, a folder each."""
