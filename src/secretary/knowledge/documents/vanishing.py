"""Pages that a site has no more: their documents are marked, then deleted, and never because a walk was cut short."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents import queries, storing
from secretary.knowledge.documents.frontier import Frontier
from secretary.knowledge.documents.sites import Site
from secretary.knowledge.models import DocumentState

VANISHED = "vanished"
_FEW = 3
_SHOWN = 20


@dataclass(slots=True)
class Vanished:
    """What became of pages that are gone: addresses."""

    marked: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def report(self) -> dict[str, JsonValue]:
        """For the panel."""
        shown: list[JsonValue] = [*self.removed[:_SHOWN]]
        return {"missing": len(self.marked), "removed": len(self.removed), "removed_pages": shown}


async def clear(units: UnitFactory, site: Site, front: Frontier) -> Vanished:
    """Mark and delete what is gone from `site`, as it was remembered, after a walk that is over. Repeatable.

    A page that the server says is gone goes at the second walk that hears so; one that nothing leads to any more, at
    once, but only after a walk that saw everything, and not where most of the site would go: that may be a mistake of
    the site's, and takes a second walk, too. What somebody has written over stays.
    """
    found = Vanished()
    gone = [url for url in site.pages if url in front.gone]
    left = [url for url in site.pages if url not in front.seen] if front.is_whole else []
    is_landslide = len(left) > max(_FEW, len(site.pages) // 2)
    for url in gone:
        await _clear_one(units, site, url, found, at_once=False)
    for url in left:
        await _clear_one(units, site, url, found, at_once=not is_landslide)
    return found


async def _clear_one(units: UnitFactory, site: Site, url: str, found: Vanished, *, at_once: bool) -> None:
    async with units.write() as unit:
        document = await queries.page(unit.db, site.owner_id, url, lock=True)
        if document is None or not document.source_hash:
            return
        if at_once or document.fault == VANISHED:
            await storing.remove(unit, document)
            found.removed.append(url)
        elif document.state is DocumentState.READY:
            storing.set_state(unit, document, DocumentState.READY, VANISHED)
            await unit.db.flush()
            found.marked.append(url)


def pages_after(site: Site, front: Frontier, vanished: Vanished) -> dict[str, Sequence[str]]:
    """The pages to remember: those of this walk, and those of before that it says nothing of."""
    before = {url: (page.etag, page.modified, *site.links_of(url)) for url, page in site.pages.items()}
    kept = {url: page for url, page in before.items() if url not in vanished.removed}
    return {**kept, **{url: tuple(page) for url, page in front.pages.items()}}
