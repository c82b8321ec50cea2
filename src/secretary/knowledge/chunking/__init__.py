"""Cutting a document into passages that each say something whole. Knows Markdown; no database, no models."""

from secretary.knowledge.chunking.packing import LIMIT, Piece, chunks_of

__all__ = ["LIMIT", "Piece", "chunks_of"]
