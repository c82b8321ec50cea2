"""What imports work with: `app` fills it, tests replace parts of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from secretary.knowledge.documents.ports import Index, NoIndex, NoSearch, Reader, RobotsOf, Web
from secretary.knowledge.documents.uploads import UploadShelf
from secretary.knowledge.search.ports import Search


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """How far a site is walked. `pause_s` lies between two pages, longer where the site asks for it."""

    pages: int = 500
    depth: int = 8
    page_bytes: int = 20_000_000
    bytes: int = 300_000_000
    total_s: float = 3600.0
    pause_s: float = 0.5
    longest_pause_s: float = 10.0
    failures: int = 20


@dataclass(frozen=True, slots=True)
class Tools:
    """`wiki` is the watched folder, `crawls` where walks through sites keep how far they are."""

    reader: Reader
    web: Web
    robots: RobotsOf
    uploads: UploadShelf
    wiki: Path
    crawls: Path
    index: Index = field(default_factory=NoIndex)
    search: Search = field(default_factory=NoSearch)
    site: SiteLimits = field(default_factory=SiteLimits)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
