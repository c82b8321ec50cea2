"""What the secretary knows: collections and the FAQ in them. It does not decide when an answer is given."""
