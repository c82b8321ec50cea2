"""The OpenAI chat-completions wire: OpenAI itself and all that imitates it (vLLM, llama.cpp, OpenRouter …)."""

from secretary.adapters.llm.openai_wire.endpoint import Dialect, Endpoint
from secretary.adapters.llm.openai_wire.wire import openai_model

__all__ = ["Dialect", "Endpoint", "openai_model"]
