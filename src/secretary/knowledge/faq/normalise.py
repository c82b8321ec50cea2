"""A text as the FAQ sees it: words in normal form, courtesies left out. Knows nothing of entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from secretary.kernel.inflection import fold, stem, words_of
from secretary.knowledge.faq.words import COURTESIES, LONGEST_COURTESY

MAX_MESSAGE_CHARS = 4096
"""The longest message of Telegram. A longer one is a letter, not a question, and is left to the model."""


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


def understand(text: str) -> Utterance:
    """`text` in normal form. Takes any string."""
    folded = fold(text)
    raws = words_of(folded)
    words = tuple(Word(raw, stem(raw)) for raw in raws)
    start, end = question_span(raws)
    return Utterance(folded, words[start:end], words)


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
