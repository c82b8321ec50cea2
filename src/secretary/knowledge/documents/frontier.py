"""How far a walk through a site is: what is still to be fetched, what was. Kept in a file, so that a worker that dies
goes on; without the file a walk begins anew, and finds what it has read unchanged.
"""

import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

_WAITING: Final = 5_000
_SEGMENTS: Final = 12
_URL_LENGTH: Final = 1_500
_TRACKING: Final = ("utm_", "yclid", "gclid", "fbclid", "_openstat", "ysclid", "phpsessid", "sessionid", "sid")
_NO_TEXT: Final = (
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".ico", ".css", ".js", ".json", ".xml", ".mp3", ".mp4", ".avi",
    ".mov", ".webm", ".zip", ".rar", ".7z", ".gz", ".exe", ".dmg", ".apk", ".woff", ".woff2", ".ttf", ".doc", ".xls",
)  # fmt: skip


@dataclass(slots=True)
class Frontier:
    """`waiting` are addresses with their distance from the first one, `seen` all that ever waited."""

    host: str
    waiting: deque[tuple[str, int]] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    done: int = 0
    stored: int = 0
    unchanged: int = 0
    skipped: int = 0
    bytes: int = 0
    elapsed_s: float = 0.0
    failures: int = 0
    is_listed: bool = False
    """The site's own list was taken: links are not followed."""
    is_cut: bool = False
    """Something was not seen: a page that failed, links that lie too deep or are too many."""
    gone: list[str] = field(default_factory=list)
    """What the site says it has no more."""
    pages: dict[str, list[str]] = field(default_factory=dict)
    """What documents were made of, with what the server knows each by: etag, date, links."""

    def add(self, url: str, distance: int) -> None:
        """Have an address fetched, once, where it belongs to the site and may hold text."""
        plain = plain_address(url)
        if not plain or plain in self.seen or not self.is_here(plain):
            return
        if len(self.waiting) >= _WAITING:
            self.is_cut = True
            return
        self.seen.add(plain)
        self.waiting.append((plain, distance))

    def is_here(self, url: str) -> bool:
        return bare_host(url) == self.host

    def leads_on(self, links: Iterable[str]) -> bool:
        """Is there an address of the site among these that never waited?"""
        return any(one not in self.seen for one in self.here(links))

    def here(self, links: Iterable[str]) -> Sequence[str]:
        """Those that belong to the site, each once, in their one spelling."""
        plain = dict.fromkeys(plain_address(link) for link in links)
        return [one for one in plain if one and self.is_here(one)]

    @property
    def is_whole(self) -> bool:
        """Has everything been seen that the site leads to?"""
        return not self.waiting and not self.is_cut

    def progress(self, most: int, current: str) -> dict[str, int | str]:
        """For the panel. What waits is only a guess of what will be read."""
        total = min(self.done + len(self.waiting), most)
        return {
            "done": self.done, "total": max(total, self.done), "unit": "pages", "current": current,
            "stored": self.stored, "unchanged": self.unchanged, "skipped": self.skipped,
        }  # fmt: skip

    @classmethod
    def load(cls, path: Path, host: str) -> Self:
        """As it was kept; empty where it was not."""
        try:
            kept = json.loads(path.read_bytes())
            waiting = deque((str(url), int(distance)) for url, distance in kept.pop("waiting"))
            return cls(**{**kept, "waiting": waiting, "seen": set(kept["seen"])})
        except (OSError, ValueError, KeyError, TypeError):
            return cls(host)

    def save(self, path: Path) -> None:
        """Keep it; whoever reads it meanwhile finds the old one or the new one whole."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(".part")
        part.write_text(json.dumps({**kept, "waiting": list(self.waiting), "seen": sorted(self.seen)}))
        part.replace(path)


def bare_host(url: str) -> str:
    """Host and port; `www.` is the same site."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def prefix_of(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/"


def joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def plain_address(url: str) -> str:
    """One spelling of an address, without what only tells visitors apart. Empty for what is no page."""
    try:
        parts = urlsplit(url)
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(pair[0])]
    except ValueError:
        return ""
    path = parts.path or "/"
    is_page = parts.scheme in {"http", "https"} and not path.lower().endswith(_NO_TEXT)
    if not is_page or path.count("/") > _SEGMENTS or len(url) > _URL_LENGTH or _repeats(path):
        return ""
    return parts._replace(netloc=parts.netloc.lower(), path=path, query=urlencode(query), fragment="").geturl()


def _is_tracking(name: str) -> bool:
    return name.lower().startswith(_TRACKING)


def _repeats(path: str) -> bool:
    """A link that is relative by mistake leads ever deeper: /shop/shop/shop."""
    names = [name for name in path.split("/") if name]
    return any(names.count(name) > 2 for name in set(names))  # noqa: PLR2004 - twice may be meant
