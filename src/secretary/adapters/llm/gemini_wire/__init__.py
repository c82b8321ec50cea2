"""Gemini's own wire: `streamGenerateContent` for answers, `batchEmbedContents` for vectors."""

from secretary.adapters.llm.gemini_wire.embedder import gemini_embedder
from secretary.adapters.llm.gemini_wire.wire import gemini_model

__all__ = ["gemini_embedder", "gemini_model"]
