"""Whoever judges passages beside a question, over the wire that such services share."""

from secretary.adapters.rerank.wire import Judged, RerankWire, rerank_wire

__all__ = ["Judged", "RerankWire", "rerank_wire"]
