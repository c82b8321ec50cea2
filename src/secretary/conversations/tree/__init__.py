"""The tree of a conversation: its visible branch, siblings, switching, cutting."""
