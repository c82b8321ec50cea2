"""How a walk through a site begins: what its robots.txt asks, and which pages its own list names."""

from typing import Final

from secretary.knowledge.documents import faults
from secretary.knowledge.documents.faults import Unread
from secretary.knowledge.documents.frontier import Frontier, joined
from secretary.knowledge.documents.ports import Read, Robots
from secretary.knowledge.documents.tools import Tools

_ROBOTS_BYTES: Final = 500_000
_SITEMAP_BYTES: Final = 52_428_800
_SITEMAPS: Final = 20


async def robots_of(tools: Tools, url: str, *, may_wait: bool) -> Robots:
    """What the site asks of programs. Raises Upstream where it cannot say so just now and may be asked later, Unread
    where it may not.
    """
    try:
        fetched = await tools.web.fetch(joined(url, "/robots.txt"), _ROBOTS_BYTES)
    except Unread as unread:
        if unread.may_pass and may_wait:
            raise faults.later(unread) from unread
        if unread.may_pass or unread.code == "not_allowed":
            raise
        return tools.robots("")
    return tools.robots(fetched.body.decode(errors="replace"))


async def first_addresses(tools: Tools, front: Frontier, url: str, robots: Robots) -> None:
    """Have the first page fetched, and those of the site's own list, where it has one."""
    front.add(url, 0)
    waiting = list(robots.sitemaps[:_SITEMAPS]) or [joined(url, "/sitemap.xml")]
    asked = 0
    while waiting and asked < _SITEMAPS:
        asked += 1
        found = await _sitemap(tools, front, waiting.pop(0))
        if found.title == "index":
            waiting += found.links
            continue
        for link in found.links:
            front.add(link, 1)
    front.is_cut = front.is_cut or bool(waiting)
    front.is_listed = len(front.waiting) > 1


async def _sitemap(tools: Tools, front: Frontier, url: str) -> Read:
    try:
        if not front.is_here(url):
            return Read("")
        fetched = await tools.web.fetch(url, _SITEMAP_BYTES)
        return await tools.reader.read_sitemap(fetched.body)
    except Unread as unread:
        front.is_cut = front.is_cut or unread.may_pass
        return Read("")
