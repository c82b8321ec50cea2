"""Passages as rows of full text: our own terms, so that PostgreSQL adds no second morphology. No I/O."""

from collections.abc import Mapping, Sequence

from secretary.knowledge.search.entry import Entry
from secretary.knowledge.search.postgresql.queries.filling import Prepared
from secretary.knowledge.search.segment import MOST, MOST_TERMS, counted

_POSITIONS = ["", *(",".join(map(str, range(1, count + 1))) for count in range(1, MOST + 1))]


def prepared(entries: Sequence[Entry], collection_id: str) -> Sequence[Prepared]:
    """The rows of these passages in a collection. Takes a millisecond each."""
    return [_prepared(entry, collection_id) for entry in entries]


def _prepared(entry: Entry, collection_id: str) -> Prepared:
    found = counted(entry)
    length = min(sum(found.values()), MOST_TERMS)
    return Prepared(entry.chunk_id, entry.document_id, length, f"{tag(collection_id)} {_written(found)}")


def _written(found: Mapping[str, int]) -> str:
    """As many positions as a term counts: where it stands is of no use to us."""
    return " ".join(f"{quoted(term)}:{_POSITIONS[min(count, MOST)]}" for term, count in found.items())


def tag(collection_id: str) -> str:
    """The lexeme by which a passage is found to be of a collection; no term begins so."""
    return quoted(f"@{collection_id}")


def quoted(term: str) -> str:
    """As a lexeme in a tsvector or a tsquery."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"
