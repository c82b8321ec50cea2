"""The inbox: the conversations of customers by who has them, and how many there are of each."""
