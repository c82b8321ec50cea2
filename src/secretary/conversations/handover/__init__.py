"""Handing a conversation to a person and back: the state, and the lease that silences everything automatic."""
