"""A passage as it is indexed. Apart from the index, so that who reads the database need not load numpy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed of a passage, and whose it is."""

    chunk_id: str
    document_id: str
    title: str
    heading: str
    text: str
