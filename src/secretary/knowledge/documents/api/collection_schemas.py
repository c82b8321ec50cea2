"""The requests and answers of collections over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from secretary.kernel.text import CleanText
from secretary.knowledge.models import KnowledgeCollection


class CollectionIn(BaseModel):
    """A new collection."""

    name: Annotated[CleanText, Field(min_length=1, max_length=200)]
    description: Annotated[CleanText, Field(max_length=2_000)] = ""


class CollectionChangeIn(BaseModel):
    """What is to change; what is left out stays."""

    name: Annotated[CleanText, Field(min_length=1, max_length=200)] | None = None
    description: Annotated[CleanText, Field(max_length=2_000)] | None = None


class CollectionOut(BaseModel):
    """A collection and how much is in it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    description: str
    owner_id: str | None
    is_default: bool
    documents: int = 0
    questions: int = 0
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, row: KnowledgeCollection, size: tuple[int, int]) -> Self:
        made = cls.model_validate(row)
        made.documents, made.questions = size
        return made


class CollectionAnswer(BaseModel):
    """A collection that was made, read or changed."""

    status: str = "ok"
    collection: CollectionOut


class CollectionsOut(BaseModel):
    """A page of collections, the default one first."""

    collections: Sequence[CollectionOut]
    total: int
