"""Walking through a site: its own list of pages first, else its links; politely, and never for ever."""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from secretary.kernel.errors import NotFound
from secretary.kernel.jobs import ClaimedJob, LeaseLost, complete, get_job, note_progress
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents import faults, queries, storing
from secretary.knowledge.documents.faults import Unread
from secretary.knowledge.documents.frontier import Frontier, bare_host, joined
from secretary.knowledge.documents.names import name_of_address, title_of
from secretary.knowledge.documents.passages import Text, prepare
from secretary.knowledge.documents.ports import Fetched, Read, Robots
from secretary.knowledge.documents.reading import name_for
from secretary.knowledge.documents.tools import Tools
from secretary.knowledge.models import Document, SourceType

_ROBOTS_BYTES: Final = 500_000
_SITEMAP_BYTES: Final = 52_428_800
_SITEMAPS: Final = 20


@dataclass(frozen=True, slots=True)
class _Order:
    url: str
    pages: int
    owner_id: str | None
    collection_ids: Sequence[str]


class Walk:
    """One attempt at one site."""

    def __init__(self, units: UnitFactory, tools: Tools, job: ClaimedJob) -> None:
        self._units, self._tools, self._job = units, tools, job
        self._order = _order(job, tools.site.pages)
        self._kept = tools.crawls / f"{job.id}.json"
        self._began = time.monotonic()

    async def run(self) -> None:
        """Walk on from where it was. Raises Unread (no_pages, robots) where nothing came of it, Upstream for a site
        that is away at the moment, and LeaseLost where somebody stopped it: what was read stays.
        """
        front = await asyncio.to_thread(Frontier.load, self._kept, bare_host(self._order.url))
        try:
            robots = await self._robots()
            if not front.seen:
                await self._first(front, robots)
            await self._all(front, robots)
        except LeaseLost:
            await self._forget_if_stopped()
            raise
        if not front.stored + front.unchanged:
            self._kept.unlink(missing_ok=True)
            raise Unread("no_pages" if robots.allows(self._order.url) else "robots")
        async with self._units.write() as unit:
            await note_progress(unit, self._job, front.progress(front.done, ""))
            await complete(unit, self._job)
        self._kept.unlink(missing_ok=True)

    async def _all(self, front: Frontier, robots: Robots) -> None:
        limits = self._tools.site
        pause_s = min(max(limits.pause_s, robots.delay_s), limits.longest_pause_s)
        spent_s = front.elapsed_s
        while front.waiting and self._may_go_on(front):
            url, distance = front.waiting[0]
            async with self._units.write() as unit:
                await note_progress(unit, self._job, front.progress(self._order.pages, url))
            if robots.allows(url):
                await self._page(front, url, distance)
                await self._tools.sleep(pause_s)
            else:
                front.skipped += 1
            front.waiting.popleft()
            front.elapsed_s = spent_s + time.monotonic() - self._began
            await asyncio.to_thread(front.save, self._kept)

    def _may_go_on(self, front: Frontier) -> bool:
        limits = self._tools.site
        return (
            front.done < self._order.pages
            and front.bytes < limits.bytes
            and front.elapsed_s < limits.total_s
            and front.failures < limits.failures
        )

    async def _robots(self) -> Robots:
        """What the site asks of programs; one that cannot say so just now is asked later."""
        try:
            fetched = await self._tools.web.fetch(joined(self._order.url, "/robots.txt"), _ROBOTS_BYTES)
        except Unread as unread:
            if unread.may_pass and self._job.attempt < self._job.max_attempts:
                raise faults.later(unread) from unread
            if unread.may_pass or unread.code == "not_allowed":
                raise
            return self._tools.robots("")
        return self._tools.robots(fetched.body.decode(errors="replace"))

    async def _first(self, front: Frontier, robots: Robots) -> None:
        front.add(self._order.url, 0)
        waiting = list(robots.sitemaps[:_SITEMAPS]) or [joined(self._order.url, "/sitemap.xml")]
        asked = 0
        while waiting and asked < _SITEMAPS:
            asked += 1
            found = await self._sitemap(front, waiting.pop(0))
            if found.title == "index":
                waiting += found.links
                continue
            for link in found.links:
                front.add(link, 1)
        front.is_listed = len(front.waiting) > 1

    async def _sitemap(self, front: Frontier, url: str) -> Read:
        try:
            if not front.is_here(url):
                return Read("")
            fetched = await self._tools.web.fetch(url, _SITEMAP_BYTES)
            return await self._tools.reader.read_sitemap(fetched.body)
        except Unread:
            return Read("")

    async def _page(self, front: Frontier, url: str, distance: int) -> None:
        front.done += 1
        try:
            fetched = await self._fetch(front, url)
            found = await self._tools.reader.read(fetched.body, name_for(fetched), fetched.charset)
        except Unread as unread:
            front.failures = front.failures + 1 if unread.may_pass else 0
            front.skipped += 1
            return
        front.failures = 0
        if not front.is_listed and distance < self._tools.site.depth:
            for link in found.links:
                front.add(joined(fetched.url, link), distance + 1)
        await self._store(front, url, distance, fetched, found)

    async def _fetch(self, front: Frontier, url: str) -> Fetched:
        fetched = await self._tools.web.fetch(url, self._tools.site.page_bytes)
        front.bytes += len(fetched.body)
        if not front.is_here(fetched.url):  # a redirect that leaves the site
            raise Unread("not_allowed")
        return fetched

    async def _store(self, front: Frontier, url: str, distance: int, fetched: Fetched, found: Read) -> None:
        front.seen.add(fetched.url)
        real = joined(fetched.url, found.canonical) if found.canonical else url
        if real not in {url, fetched.url} and front.is_here(real):
            front.add(real, distance)  # the page says that it is another one
            if real in front.seen:
                front.skipped += 1
                return
        if not found.is_listed or not found.markdown.strip():
            front.skipped += 1
            return
        title = found.title or title_of(name_of_address(url))
        digest = hashlib.sha256(fetched.body).hexdigest()
        text = await prepare(title, found.markdown, source_hash=digest, size_bytes=len(fetched.body))
        match await self._put(url, text):
            case None:
                front.skipped += 1
            case True:
                front.stored += 1
            case False:
                front.unchanged += 1

    async def _put(self, url: str, text: Text) -> bool | None:
        """Store a page: is it new or different? None for one that says what another does."""
        order, name = self._order, name_of_address(url)
        async with self._units.write() as unit:
            made = storing.new_document(unit, name, SourceType.URL, order.owner_id, title=text.title, url=url)
            found = await queries.by_name(unit.db, order.owner_id, name)
            if await queries.has_twin(unit.db, found or made, text.content_hash, _prefix(url)):
                return None
            document: Document = found or made
            if found is None:
                if not await queries.store(unit.db, made):
                    return None
                await queries.set_collections(unit.db, made.id, order.collection_ids)
            return await storing.store_text(unit, document, text, order.owner_id)

    async def _forget_if_stopped(self) -> None:
        try:
            async with self._units.read() as unit:
                await get_job(unit, self._job.id)
        except NotFound:
            self._kept.unlink(missing_ok=True)


def tidy(crawls: Path, open_jobs: set[str]) -> None:
    """Delete what walks have kept that nobody goes on with."""
    for path in crawls.glob("*.json"):
        if path.stem not in open_jobs:
            path.unlink(missing_ok=True)


def _prefix(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/"


def _order(job: ClaimedJob, most: int) -> _Order:
    pages, chosen, owner = job.payload.get("pages"), job.payload.get("collections"), job.payload.get("owner")
    return _Order(
        str(job.payload["url"]),
        min(pages, most) if isinstance(pages, int) else most,
        owner if isinstance(owner, str) else None,
        [str(one) for one in chosen] if isinstance(chosen, list) else [],
    )
