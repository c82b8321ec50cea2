"""The providers that people set up: what may be set, where their keys may go, whether they answer."""
