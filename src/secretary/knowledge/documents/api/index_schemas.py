"""The requests and answers of the index and its trial over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from secretary.kernel.text import CleanText
from secretary.knowledge.documents.api.import_schemas import JobOut
from secretary.knowledge.documents.api.schemas import CollectionIds
from secretary.knowledge.search.ports import Passage

BODY = 500


class ReloadOut(JobOut):
    """The folder is looked through; the counts are of now."""

    sections: int
    files: int


class ReindexOut(JobOut):
    """Vectors are computed anew; `count` sections are there now."""

    count: int
    engine: str


class StatsOut(BaseModel):
    """What the search knows."""

    model_config = ConfigDict(from_attributes=True)

    engine: str
    embedding_engine: str
    embedding_sections: int
    sections_indexed: int
    files_indexed: int
    unique_tokens: int
    avg_doc_length: float
    available: bool


class HealthOut(BaseModel):
    """Whether a passage was found just now that must be found; `lacking` are those without a vector.

    `finds_by_meaning` is null where meanings are not searched.
    """

    model_config = ConfigDict(from_attributes=True)

    is_healthy: bool
    engine: str
    passages: int
    lacking: int
    finds_by_words: bool
    finds_by_meaning: bool | None


class IndexOut(BaseModel):
    """The index, whether it works (null: there is nothing to find), and the names of its first thousand documents."""

    stats: StatsOut
    health: HealthOut | None
    source_files: Sequence[str]


class SearchIn(BaseModel):
    """A question to try; without collections, the default one is searched."""

    query: Annotated[CleanText, Field(max_length=2_000)]
    top_k: int = Field(default=3, ge=1, le=50)
    max_chars: int = Field(default=1_500, ge=1, le=100_000)
    collection_ids: CollectionIds | None = None


class ResultOut(BaseModel):
    """A passage that was found."""

    title: str
    heading: str
    body: str
    source_file: str
    source_url: str
    score: float
    engine: str
    document_id: str
    chunk_id: str

    @classmethod
    def of(cls, passage: Passage, engine: str, most: int) -> Self:
        return cls(
            title=passage.title, heading=passage.heading, body=passage.text[: min(BODY, most)],
            source_file=passage.filename, source_url=passage.source_url, score=passage.score, engine=engine,
            document_id=passage.document_id, chunk_id=passage.chunk_id,
        )  # fmt: skip


class SearchOut(BaseModel):
    """The best passages, and whether the best one would be answered from."""

    results: Sequence[ResultOut]
    query: str
    is_answer: bool
