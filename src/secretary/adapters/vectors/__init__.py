"""Embedding models behind `knowledge.search.ports.Vectors`: those that packages carry, and any provider's."""

from secretary.adapters.vectors.packaged import PackagedVectors
from secretary.adapters.vectors.provider import ProviderVectors

__all__ = ["PackagedVectors", "ProviderVectors"]
