"""The peer: plain BM25 over sections, words lower-cased and otherwise as written. It is measured, never used."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence

from secretary.knowledge.evaluation.shapes import Document, Passage, Retrieved, Turn

K1 = 1.5
B = 0.75

Cut = Callable[[Document], Sequence[str]]
"""The passages of a document. The same cut for product and peer leaves only the search to differ."""

_WORDS = re.compile(r"\w+")
_HEADINGS = re.compile(r"^(?=#{1,6}[ \t])", re.MULTILINE)


def words_of(text: str) -> list[str]:
    """Runs of letters and digits, lower-cased: no stems, no stop words, `ё` stays `ё`."""
    return _WORDS.findall(text.lower())


def sections_of(document: Document) -> list[str]:
    """A Markdown or plain text, cut before each heading. What is no UTF-8 is replaced."""
    text = document.content.decode(errors="replace").replace("\r\n", "\n")
    return [section.strip() for section in _HEADINGS.split(text) if section.strip()]


class PlainBm25:
    """A retriever that never looks at the history and refuses only when no word of the question is anywhere.

    Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with
    idf = ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative.
    """

    def __init__(self, cut: Cut = sections_of) -> None:
        self._cut = cut
        self._passages: list[tuple[str, str]] = []
        self._counts: list[Counter[str]] = []
        self._idf: dict[str, float] = {}
        self._mean_length = 0.0

    async def build(self, documents: Sequence[Document]) -> None:
        self._passages = [(document.file, text) for document in documents for text in self._cut(document)]
        self._counts = [Counter(words_of(text)) for _, text in self._passages]
        total = len(self._counts)
        seen_in = Counter(word for counts in self._counts for word in counts)
        self._idf = {word: math.log(1 + (total - n + 0.5) / (n + 0.5)) for word, n in seen_in.items()}
        self._mean_length = sum(counts.total() for counts in self._counts) / max(total, 1)

    async def retrieve(self, question: str, history: Sequence[Turn], limit: int) -> Retrieved:  # noqa: ARG002  the port's
        words = words_of(question)
        scored = [
            Passage(file, text, self._score(words, counts))
            for (file, text), counts in zip(self._passages, self._counts, strict=True)
        ]
        found = sorted((one for one in scored if one.score > 0), key=lambda one: -one.score)
        return Retrieved(found[:limit], is_refused=not found)

    def _score(self, words: Sequence[str], counts: Counter[str]) -> float:
        norm = K1 * (1 - B + B * counts.total() / self._mean_length) if self._mean_length else 0.0
        return sum(
            self._idf[word] * counts[word] * (K1 + 1) / (counts[word] + norm) for word in words if counts[word]
        )  # fmt: skip
