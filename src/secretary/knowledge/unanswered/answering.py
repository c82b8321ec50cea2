"""Answering a group once: its answer becomes an FAQ entry, a document or a section of one, with a regression question
that keeps it true. All of it is stored, or nothing is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from secretary.accounts.reach import may_touch, reach_or_forbid
from secretary.kernel.errors import NotFound
from secretary.kernel.text import clean
from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.knowledge import service as faq
from secretary.knowledge.documents import queries as document_queries
from secretary.knowledge.documents import service as documents
from secretary.knowledge.documents.collections import queries as collection_queries
from secretary.knowledge.documents.passages import Text, prepare
from secretary.knowledge.faq.normalise import understand
from secretary.knowledge.faq.phrasing import Phrasing
from secretary.knowledge.faq.rules import MAX_PHRASINGS, Content, question_key
from secretary.knowledge.models import QUESTION_LENGTH
from secretary.knowledge.regression import service as regression
from secretary.knowledge.unanswered import errors, queries, service
from secretary.knowledge.unanswered.models import UnansweredGroup
from secretary.knowledge.unanswered.shapes import State

_LONGEST_HEADING: Final = 300
_WORDINGS: Final = 200


class CollectionsOf(Protocol):
    """Which collections an assistant searches: None is the default one. `app` fills it."""

    async def __call__(self, unit: Unit, assistant_id: str) -> Sequence[str] | None: ...


@dataclass(frozen=True, slots=True)
class Given:
    """What the owner says: the answer, and the question as he would put it (empty: as it was asked)."""

    answer: str
    question: str = ""
    collection_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A group that has an answer, and what was made of it."""

    group: UnansweredGroup
    question: str
    collection_id: str | None
    regression_question_id: str


async def as_faq(
    unit: Unit, group_id: str, given: Given, phrasings: Sequence[str] | None, collections_of: CollectionsOf
) -> Answered:
    """Make an FAQ entry that is asked for in all ways in which the group was (or in `phrasings`).

    Raises NotFound, Invalid, and Conflict for a group that is answered or a question that the FAQ has.
    """
    reach_or_forbid(unit.actor, "faq", "edit")
    group = await _to_answer(unit, group_id)
    question = await _question(unit, group, given)
    collection_id = given.collection_id or (await _used(unit, group, collections_of))[0]
    await _ensure_used(unit, group, [collection_id], collections_of)
    await _ensure_free(unit, question, collection_id)
    wordings = await queries.wordings(unit.db, group.id, _WORDINGS) if phrasings is None else phrasings
    content = Content(question, given.answer, _distinct(question, wordings))
    entry = await faq.add_entry(unit, content, collection_id)
    group.faq_entry_id, group.document_id = entry.id, None
    return await _settled(unit, group, question, collection_id)


async def as_document(
    units: UnitFactory, actor: Actor, group_id: str, given: Given, document_id: str | None, of: CollectionsOf
) -> Answered:
    """Make a document of the answer, or a section at the end of one. Raises NotFound, Invalid, and Conflict as above,
    or for a document that was changed meanwhile.

    Opens its own units: a text is cut between them.
    """
    async with units.read(actor) as unit:
        group = await service.find(unit, group_id)
        question = await _question(unit, group, given)
        before = await documents.find(unit, document_id) if document_id is not None else None
        title, text = (question, "") if before is None else (before.title, before.content)
        version = before.version if before is not None else 0
    prepared = await prepare(title, _with_section(text, question, given.answer))
    async with units.write(actor) as unit:
        group = await _to_answer(unit, group_id)
        if document_id is None:
            collection_id = await _stored_anew(unit, group, prepared, given.collection_id, of)
        else:
            collection_id = await _appended(unit, group, document_id, prepared, version, of)
        return await _settled(unit, group, question, collection_id)


async def _to_answer(unit: Unit, group_id: str) -> UnansweredGroup:
    group = await service.find_to_change(unit, group_id)
    if group.state is State.ANSWERED:
        raise errors.answered_already()
    return group


async def _question(unit: Unit, group: UnansweredGroup, given: Given) -> str:
    asked = clean(given.question).strip() or (await service.question_of(unit, group)).replace("*", " ")
    question = " ".join(asked.split())
    if len(question) > _LONGEST_HEADING:
        raise errors.too_long(_LONGEST_HEADING)
    return question


async def _used(unit: Unit, group: UnansweredGroup, of: CollectionsOf) -> Sequence[str]:
    """The collections that the asked assistant searches, those first that the actor may change. Raises Invalid."""
    chosen = await of(unit, group.assistant_id)
    ids = [(await faq.default_collection(unit)).id] if chosen is None else list(chosen)
    if not ids:
        raise errors.no_collection()
    rows = [await collection_queries.collection(unit.db, one) for one in ids]
    mine = [row.id for row in rows if row is not None and may_touch(unit.actor, "knowledge", row.owner_id)]
    return [*mine, *(one for one in ids if one not in mine)]


async def _ensure_used(unit: Unit, group: UnansweredGroup, ids: Sequence[str], of: CollectionsOf) -> None:
    if not set(ids) & set(await _used(unit, group, of)):
        for one in ids:
            await faq.find_collection(unit, one)  # a foreign one is as unknown as one that is not there
        raise errors.not_used()


async def _ensure_free(unit: Unit, question: str, collection_id: str) -> None:
    try:
        taken = await faq.find_entry(unit, question, collection_id)
    except NotFound:
        return
    raise errors.question_taken(taken.question, taken.collection_id, taken.id)


def _distinct(question: str, wordings: Sequence[str]) -> Sequence[Phrasing]:
    """Each way of asking once, as the FAQ compares them; what is too long or says nothing is left out."""
    found = {question_key(question): ""}
    for wording in wordings:
        text = " ".join(clean(wording).split())
        if len(text) <= QUESTION_LENGTH and understand(text).says_something:
            found.setdefault(understand(text).key, text)
    return [Phrasing(text=text) for text in found.values() if text][:MAX_PHRASINGS]


def _with_section(text: str, question: str, answer: str) -> str:
    if not text.strip():
        return f"# {question}\n\n{answer.strip()}\n"
    return f"{text.rstrip()}\n\n## {question}\n\n{answer.strip()}\n"


async def _stored_anew(
    unit: Unit, group: UnansweredGroup, text: Text, collection_id: str | None, of: CollectionsOf
) -> str:
    chosen = collection_id or (await _used(unit, group, of))[0]
    await _ensure_used(unit, group, [chosen], of)
    group.document_id, group.faq_entry_id = (await documents.paste(unit, text, [chosen])).id, None
    return chosen


async def _appended(
    unit: Unit, group: UnansweredGroup, document_id: str, text: Text, version: int, of: CollectionsOf
) -> str:
    document = await documents.edit(unit, document_id, text, version)
    its = (await document_queries.collections_of(unit.db, [document.id]))[document.id]
    await _ensure_used(unit, group, its, of)
    group.document_id, group.faq_entry_id = document.id, None
    used = await _used(unit, group, of)
    return next(one for one in used if one in its)


async def _settled(unit: Unit, group: UnansweredGroup, question: str, collection_id: str) -> Answered:
    await service.settle(unit, group, State.ANSWERED, "answer")
    kept = await regression.add(
        unit, question=question, owner_id=group.owner_id, collection_id=collection_id,
        document_id=group.document_id, faq_entry_id=group.faq_entry_id,
    )  # fmt: skip
    return Answered(group, question, collection_id, kept.id)
