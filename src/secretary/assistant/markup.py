"""What nobody may see or smuggle in a text that is shown or told: invisible characters, HTML and its comments.

A state machine on pieces of text, cut anywhere; no I/O. Addresses are the business of `citations`.
"""

import re
from typing import Final

_INVISIBLE: Final = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Of no width, turning the direction, or without a shape: what they hide can be read by models but not by people."""

_COMMENT: Final = re.compile(r"<!--.*?--!?>", re.DOTALL)
_TAG: Final = re.compile(r"<(?P<inside>/?[a-z][^<>]*|[!?|｜][^<>]*)>", re.IGNORECASE)
_TAG_BEGINS: Final = re.compile(r"<(?:[a-z/!?|｜]|$)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*:\S+|[\w.+-]+@[\w.-]+", re.IGNORECASE)
_BREAK: Final = re.compile(r"br\b|/(?:p|div|li|tr|h[1-6])\b", re.IGNORECASE)
_CONTROL: Final = re.compile(r"\[/?INST\]|<</?SYS>>", re.IGNORECASE)
_LONGEST_TAG: Final = 500
_LONGEST_COMMENT: Final = 3_000


class Markup:
    """Feed it a text in pieces; what comes out has no HTML and nothing invisible in it."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be told by now."""
        self._held = _stripped(self._held + text)
        safe = _safe_length(self._held)
        shown, self._held = self._held[:safe], self._held[safe:]
        return shown

    def end(self) -> str:
        """What was held back."""
        shown, self._held = self._held, ""
        return shown


def as_data(text: str) -> str:
    """A text as a model may be given it: without the marks that some models take for the beginning of a role, either;
    most of them look like tags.
    """
    text = _INVISIBLE.sub("", text)
    while (plain := _stripped(_CONTROL.sub("", text))) != text:
        text = plain
    return text


def _stripped(text: str) -> str:
    """Again and again: what is taken out may have kept apart the halves of another."""
    text = _INVISIBLE.sub("", text)
    while "<" in text and (plain := _TAG.sub(_told, _COMMENT.sub("", text))) != text:
        text = plain
    return text


def _told(tag: re.Match[str]) -> str:
    inside = tag["inside"]
    if _ADDRESS.fullmatch(inside):
        return inside
    return "\n" if _BREAK.match(inside) else ""


def _safe_length(held: str) -> int:
    """Up to here nothing can still become a tag or a comment. What never ends is shown as the text that it is."""
    end = held.rfind(">") + 1
    if (comment := held.find("<!--")) >= 0 and len(held) - comment <= _LONGEST_COMMENT:
        end = min(end, comment)
    begin = _TAG_BEGINS.search(held, end)
    if begin is None:
        return len(held)
    longest = _LONGEST_COMMENT if held.startswith("<!--", begin.start()) else _LONGEST_TAG
    return begin.start() if len(held) - begin.start() <= longest else len(held)
