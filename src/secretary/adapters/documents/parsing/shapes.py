"""What a parser gives back, and the one way in which it fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field


class Unreadable(Exception):
    """The document cannot be read; `code` is one of `knowledge.documents.faults`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as Markdown. The last four are of web pages only."""

    markdown: str
    title: str = ""
    links: Sequence[str] = field(default_factory=tuple)
    canonical: str = ""
    is_listed: bool = True
    """False where the page asks search engines to leave it out."""
