"""GigaChat: nearly OpenAI's wire, behind a login of its own."""

from secretary.adapters.llm.gigachat.model import gigachat_embedder, gigachat_model

__all__ = ["gigachat_embedder", "gigachat_model"]
