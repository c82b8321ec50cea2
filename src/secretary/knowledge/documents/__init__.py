"""Documents: where they come from, how they are read, their versions, and the collections they belong to."""
