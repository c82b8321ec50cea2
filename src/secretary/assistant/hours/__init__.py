"""Business hours: when people of the business are there, on its own clock."""
