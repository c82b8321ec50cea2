"""What goes out to messengers: queued with its cause, sent in order, at the provider's pace, and followed up."""
