"""Language models: the port every backend implements, and the choice among backends."""
