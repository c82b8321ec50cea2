"""Whether a passage holds a quote, whatever became of white space and Markdown on the way. It knows no ranks."""

import html
import re
import unicodedata
from functools import lru_cache

_RULES = re.compile(r"^[ \t|:]*-[ \t|:-]*$", re.MULTILINE)
"""Rows like `|---|:--|` and lines like `---`."""
_LINE_STARTS = re.compile(r"^[ \t]*(?:#{1,6}|>|[-+*•])[ \t]+", re.MULTILINE)
_LINKS = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_BREAKS = re.compile(r"<br\s*/?>", re.IGNORECASE)
_MARKS = re.compile(r"[*_`~\\]+|[\u00ad\u200b\u200c\u200d\ufeff]")
_SPACE = re.compile(r"\s+")
_NEXT_CELL = r"(?!\w).{0,80}?(?<!\w)"
"""What may stand between two cells of a quoted row: an ingester may put the name of the column before each."""
_NO_NUMBER_CUT = r"(?:(?<!\d)|(?!\d))"
"""Not between two digits: 260 is not held by 2600."""


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """`text` without Markdown's marks, every run of white space and of table bars one space."""
    return _SPACE.sub(" ", _unmarked(text).replace("|", " ")).strip()


def holds(passage: str, quote: str) -> bool:
    """Does `passage` hold `quote`? Of a quoted row, all cells in their order and near each other."""
    return _pattern(quote).search(plain(passage)) is not None


@lru_cache(maxsize=8192)
def _pattern(quote: str) -> re.Pattern[str]:
    cells = (_SPACE.sub(" ", cell).strip() for cell in _unmarked(quote).split("|"))
    row = _NEXT_CELL.join(re.escape(cell) for cell in cells if cell)
    return re.compile(f"{_NO_NUMBER_CUT}{row}{_NO_NUMBER_CUT}")


def _unmarked(text: str) -> str:
    text = unicodedata.normalize("NFKC", html.unescape(text))
    text = _LINE_STARTS.sub("", _RULES.sub(" ", _BREAKS.sub(" ", text)))
    return _MARKS.sub("", _LINKS.sub(r"\1", text))
