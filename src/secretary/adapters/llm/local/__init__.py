"""A model on this machine: llama.cpp (through xllamacpp) in a child process, never in the one that answers."""

from secretary.adapters.llm.local.embedder import LocalEmbedder
from secretary.adapters.llm.local.model import LocalModel
from secretary.adapters.llm.local.spec import LocalModelSpec, describe
from secretary.adapters.llm.local.state import LocalModelCode, LocalModelState

__all__ = ["LocalEmbedder", "LocalModel", "LocalModelCode", "LocalModelSpec", "LocalModelState", "describe"]
