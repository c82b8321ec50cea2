"""An evaluation from question sets to a report: the product beside its peer, and what customers would read.

It stores nothing: `service` keeps reports, `commands` and `jobs` ask for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from secretary.kernel.unit import SYSTEM, Actor
from secretary.knowledge.documents.faults import Unread
from secretary.knowledge.documents.ports import Reader
from secretary.knowledge.evaluation import errors
from secretary.knowledge.evaluation.bm25 import PlainBm25
from secretary.knowledge.evaluation.product import InSandbox, Installed
from secretary.knowledge.evaluation.report import Report
from secretary.knowledge.evaluation.runner import Answering, Run, Tell, Witnesses, run
from secretary.knowledge.evaluation.shapes import Document, Half, Question, QuestionSet
from secretary.knowledge.regression.ports import Answers, Asked, OpenSandbox
from secretary.knowledge.search.ports import Search

PRODUCT, PEER = "product", "BM25"


@dataclass(frozen=True, slots=True)
class Laboratory:
    """What an evaluation works with: the installation's reader, search and answers, and a place of its own."""

    reader: Reader
    search: Search
    answers: Answers
    sandbox: OpenSandbox


@dataclass(frozen=True, slots=True)
class Wish:
    """Which questions, for whom, and whether models are asked, too."""

    actor: Actor = SYSTEM
    half: Half | None = None
    with_model: bool = False
    tell: Tell | None = None

    @property
    def halves(self) -> Sequence[Half]:
        return tuple(Half) if self.half is None else (self.half,)


async def of_sets(laboratory: Laboratory, sets: Sequence[QuestionSet], wish: Wish) -> Report:
    """Sets with documents of their own, read, cut, stored and indexed in a sandbox.

    Raises Invalid for a document that cannot be read and a half without questions, Upstream for a model that is away.
    """
    chosen = chosen_half(sets, wish.half)
    read = [await _read(laboratory.reader, one, wish.tell) for one in chosen]
    async with laboratory.sandbox() as sandbox:
        return await _report(laboratory, InSandbox(sandbox, wish.tell), read, wish)


async def of_installation(
    laboratory: Laboratory, questions: QuestionSet, collections: Sequence[str] | None, wish: Wish
) -> Report:
    """Questions about the documents that the installation has, put to its own search as it is now."""
    return await _report(laboratory, Installed(laboratory.search, collections), [questions], wish)


def chosen_half(sets: Sequence[QuestionSet], half: Half | None) -> Sequence[QuestionSet]:
    """The sets that have questions of this half. Raises Invalid where none has."""
    chosen = [one for one in sets if half is None or any(question.half is half for question in one.questions)]
    if half is not None and not chosen:
        raise errors.no_such_half(half.value)
    return chosen


async def _report(laboratory: Laboratory, product: Installed, sets: Sequence[QuestionSet], wish: Wish) -> Report:
    quote = _answering(laboratory.answers, product, wish, with_model=False)
    answer = _answering(laboratory.answers, product, wish, with_model=True) if wish.with_model else None
    done = await run(PRODUCT, product, sets, halves=wish.halves, witnesses=Witnesses(quote, answer, wish.tell))
    peer = await run(PEER, PlainBm25(), sets, halves=wish.halves)
    return Report(done, (_short(peer),), engine=product.engine)


def _answering(answers: Answers, product: Installed, wish: Wish, *, with_model: bool) -> Answering:
    async def answer(question: Question) -> str:
        history = [(turn.role, turn.content) for turn in question.history]
        asked = Asked(question.question, history, collections=product.collections, purpose="evaluation")
        said = await answers.answer(wish.actor, asked, search=product.search, with_model=with_model)
        return "" if said.is_refusal else said.text

    return answer


def _short(done: Run) -> Run:
    """Nobody looks for what a peer found instead."""
    return replace(done, judged=tuple(replace(one, question="", found=()) for one in done.judged))


async def _read(reader: Reader, one: QuestionSet, tell: Tell | None) -> QuestionSet:
    documents: list[Document] = []
    for document in one.documents:
        if tell is not None:
            await tell(f"reading {one.name}", len(documents), len(one.documents))
        documents.append(await _as_text(reader, document))
    return replace(one, documents=tuple(documents))


async def _as_text(reader: Reader, document: Document) -> Document:
    try:
        found = await reader.read(document.content, document.file.rpartition("/")[2])
    except Unread as unread:
        raise errors.bad_document(document.file, unread.en, unread.ru) from unread
    return Document(document.file, found.markdown.encode(), found.title)
