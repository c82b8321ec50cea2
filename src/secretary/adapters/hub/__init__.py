"""Hubs where models are published."""

from secretary.adapters.hub.huggingface import HuggingFace

__all__ = ["HuggingFace"]
