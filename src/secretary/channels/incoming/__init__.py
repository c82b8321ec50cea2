"""What comes to messengers: stored as it came, put in order, and made messages of."""
