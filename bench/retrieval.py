"""Finding passages at size: CPU of a question, memory a passage, speed of indexing. Without the question's embedding.

The index in this process, then PostgreSQL itself (`bench/retrieval_postgresql.py`; by its name it asks 100,000, too).

The passages are drawn from a vocabulary as skewed as a language's, with Russian endings; the vectors by chance, which
is the hardest case for the sieve of signs: nothing in them is alike.
"""

import random
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from statistics import quantiles

import numpy as np

from bench.report import Row
from secretary.knowledge.chunking import chunks_of
from secretary.knowledge.search.asking import understand
from secretary.knowledge.search.entry import Entry
from secretary.knowledge.search.index import Index, Scale
from secretary.knowledge.search.scoring import WITH_MEANING, judged, ranked, signs

SIZES = {10_000: (10.0, 3.0), 100_000: (50.0, 20.0)}
"""Passages, and the limit and the goal for the 95th percentile in milliseconds."""
DIMENSIONS = 896
QUESTIONS = 200
WORDS_A_PASSAGE = 110
BYTES_A_PASSAGE = 1_000.0
PAGES, PAGES_S, EDIT_S = 1_000, 30.0, 1.0
_ENDINGS = ("", "а", "у", "ом", "е", "ы", "ов", "ами", "ный", "ная", "ного", "ить", "ит", "ла")
_CANDIDATES = 50
_SCALE = Scale(0.0, 0.04)


class Language:
    """Words that are drawn as often as words of a language are."""

    def __init__(self, luck: random.Random, roots: int = 15_000) -> None:
        letters = "бвгджзклмнпрстфхчшаеиоуыя"
        self._luck = luck
        self._roots = ["".join(luck.choices(letters, k=luck.randint(3, 8))) for _ in range(roots)]
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(roots)))

    def text(self, words: int) -> str:
        roots = self._luck.choices(self._roots, cum_weights=self._weights, k=words)
        return " ".join(root + self._luck.choice(_ENDINGS) for root in roots)

    def question(self) -> str:
        """Six words, one of them with a slip."""
        words = self.text(6).split()
        at = self._luck.randrange(6)
        words[at] = words[at][:2] + self._luck.choice("аеиоуы") + words[at][3:]
        return "сколько стоит " + " ".join(words)


def run(interpreters: Sequence[str]) -> Iterator[Row]:
    """All of it, in this process."""
    del interpreters
    luck = random.Random(12)
    language = Language(luck)
    for size, (limit, goal) in SIZES.items():
        yield from _sized(language, size, limit, goal)
    yield from _pages(language)


def _sized(language: Language, size: int, limit: float, goal: float) -> Iterator[Row]:
    entries = [Entry(f"c{n:08}", f"d{n // 10:07}", "", "", language.text(WORDS_A_PASSAGE)) for n in range(size)]
    began = time.process_time()
    index = Index()
    for at in range(0, size, 500):
        index = index.replaced([], entries[at : at + 500])
    built_s = time.process_time() - began
    yield Row(f"{size:,} passages: CPU of indexing", built_s, "s")
    _give_vectors(index, entries)
    yield Row(f"{size:,} passages: memory each, without vectors", index.bytes_held / size, "B", BYTES_A_PASSAGE)
    times, recall = _asked(index, language)
    at_95 = quantiles(times, n=20)[-1]
    yield Row(f"{size:,} passages: CPU of a question, p50", quantiles(times, n=2)[0], "ms")
    yield Row(f"{size:,} passages: CPU of a question, p95", at_95, "ms", limit, goal)
    yield Row(f"{size:,} passages: planted nearest missed by the sieve", 1 - recall, "share", 0.05)
    began = time.process_time()
    index = index.replaced(["d0000003"], [Entry(f"e{n}", "d0000003", "", "", language.text(110)) for n in range(8)])
    yield Row(f"{size:,} passages: CPU of replacing one document", time.process_time() - began, "s", EDIT_S)


def _give_vectors(index: Index, entries: Sequence[Entry]) -> None:
    made = np.random.default_rng(5)
    for at in range(0, len(entries), 5_000):
        rows = made.standard_normal((len(entries[at : at + 5_000]), DIMENSIONS)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        index.give_meanings({entry.chunk_id: row for entry, row in zip(entries[at : at + 5_000], rows, strict=True)})


def _asked(index: Index, language: Language) -> tuple[list[float], float]:
    """Milliseconds of CPU of each question, and the share of the planted passages that was found."""
    made = np.random.default_rng(6)
    times, found, sought = [], 0, 0
    for _ in range(QUESTIONS):
        near = _some_row(index, made)
        meant = near + made.standard_normal(DIMENSIONS).astype(np.float32) * 0.03
        meant /= np.linalg.norm(meant)
        question = language.question()
        began = time.process_time()
        asked = understand(question, (), index)
        seen = index.find(asked.groups, meant, _CANDIDATES)
        best = ranked(seen, asked.own, _SCALE)
        judged(best, signs(best, seen, asked.own, _SCALE) if best else None, WITH_MEANING)
        times.append((time.process_time() - began) * 1000)
        best = {one.chunk_id for one in seen.candidates}
        nearest = _nearest(index, meant)
        found, sought = found + len(best & nearest), sought + len(nearest)
    return times, found / sought


def _some_row(index: Index, made: np.random.Generator) -> np.ndarray:
    rows = [segment.matrix.rows for segment in index.segments if segment.matrix.rows is not None]
    chosen = rows[int(made.integers(len(rows)))]
    return chosen[int(made.integers(len(chosen)))]


def _nearest(index: Index, meant: np.ndarray) -> set[str]:
    """The one that the question was made from: the others are near by chance alone."""
    best = [
        (float((scores := segment.matrix.rows @ meant).max()), segment.chunk_ids[int(scores.argmax())].decode())
        for segment in index.segments
        if segment.matrix.rows is not None
    ]
    return {max(best)[1]}


def _pages(language: Language) -> Iterator[Row]:
    pages = [
        "# Страница\n\n" + "\n\n".join(f"## Раздел {n}\n\n{language.text(50)}." for n in range(5)) + "\n"
        for _ in range(PAGES)
    ]
    began = time.process_time()
    index = Index()
    for at in range(0, PAGES, 50):
        entries = [entry for n in range(at, at + 50) for entry in _entries(f"p{n}", pages[n])]
        index = index.replaced([], entries)
    kilobytes = sum(len(page.encode()) for page in pages) / PAGES / 1000
    note = f"{kilobytes:.1f} kB each, cut and indexed"
    yield Row(f"{PAGES:,} pages searchable by words: CPU", time.process_time() - began, "s", PAGES_S, note=note)
    began = time.process_time()
    index.replaced(["p7"], _entries("p7", pages[8]))
    yield Row("one edited page: CPU", time.process_time() - began, "s", EDIT_S)


def _entries(document_id: str, page: str) -> list[Entry]:
    return [
        Entry(f"{document_id}-{n}", document_id, "Страница", piece.heading, piece.text)
        for n, piece in enumerate(chunks_of(page, "Страница"))
    ]
