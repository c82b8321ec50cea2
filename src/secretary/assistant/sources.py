"""Where an answer comes from, as a customer sees it."""

from urllib.parse import quote

from secretary.conversations.ports import Source
from secretary.knowledge.search.ports import Passage

QUOTE_LENGTH = 600
_WORDS_OF_A_FRAGMENT = 8


def source_of(passage: Passage) -> Source:
    """The passage's title, its own words, and, where it is on a public page, an address that opens it there."""
    title = " › ".join(part for part in (passage.title, passage.heading) if part)
    return Source(title=title, url=_address(passage), quote=passage.text[:QUOTE_LENGTH])


def _address(passage: Passage) -> str:
    """The page, at the passage's first words (WICG "URL Fragment Text Directives")."""
    if not passage.source_url:
        return ""
    line = next(
        (line for line in passage.text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "|"))), ""
    )
    words = " ".join(line.strip(" -*>").split()[:_WORDS_OF_A_FRAGMENT])
    return f"{passage.source_url.partition('#')[0]}#:~:text={quote(words, safe='')}" if words else passage.source_url
