"""What a model's words go through before a customer sees them: numbers of sources become the customer's, links and
pictures that nobody allowed are dropped. A state machine on pieces of text, cut anywhere; no I/O.

A document may carry a link or a picture that a model repeats (data leaves by a picture's address as soon as it is
shown), so only hosts that the owner himself uses are let through.
"""

import re
from collections.abc import Set as AbstractSet
from typing import Final
from urllib.parse import urlsplit

_LONGEST_HELD: Final = 3_000
_BARE: Final = re.compile(r"(?:https?|ftp)://[^\s<>!\"'\[\]()]{1,2000}", re.IGNORECASE)
_CONSTRUCT: Final = re.compile(
    r"(?P<picture>!)?\[(?P<text>[^\[\]\n]{0,300})\](?:\((?P<link>[^()\s]{0,2000})(?:\s+\"[^\"\n]{0,200}\")?\))?"
    rf"|(?P<bare>{_BARE.pattern})",
    re.IGNORECASE,
)
_NUMBERS: Final = re.compile(r"\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*")
_HALF_LINK: Final = re.compile(
    r"(?:h|ht|htt|https?|https?:|https?:/|f|ft|ftp|ftp:|ftp:/|(?:https?|ftp)://[^\s<>!\"'\[\]()]*)$", re.IGNORECASE
)
_AFTER_BRACKET: Final = re.compile(r"\[[^\[\]\n]{0,300}\](?:$|\([^()\n]{0,2300}$)")
_IN_BRACKET: Final = re.compile(r"\[[^\[\]\n]{0,300}$")
_DIRECT: Final = re.compile(r"tel:\+?[\d.-]{3,25}|mailto:[\w.+-]{1,64}@[\w.-]{1,200}", re.IGNORECASE)
_UNFINISHED: Final = (_HALF_LINK, _AFTER_BRACKET, _IN_BRACKET)


class Citations:
    """Feed it what a model says about numbered passages. `cited` are the passages, in the order of their first use.

    In the text they are numbered in that order, from 1.
    """

    def __init__(self, passages: int, allowed_hosts: AbstractSet[str] = frozenset()) -> None:
        self._passages = passages
        self._allowed = allowed_hosts
        self._held = ""
        self.cited: list[int] = []

    def feed(self, text: str) -> str:
        """What may be shown by now."""
        self._held += text
        safe = self._safe_length()
        shown, self._held = self._held[:safe], self._held[safe:]
        return _CONSTRUCT.sub(self._shown, shown)

    def end(self) -> str:
        """What was held back."""
        shown, self._held = self._held, ""
        return _CONSTRUCT.sub(self._shown, shown)

    def _safe_length(self) -> int:
        """Up to here nothing can still become a link or a number."""
        held = self._held
        starts = [
            match.start() for pattern in (_HALF_LINK, _AFTER_BRACKET, _IN_BRACKET) if (match := pattern.search(held))
        ]
        start = min(starts, default=len(held))
        if held[:start].endswith("!"):
            start -= 1
        return len(held) if len(held) - start > _LONGEST_HELD else start

    def _shown(self, match: re.Match[str]) -> str:
        if match["bare"]:
            return self._bare(match)
        if match["picture"]:
            return ""
        if _NUMBERS.fullmatch(match["text"]) and match["link"] is None:
            return self._numbers(match["text"])
        text = _BARE.sub(self._bare, match["text"])
        if match["link"] is None:
            return f"[{text}]"
        return f"[{text}]({match['link']})" if self._is_allowed(match["link"]) else text

    def _bare(self, match: re.Match[str]) -> str:
        return match[0] if self._is_allowed(match[0]) else ""

    def _numbers(self, text: str) -> str:
        known = [int(number) for number in re.findall(r"\d+", text) if 1 <= int(number) <= self._passages]
        for number in known:
            if number not in self.cited:
                self.cited.append(number)
        return "".join(f"[{self.cited.index(number) + 1}]" for number in dict.fromkeys(known))

    def _is_allowed(self, link: str) -> bool:
        """A link within the page itself, or to a host that the owner uses."""
        try:
            parsed = urlsplit(link)
        except ValueError:
            return False
        if _DIRECT.fullmatch(link):
            return True
        return parsed.scheme in {"http", "https"} and (parsed.hostname or "") in self._allowed


def hosts_in(*texts: str) -> frozenset[str]:
    """The hosts of all links in texts that the owner wrote."""
    found = (_host(link) for text in texts for link in re.findall(r"https?://[^\s<>!\"'\[\]()]+", text))
    return frozenset(host for host in found if host)


def _host(link: str) -> str:
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""
