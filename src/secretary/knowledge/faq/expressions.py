r"""Regular expressions as people write them, in the dialect of RE2.

RE2's `\w` and `\b` know ASCII letters only, so that `\bдостав\w*` would never be found. Here they know all letters.
A boundary becomes the character beside it, or nothing where the expression names that character itself.
"""

import re
import unicodedata

from secretary.knowledge.faq.linear import compile_pattern

_LETTER = r"\p{L}\p{N}_"
_NOT_LETTER = rf"[^{_LETTER}]"
_SEPARATOR = r"(?:\\[sW]|[ ,;:!-])"
_PIECE = re.compile(
    rf"""
    (?P<before_separator>  \\b (?= {_SEPARATOR} (?![*?{{]) ) )
  | (?P<after_separator>   (?P<separator> {_SEPARATOR} \+?) \\b )
  | (?P<before_anything>   \\b \.\* \?? )
  | (?P<before_something>  \\b \.\+ \?? )
  | (?P<boundary>          \\b )
  | (?P<letter>            \\w )
  | (?P<not_letter>        \\W )
  | (?P<text_end>          \\Z )
  | (?P<group>             \[ \^? \]? (?: \[:\^?\w+:\] | \\. | [^\]\\] )* \] )
  | (?P<other>             \\. | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_REPLACEMENTS = {
    "before_separator": "",
    "before_anything": f"(?:{_NOT_LETTER}.*)?",
    "before_something": f"{_NOT_LETTER}.*",
    "boundary": f"(?:^|$|{_NOT_LETTER})",
    "letter": f"[{_LETTER}]",
    "not_letter": _NOT_LETTER,
    "text_end": r"\z",
}
_SINGLE_CHARACTERS = (*"абвгдежзийклмнопрстуфхцчшщъыьэюяabcdefghijklmnopqrstuvwxyz0123456789 _.,:;!?-+#@№%&()/\n😀中",)


def expression_pattern(expression: str) -> str:
    """`expression` for RE2 over a folded text."""
    composed = unicodedata.normalize("NFC", expression).replace("ё", "е").replace("Ё", "Е")
    return _PIECE.sub(_translated, composed)


def says_too_little(expression: str) -> bool:
    """Is it found in an empty text or in a single character? Then it would answer everything. Raises PatternRefused."""
    finds = compile_pattern(expression_pattern(expression))
    return any(finds(text) for text in ("", *_SINGLE_CHARACTERS))


def _translated(piece: re.Match[str]) -> str:
    kind = piece.lastgroup or "other"
    if kind == "group":
        return piece.group().replace(r"\w", _LETTER)
    if kind == "after_separator":
        return expression_pattern(piece["separator"])
    return _REPLACEMENTS.get(kind, piece.group())
