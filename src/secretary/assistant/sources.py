"""Where an answer comes from, as a customer sees it."""

from collections.abc import Set as AbstractSet
from urllib.parse import quote

from secretary.assistant.citations import Citations
from secretary.assistant.tables import as_lines
from secretary.conversations.ports import Source
from secretary.knowledge.search.ports import Passage

QUOTE_LENGTH = 600
_WORDS_OF_A_FRAGMENT = 8


def source_of(passage: Passage, allowed_hosts: AbstractSet[str] = frozenset()) -> Source:
    """The passage's title, its own words, and, where it is on a public page, an address that opens it there."""
    return Source(
        title=_title(passage, allowed_hosts),
        url=_address(passage),
        quote=quoted(passage.text, allowed_hosts)[:QUOTE_LENGTH],
    )


def quoted(text: str, allowed_hosts: AbstractSet[str]) -> str:
    """What a document says, as it may be shown: its tables as lines, nothing hidden, no link that nobody allowed."""
    tidy = Citations(0, allowed_hosts)
    return tidy.feed(as_lines(text.strip())) + tidy.end()


def _title(passage: Passage, allowed_hosts: AbstractSet[str]) -> str:
    parts = (" ".join(quoted(part, allowed_hosts).split()) for part in (passage.title, passage.heading))
    return " › ".join(part for part in parts if part)


def _address(passage: Passage) -> str:
    """The page, at the passage's first words (WICG "URL Fragment Text Directives")."""
    if not passage.source_url:
        return ""
    line = next(
        (line for line in passage.text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "|"))), ""
    )
    words = " ".join(line.strip(" -*>").split()[:_WORDS_OF_A_FRAGMENT])
    return f"{passage.source_url.partition('#')[0]}#:~:text={quote(words, safe='')}" if words else passage.source_url
