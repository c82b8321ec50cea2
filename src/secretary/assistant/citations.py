"""What a model's words go through before a customer sees them: numbers of sources become the customer's; links and
pictures that nobody allowed are dropped, and so is HTML. A state machine on pieces of text, cut anywhere; no I/O.

A document may carry a link or a picture that a model repeats (data leaves by a picture's address as soon as it is
shown, by a link's as soon as a messenger looks at it for a preview), so only hosts that the owner himself uses are let
through.
"""

import re
from collections.abc import Set as AbstractSet
from typing import Final
from urllib.parse import urlsplit

from secretary.assistant.markup import Markup

_LONGEST_HELD: Final = 3_000
_LONGEST_TEXT: Final = 300
_TLD: Final = r"(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59}|рф|рус|москва|онлайн|сайт|дети|орг|ком)"
_DOMAIN: Final = rf"(?:[\w-]{{1,63}}\.){{1,8}}{_TLD}"
_NO_FILE: Final = r"(?![\w.-]*\.(?:pdf|docx?|xlsx?|pptx?|csv|txt|md|zip|gz|png|jpe?g|html?)\b)"
_BARE: Final = re.compile(
    r"(?:https?:(?=\S)"
    r"|(?<!\w)(?:ftps?|wss?|file|javascript|vbscript|blob|view-source|intent|tg|viber|whatsapp|sms):(?=\S)"
    r"|(?<!\w)data:(?=[^\s,]{0,100},)"
    r"|(?<![\w:/])[/\\]{2}(?=[\w\[])"
    rf"|(?<![\w@.-])(?:www\d?\.(?=\w)|{_DOMAIN}\.?(?::\d{{1,5}})?[/?#\\](?=\S)"
    rf"|{_NO_FILE}(?:[\w-]{{2,63}}\.){{2,8}}{_TLD}(?![\w.-])))"
    r"[^\s<>\"\[\]()]*",
    re.IGNORECASE,
)
_LINK: Final = re.compile(
    r"(?P<picture>!)?\[(?P<text>[^\[\]\n]{0,300})\]"
    r"(?:\([ \t]*(?P<link>[^\s()]{0,2000}(?:\([^\s()]{0,200}\)[^\s()]{0,2000}){0,9})"
    r"(?:[ \t]+(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'))?[ \t]*\))?",
)
_NUMBERS: Final = re.compile(r"\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*")
_CITED: Final = re.compile(rf"\[(?P<numbers>{_NUMBERS.pattern})\](?!\()")
_DIRECT: Final = re.compile(r"tel:\+?[\d.-]{3,25}|mailto:[\w.+-]{1,64}@[\w.-]{1,200}", re.IGNORECASE)
_AFTER_ADDRESS: Final = ".,;:!?'*_~`»”…"
_BESIDE_HOST: Final = re.compile(r"[\\@%\x00-\x20]")
_OWN_LINK: Final = re.compile(rf"https?://[^\s<>\"'\[\]()]+|(?<![\w@.-]){_DOMAIN}", re.IGNORECASE)


class Citations:
    """Feed it what a model says about numbered passages. `cited` are the passages, in the order of their first use.

    In the text they are numbered in that order, from 1.
    """

    def __init__(self, passages: int, allowed_hosts: AbstractSet[str] = frozenset()) -> None:
        self._passages = passages
        self._allowed = {host.removeprefix("www.") for host in allowed_hosts}
        self._markup = Markup()
        self._held = ""
        self.cited: list[int] = []

    def feed(self, text: str) -> str:
        """What may be shown by now: whole words only, for half an address cannot be judged."""
        self._held += self._markup.feed(text)
        safe = _safe_length(self._held)
        shown, self._held = self._held[:safe], self._held[safe:]
        return self._shown(shown)

    def end(self) -> str:
        """What was held back."""
        shown, self._held = self._held + self._markup.end(), ""
        return self._shown(shown)

    def _shown(self, text: str) -> str:
        """Links first, again and again: what is taken out may have kept apart the halves of another."""
        while (plain := _BARE.sub(self._bare, _LINK.sub(self._link, text))) != text:
            text = plain
        return _CITED.sub(self._numbers, text)

    def _link(self, match: re.Match[str]) -> str:
        if match["picture"] and match["link"] is not None:
            return ""
        if match["link"] is None or self._is_allowed(match["link"]):
            return match[0]
        return match["text"]

    def _bare(self, match: re.Match[str]) -> str:
        return match[0] if self._is_allowed(match[0].rstrip(_AFTER_ADDRESS)) else ""

    def _numbers(self, match: re.Match[str]) -> str:
        known = [int(number) for number in re.findall(r"\d+", match["numbers"]) if 1 <= int(number) <= self._passages]
        for number in known:
            if number not in self.cited:
                self.cited.append(number)
        return "".join(f"[{self.cited.index(number) + 1}]" for number in dict.fromkeys(known))

    def _is_allowed(self, link: str) -> bool:
        """A telephone number, a mailbox, or a page of a host that the owner uses."""
        if _DIRECT.fullmatch(link):
            return True
        address = link if re.match(r"[a-z]+:", link, re.IGNORECASE) else f"https://{link.lstrip('/')}"
        return _host(address).removeprefix("www.") in self._allowed


def hosts_in(*texts: str) -> frozenset[str]:
    """The hosts of all addresses in texts that the owner wrote, with or without https:// before them."""
    found = (_host(link if "://" in link else f"https://{link}") for text in texts for link in _OWN_LINK.findall(text))
    return frozenset(host for host in found if host)


def _host(link: str) -> str:
    """The host of a page's address; empty where programs would not agree on it."""
    try:
        parsed = urlsplit(link.rstrip(_AFTER_ADDRESS))
    except ValueError:
        return ""
    if parsed.scheme not in {"http", "https"} or _BESIDE_HOST.search(parsed.netloc) or "\\" in link:
        return ""
    return (parsed.hostname or "").rstrip(".")


def _safe_length(held: str) -> int:
    """Up to the last blank that is in no bracket: before it nothing can still become a link, an address or a number."""
    if len(held) > _LONGEST_HELD:
        return len(held)
    safe = depth = opened = at = 0
    while at < len(held):
        letter = held[at]
        if letter == "\n" or (depth and at - opened > _LONGEST_TEXT + 2):
            depth = 0
        if letter == "[":
            opened, depth = opened if depth else at, depth + 1
        elif letter == "]" and depth:
            depth -= 1
            if not depth and held.startswith("(", at + 1):
                at = _end_of_link(held, at + 1)
                continue
        elif not depth and letter.isspace():
            safe = at + 1
        at += 1
    return safe


def _end_of_link(held: str, at: int) -> int:
    """Behind the bracket that closes the one at `at`, or behind everything where none does on its line."""
    depth = 0
    for place in range(at, len(held)):
        if held[place] == "\n":
            return place
        depth += (held[place] == "(") - (held[place] == ")")
        if not depth:
            return place + 1
    return len(held)
