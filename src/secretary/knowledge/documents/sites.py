"""What is remembered of a site between two walks: its pages with what tells whether they changed, and when to go again.

Kept with the settings of the installation, a row a site. What is lost of it costs a walk that reads everything anew.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, Literal

from pydantic import BaseModel, Field, JsonValue

from secretary.accounts.reach import owner_filter
from secretary.kernel.config import read_config, write_config
from secretary.kernel.errors import NotFound
from secretary.kernel.jobs import (
    Daily,
    NewSchedule,
    ScheduleChange,
    Weekly,
    change_schedule,
    ensure_schedules,
    list_schedules,
)
from secretary.kernel.unit import Unit
from secretary.knowledge.documents import queries
from secretary.knowledge.documents.collections import service as collections
from secretary.knowledge.documents.names import name_of_address
from secretary.knowledge.documents.ports import Stamp

Every = Literal["none", "daily", "weekly"]
PREFIX: Final = "site:"
MOST_LINKS: Final = 200
"""Of a page that is remembered: one with more is read anew each time."""


class KnownPage(BaseModel):
    """A page as it was: what the server said to know it by, and where it led (places in `Site.addresses`)."""

    etag: str = ""
    modified: str = ""
    links: list[int] = Field(default_factory=list)


class Site(BaseModel):
    """A site that was walked. `report` is what the last walk came to."""

    url: str = ""
    owner_id: str | None = None
    collections: list[str] = Field(default_factory=list)
    most_pages: int = 500
    every: Every = "none"
    walked: datetime | None = None
    report: dict[str, JsonValue] = Field(default_factory=dict)
    addresses: list[str] = Field(default_factory=list)
    pages: dict[str, KnownPage] = Field(default_factory=dict)

    def stamp_of(self, url: str) -> Stamp | None:
        """What to ask the server by whether a page has changed; None where it must be read."""
        page = self.pages.get(url)
        return Stamp(page.etag, page.modified) if page and (page.etag or page.modified) else None

    def links_of(self, url: str) -> Sequence[str]:
        """Where a page led when it was read."""
        return [self.addresses[place] for place in self.pages[url].links] if url in self.pages else ()

    def remember(self, pages: Mapping[str, Sequence[str]]) -> None:
        """Let these be its pages: etag, date, then links of each."""
        places: dict[str, int] = {}
        self.pages = {
            url: KnownPage(etag=etag, modified=modified, links=[places.setdefault(link, len(places)) for link in links])
            for url, (etag, modified, *links) in pages.items()
        }
        self.addresses = list(places)


@dataclass(frozen=True, slots=True)
class ListedSite:
    """A site, and when it is walked next."""

    site: Site
    next_walk: datetime | None


def remembered(stamp: Stamp, links: Sequence[str]) -> list[str]:
    """What to know a page by the next time; nothing where it leads to more than is remembered."""
    if len(links) > MOST_LINKS:
        return ["", ""]
    return [stamp.etag, stamp.modified, *(links if stamp.etag or stamp.modified else ())]


def key_of(owner_id: str | None, url: str) -> str:
    """By what a site of an owner is remembered; its schedule has the same key."""
    named = f"{owner_id or ''}:{name_of_address(url)}"
    return f"{PREFIX}{hashlib.sha256(named.encode()).hexdigest()[:32]}"


async def find(unit: Unit, owner_id: str | None, url: str) -> Site:
    """What is remembered; nothing but its address where it is new."""
    found = await read_config(unit, key_of(owner_id, url), Site)
    found.url, found.owner_id = url, owner_id
    return found


async def keep(unit: Unit, site: Site) -> None:
    """Remember it like this."""
    await write_config(unit, key_of(site.owner_id, site.url), site)


async def listed(unit: Unit) -> Sequence[ListedSite]:
    """The sites of the actor, for an admin all, by address."""
    owner_id = owner_filter(unit.actor, "knowledge", "edit")
    due = {one.key: one.next_run for one in await list_schedules(unit) if one.enabled}
    rows = [Site.model_validate(value) for value in await queries.configured(unit.db, PREFIX)]
    mine = [row for row in rows if owner_id is None or row.owner_id == owner_id]
    return [ListedSite(one, due.get(key_of(one.owner_id, one.url))) for one in sorted(mine, key=lambda one: one.url)]


async def repeat(unit: Unit, kind: str, url: str, every: Every) -> Site:
    """Have a site that was walked before walked again from time to time, or no more. Raises NotFound."""
    owner_id = collections.owner_of(unit)
    if not (await read_config(unit, key_of(owner_id, url), Site)).url:
        raise NotFound("no_such_site", en="This site was never imported.", ru="Этот сайт ещё не загружали.")
    site = await find(unit, owner_id, url)
    site.every = every
    await keep(unit, site)
    await _schedule(unit, kind, site)
    return site


async def _schedule(unit: Unit, kind: str, site: Site) -> None:
    """At night (Moscow's), each site at a minute of its own."""
    key = key_of(site.owner_id, site.url)
    number = int(key.removeprefix(PREFIX)[:8], 16)
    at = time(0, number % 60)
    rule = Weekly(on=frozenset({"sun"}), at=at) if site.every == "weekly" else Daily(at=at)
    if site.every != "none":
        payload: dict[str, JsonValue] = {"url": site.url, "owner": site.owner_id}
        await ensure_schedules(unit, [NewSchedule(key, kind, rule, payload=payload)])
    elif all(one.key != key for one in await list_schedules(unit)):
        return
    await change_schedule(unit, key, ScheduleChange(rule=rule, enabled=site.every != "none"))
