"""The first steps of an owner: which of them are done, as the data shows it, and whether he wants to see them."""
