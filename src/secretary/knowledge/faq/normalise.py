"""A text as the FAQ sees it: without case, punctuation, `ё`, inflection and courtesies. Knows nothing of entries."""

import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from secretary.knowledge.faq.words import COURTESIES, IRREGULAR, LONGEST_COURTESY

MAX_MESSAGE_CHARS = 4096
"""The longest message of Telegram. A longer one is a letter, not a question, and is left to the model."""

_LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
# скидк-а / скидок, звонк-а / звонок, продавц-а / продавец: one stem without the fleeting vowel.
_FLEETING = re.compile(r"(?<=[бвгджзйклмнпрстфхцчшщь])[ое](?=[кц]$)")
_SHORTEST_FLEETING = 5
_INVISIBLE = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x2060, 0x2065), *range(0x300, 0x370)])
_FOLDING = {**_INVISIBLE, ord("ё"): "е"}
_threads = threading.local()


class Word(NamedTuple):
    """A word as it was written (folded), and its stem."""

    raw: str
    stem: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message or a phrasing. `words` are without courtesies at the edges, `all_words` with them."""

    folded: str
    words: tuple[Word, ...]
    all_words: tuple[Word, ...]

    @property
    def key(self) -> str:
        """What two texts share that ask the same."""
        return " ".join(word.stem for word in self.words)

    @property
    def says_something(self) -> bool:
        """Is there a word of two characters? A lone `?`, letter, digit or smile says nothing."""
        return any(len(word.raw) > 1 for word in self.words)


def fold(text: str) -> str:
    """`text` without differences of case, width, stress marks, `ё`, invisible characters and kinds of space."""
    sound = text.encode("utf-8", "ignore").decode()
    composed = "№".join(map(_composed, sound.split("№")))  # NFKC would make a word of this sign: "no"
    return " ".join(composed.translate(_FOLDING).split())


def understand(text: str) -> Utterance:
    """`text` in normal form. Takes any string."""
    folded = fold(text)
    raws = _WORD.findall(without_apostrophes(folded))
    words = tuple(Word(raw, stem(raw)) for raw in raws)
    start, end = question_span(raws)
    return Utterance(folded, words[start:end], words)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def without_apostrophes(folded: str) -> str:
    """`what's` and `whats` are one word."""
    return _APOSTROPHE.sub("", folded)


def question_span(raws: Sequence[str]) -> tuple[int, int]:
    """From where to where the words are the question itself: courtesies around it left out, unless all are such."""
    start, end = 0, len(raws)
    while start < end and (size := _courtesy_at(raws, start, end, from_end=False)):
        start += size
    while start < end and (size := _courtesy_at(raws, start, end, from_end=True)):
        end -= size
    return (start, end) if start < end else (0, len(raws))


def _courtesy_at(raws: Sequence[str], start: int, end: int, *, from_end: bool) -> int:
    """How many words the longest courtesy at that edge has."""
    for size in range(min(LONGEST_COURTESY, end - start), 0, -1):
        edge = raws[end - size : end] if from_end else raws[start : start + size]
        if tuple(edge) in COURTESIES:
            return size
    return 0


def stem(raw: str) -> str:
    """The part that all forms of a folded word share; a number or a very long word stays as it is."""
    return raw if len(raw) > _LONGEST_WORD else _stem(raw)


@lru_cache(maxsize=16_384)
def _stem(raw: str) -> str:
    if raw in IRREGULAR:
        return IRREGULAR[raw]
    if _CYRILLIC.search(raw):
        found = _stemmer("russian").stemWord(raw)
        return _FLEETING.sub("", found) if len(found) >= _SHORTEST_FLEETING else found
    return _stemmer("english").stemWord(raw) if _LATIN.search(raw) else raw


def _stemmer(language: str) -> Stemmer.Stemmer:
    """One a thread: a PyStemmer object is not to be used by two threads."""
    if not hasattr(_threads, language):
        setattr(_threads, language, Stemmer.Stemmer(language, 0))  # 0: `_stem` remembers the results
    stemmer: Stemmer.Stemmer = getattr(_threads, language)
    return stemmer
