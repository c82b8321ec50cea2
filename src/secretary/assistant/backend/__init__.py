"""The default assistant as the first system's endpoints saw it: one backend, one prompt, one persona for everything."""
