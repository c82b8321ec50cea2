"""The HTTP toolkit: dispatch, middleware, dependencies, problems, event streams. Knows no domain."""
