"""The answers about contradictions over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from secretary.knowledge.contradictions.service import Shown, Side
from secretary.knowledge.contradictions.shapes import State


class SideOut(BaseModel):
    """What one of the documents says: in which passage, in which words, and the value."""

    document_id: str
    title: str
    filename: str
    updated: datetime
    chunk_id: str
    text: str
    value: str

    @classmethod
    def of(cls, side: Side) -> Self:
        return cls(
            document_id=side.document.id, title=side.document.title, filename=side.document.filename,
            updated=side.document.updated, chunk_id=side.chunk_id, text=side.text, value=side.value,
        )  # fmt: skip


class ContradictionOut(BaseModel):
    """Two documents that say different things of the same. Answers go by the newer one."""

    id: str
    state: State
    created: datetime
    newer: SideOut
    older: SideOut

    @classmethod
    def of(cls, shown: Shown) -> Self:
        return cls(
            id=shown.id, state=shown.state, created=shown.created, newer=SideOut.of(shown.newer),
            older=SideOut.of(shown.older),
        )  # fmt: skip


class ContradictionsOut(BaseModel):
    """A page of contradictions, the latest first."""

    contradictions: Sequence[ContradictionOut]
    total: int


class OneContradictionOut(BaseModel):
    """A contradiction that somebody has judged."""

    status: str = "ok"
    contradiction: ContradictionOut
