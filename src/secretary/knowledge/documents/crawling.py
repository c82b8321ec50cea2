"""Walking through a site: its own list of pages first, else its links; politely, and never for ever."""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from secretary.kernel.errors import NotFound
from secretary.kernel.jobs import ClaimedJob, LeaseLost, complete, get_job, note_progress
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents import entrance, queries, sites, storing, vanishing
from secretary.knowledge.documents.faults import Unread
from secretary.knowledge.documents.frontier import Frontier, bare_host, joined, prefix_of
from secretary.knowledge.documents.names import name_of_address, title_of
from secretary.knowledge.documents.passages import Text, prepare
from secretary.knowledge.documents.ports import Fetched, Read, Robots, Stamp
from secretary.knowledge.documents.reading import name_for
from secretary.knowledge.documents.sites import Site, remembered
from secretary.knowledge.documents.tools import Tools
from secretary.knowledge.models import Document, DocumentState, SourceType

_LEADS_NOWHERE: Final = frozenset(
    {"not_there", "not_allowed", "wrong_type", "wrong_extension", "old_office", "encrypted", "no_text"}
)
"""Faults of pages that lead to no others: after any other nobody knows what the site has."""


@dataclass(frozen=True, slots=True)
class _Order:
    url: str
    pages: int
    owner_id: str | None
    collection_ids: Sequence[str] | None


class Walk:
    """One attempt at one site."""

    def __init__(self, units: UnitFactory, tools: Tools, job: ClaimedJob) -> None:
        self._units, self._tools, self._job = units, tools, job
        self._order = _order(job)
        self._site = Site()
        self._kept = tools.crawls / f"{job.id}.json"
        self._began = time.monotonic()

    @property
    def _may_wait(self) -> bool:
        return self._job.attempt < self._job.max_attempts

    async def run(self) -> None:
        """Walk on from where it was. Raises Unread (no_pages, robots) where nothing came of it, Upstream for a site
        that is away at the moment, and LeaseLost where somebody stopped it: what was read stays.
        """
        front = await asyncio.to_thread(Frontier.load, self._kept, bare_host(self._order.url))
        await self._recall()
        try:
            robots = await entrance.robots_of(self._tools, self._order.url, may_wait=self._may_wait)
            if not front.seen:
                await entrance.first_addresses(self._tools, front, self._order.url, robots)
            await self._all(front, robots)
        except LeaseLost:
            await self._forget_if_stopped()
            raise
        if not front.stored + front.unchanged:
            self._kept.unlink(missing_ok=True)
            raise Unread("no_pages" if robots.allows(self._order.url) else "robots")
        await self._end(front)
        self._kept.unlink(missing_ok=True)

    async def _recall(self) -> None:
        """What is known of the site; how many pages and which collections, where the job does not say."""
        order = self._order
        async with self._units.read() as unit:
            self._site = await sites.find(unit, order.owner_id, order.url)
        pages = min(order.pages or self._site.most_pages, self._tools.site.pages)
        chosen = self._site.collections if order.collection_ids is None else order.collection_ids
        self._order = replace(order, pages=pages, collection_ids=chosen)

    async def _end(self, front: Frontier) -> None:
        """Clear away what the site has no more, and remember what it has."""
        gone = await vanishing.clear(self._units, self._site, front)
        pages = vanishing.pages_after(self._site, front, gone)
        async with self._units.write() as unit:
            report: dict[str, JsonValue] = {
                **front.progress(front.done, ""), **gone.report(), "is_whole": front.is_whole,
            }  # fmt: skip
            site = await sites.find(unit, self._site.owner_id, self._site.url)  # its schedule may be another one now
            site.remember(pages)
            site.walked, site.report = unit.now(), report
            await sites.keep(unit, site)
            await note_progress(unit, self._job, report)
            await complete(unit, self._job)

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

    async def _page(self, front: Frontier, url: str, distance: int) -> None:
        front.done += 1
        try:
            fetched = await self._fetch(front, url)
            if fetched.is_unchanged:
                await self._unchanged(front, url, distance)
                return
            found = await self._tools.reader.read(fetched.body, name_for(fetched), fetched.charset)
        except Unread as unread:
            front.failures = front.failures + 1 if unread.may_pass else 0
            front.skipped += 1
            front.is_cut = front.is_cut or unread.code not in _LEADS_NOWHERE
            if unread.code == "not_there":
                front.gone.append(url)
            return
        front.failures = 0
        links = [joined(fetched.url, link) for link in found.links]
        self._follow(front, links, distance)
        if await self._store(front, url, distance, fetched, found):
            front.pages[url] = remembered(fetched.stamp, () if front.is_listed else front.here(links))

    def _follow(self, front: Frontier, links: Sequence[str], distance: int) -> None:
        if front.is_listed:
            return
        if distance >= self._tools.site.depth:
            front.is_cut = front.is_cut or front.leads_on(links)
            return
        for link in links:
            front.add(link, distance + 1)

    async def _unchanged(self, front: Frontier, url: str, distance: int) -> None:
        """The server says that the page is as it was: so are its text and its links."""
        front.failures, front.unchanged = 0, front.unchanged + 1
        page, links = self._site.pages[url], self._site.links_of(url)
        self._follow(front, links, distance)
        front.pages[url] = [page.etag, page.modified, *links]
        async with self._units.write() as unit:
            document = await queries.page(unit.db, self._order.owner_id, url, lock=True)
            if document is not None:
                storing.set_state(unit, document, DocumentState.READY)

    async def _fetch(self, front: Frontier, url: str) -> Fetched:
        fetched = await self._tools.web.fetch(url, self._tools.site.page_bytes, await self._stamp(url))
        front.bytes += len(fetched.body)
        if not front.is_here(fetched.url):  # a redirect that leaves the site
            raise Unread("not_allowed")
        return fetched

    async def _stamp(self, url: str) -> Stamp | None:
        """What the server knows the page by, where the document is as it was made of it."""
        stamp = self._site.stamp_of(url)
        if stamp is None:
            return None
        async with self._units.read() as unit:
            document = await queries.page(unit.db, self._order.owner_id, url)
        is_ours = document is not None and document.state is DocumentState.READY and document.source_hash
        return stamp if is_ours else None

    async def _store(self, front: Frontier, url: str, distance: int, fetched: Fetched, found: Read) -> bool:
        """Is there a document of this page now?"""
        front.seen.add(fetched.url)
        real = joined(fetched.url, found.canonical) if found.canonical else url
        if real not in {url, fetched.url} and front.is_here(real):
            front.add(real, distance)  # the page says that it is another one
            if real in front.seen:
                front.skipped += 1
                return False
        if not found.is_listed or not found.markdown.strip():
            front.skipped += 1
            return False
        title = found.title or title_of(name_of_address(url))
        digest = hashlib.sha256(fetched.body).hexdigest()
        text = await prepare(title, found.markdown, source_hash=digest, size_bytes=len(fetched.body))
        is_new = await self._put(url, text)
        if is_new is None:
            front.skipped += 1
        elif is_new:
            front.stored += 1
        else:
            front.unchanged += 1
        return is_new is not None

    async def _put(self, url: str, text: Text) -> bool | None:
        """Store a page: is it new or different? None for one that says what another does."""
        order, name = self._order, name_of_address(url)
        async with self._units.write() as unit:
            made = storing.new_document(unit, name, SourceType.URL, order.owner_id, title=text.title, url=url)
            found = await queries.by_name(unit.db, order.owner_id, name)
            if await queries.has_twin(unit.db, found or made, text.content_hash, prefix_of(url)):
                return None
            document: Document = found or made
            if found is None:
                if not await queries.store(unit.db, made):
                    return None
                await queries.set_collections(unit.db, made.id, order.collection_ids or ())
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


def _order(job: ClaimedJob) -> _Order:
    """What a job asks for. One of a schedule says only which site."""
    pages, chosen, owner = job.payload.get("pages"), job.payload.get("collections"), job.payload.get("owner")
    return _Order(
        str(job.payload["url"]),
        pages if isinstance(pages, int) else 0,
        owner if isinstance(owner, str) else None,
        [str(one) for one in chosen] if isinstance(chosen, list) else None,
    )
