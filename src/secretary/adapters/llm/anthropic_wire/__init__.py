"""Claude's own wire, `POST /v1/messages`, and all that imitates it."""

from secretary.adapters.llm.anthropic_wire.wire import anthropic_model

__all__ = ["anthropic_model"]
