"""The owner's messenger: a person of the staff is told there of what needs him, and answers from there."""
