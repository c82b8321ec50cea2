"""What documents need from outside: somebody who reads files, somebody who fetches pages, and the index they feed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from secretary.knowledge.search.ports import Found


@dataclass(frozen=True, slots=True)
class Read:
    """A document as Markdown. `title` is empty where it has none; the last three are of web pages only."""

    markdown: str
    title: str = ""
    links: Sequence[str] = field(default_factory=tuple)
    canonical: str = ""
    is_listed: bool = True


class Reader(Protocol):
    """Turns files into Markdown, within limits of time and memory, away from this process."""

    async def read(self, source: Path | bytes, name: str, charset: str = "") -> Read:
        """What is in the file; its `name` says what kind it is meant to be. Raises Unread, OSError for no file."""
        ...

    async def read_sitemap(self, data: bytes) -> Read:
        """The addresses of a sitemap as links; its title is `index` where they are sitemaps. Raises Unread."""
        ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a server knows whether a page has changed: its headers `ETag` and `Last-Modified`, word for word."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered. `url` is where it came from after redirects; `kind` its media type.

    `is_unchanged`: there is no body, because nothing has changed since the `Stamp` that was sent.
    """

    url: str
    kind: str
    charset: str
    body: bytes
    stamp: Stamp = field(default_factory=Stamp)
    is_unchanged: bool = False


class Web(Protocol):
    """Fetches what a user's address leads to, through the guard."""

    async def fetch(self, url: str, limit_bytes: int, known: Stamp | None = None) -> Fetched:
        """What is there; nothing but that it is the same where it is still `known`.

        Raises Unread: not_allowed, not_reachable, not_there, refused, site_failed, too_large.
        """
        ...


class Robots(Protocol):
    """What a site asks of programs."""

    sitemaps: Sequence[str]
    delay_s: float

    def allows(self, url: str) -> bool: ...


RobotsOf = Callable[[str], Robots]
"""From the text of a robots.txt."""


@dataclass(frozen=True, slots=True)
class IndexNumbers:
    """What the search knows, for a panel."""

    engine: str = ""
    embedding_engine: str = ""
    embedding_sections: int = 0
    sections_indexed: int = 0
    files_indexed: int = 0
    unique_tokens: int = 0
    avg_doc_length: float = 0.0
    available: bool = False


class Index(Protocol):
    """The search, as far as documents need it."""

    async def numbers(self) -> IndexNumbers:
        """As it is now."""
        ...

    async def reindex(self, report: Callable[[int, int], Awaitable[None]]) -> int:
        """Compute all vectors anew; `report` hears how many of how many are done. How many there are. Repeatable."""
        ...


class NoSearch:
    """Where no search is joined: nothing is ever found."""

    async def find(
        self, question: str, collections: Sequence[str] | None, limit: int = 5, history: Sequence[str] = ()
    ) -> Found:
        """Nothing."""
        del question, collections, limit, history
        return Found((), is_answer=False, engine="")


class NoIndex:
    """Where no search is joined."""

    async def numbers(self) -> IndexNumbers:
        return IndexNumbers()

    async def reindex(self, report: Callable[[int, int], Awaitable[None]]) -> int:
        await report(0, 0)
        return 0
