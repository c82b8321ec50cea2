"""Use cases of the owner's regression questions: keep them, have them asked, hear of it. Asking is `asking`'s."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from secretary.accounts.reach import ensure_may_touch, owner_filter
from secretary.kernel.jobs import JobState, NewJob, enqueue, get_job
from secretary.kernel.text import clean
from secretary.kernel.unit import Unit
from secretary.knowledge import service as faq
from secretary.knowledge.documents import service as documents
from secretary.knowledge.documents.collections import service as collections
from secretary.knowledge.regression import errors, events, queries
from secretary.knowledge.regression.models import RegressionQuestion, RegressionRun
from secretary.knowledge.regression.shapes import Cause

ASK: Final = "regression.ask"
MOST_KEPT: Final = 1_000
QUIET: Final = timedelta(seconds=20)
"""So long nothing is asked after a change: who edits mostly goes on editing."""
_ATTEMPTS: Final = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question and what its answer must be, as its owner writes it."""

    question: str
    assistant_id: str | None = None
    collection_id: str | None = None
    document_id: str | None = None
    faq_entry_id: str | None = None
    answer_contains: Sequence[str] = ()
    answer_must_not_contain: Sequence[str] = ()
    must_refuse: bool = False

    def checked(self) -> "Wanted":
        """The same, tidied. Raises Invalid where it asks nothing, or expects a refusal and an answer.

        One that expects nothing passes with any answer that is no refusal.
        """
        contains, must_not = _texts(self.answer_contains), _texts(self.answer_must_not_contain)
        expects = [*contains, self.document_id, self.faq_entry_id]
        question = " ".join(clean(self.question).split())
        if not any(letter.isalnum() for letter in question):
            raise errors.question_empty()
        if self.must_refuse and any(expects):
            raise errors.expects_both()
        return Wanted(
            question, self.assistant_id, self.collection_id, self.document_id, self.faq_entry_id, contains, must_not,
            self.must_refuse,
        )  # fmt: skip


async def add(
    unit: Unit,
    *,
    question: str,
    owner_id: str | None,
    collection_id: str | None = None,
    document_id: str | None = None,
    faq_entry_id: str | None = None,
    answer_contains: Sequence[str] = (),
) -> RegressionQuestion:
    """A question of this owner's (None: of the house), to be asked in every run from now on. Raises Invalid, Conflict.

    The caller has seen to it that the ids are ones the owner may name.
    """
    wanted = Wanted(question, None, collection_id, document_id, faq_entry_id, answer_contains)
    return await _store(unit, wanted.checked(), owner_id)


async def create(unit: Unit, wanted: Wanted) -> RegressionQuestion:
    """A new question of the actor's. Raises Invalid, Conflict, and NotFound for ids that he may not name.

    Whether he may name the assistant is for who knows assistants to say.
    """
    checked = wanted.checked()
    await _ensure_named(unit, checked)
    return await _store(unit, checked, collections.owner_of(unit))


async def change(unit: Unit, question_id: str, wanted: Wanted) -> RegressionQuestion:
    """Replace a question; what came of it before is forgotten. Raises NotFound, Invalid."""
    checked = wanted.checked()
    row = await find(unit, question_id, lock=True)
    await _ensure_named(unit, checked)
    _write(row, checked)
    row.is_passed, row.outcome, row.asked_at, row.updated = None, None, None, unit.now()
    await unit.db.flush()
    unit.record(events.QuestionChanged(row.id, "update", row.owner_id))
    return row


async def remove(unit: Unit, question_id: str) -> None:
    """Delete a question. Raises NotFound."""
    row = await find(unit, question_id, lock=True)
    await unit.db.delete(row)
    await unit.db.flush()
    unit.record(events.QuestionChanged(row.id, "delete", row.owner_id))


async def find(unit: Unit, question_id: str, *, lock: bool = False) -> RegressionQuestion:
    """A question of the actor's. Raises NotFound."""
    row = await queries.question(unit.db, clean(question_id), lock=lock)
    if row is None:
        raise errors.no_such_question()
    ensure_may_touch(unit.actor, "knowledge", row.owner_id)
    return row


async def dismiss(unit: Unit, run_id: str) -> RegressionRun:
    """Accept that the score fell in this run. Repeatable. Raises NotFound."""
    row = await queries.run(unit.db, clean(run_id), lock=True)
    if row is None or not row.has_fallen:
        raise errors.no_such_warning()
    ensure_may_touch(unit.actor, "knowledge", row.owner_id)
    row.is_dismissed = True
    await unit.db.flush()
    unit.record(events.WarningDismissed(row.id, row.owner_id))
    return row


def seen(unit: Unit) -> queries.Owners:
    """Whose questions the actor sees: an admin all, others their own."""
    owner_id = owner_filter(unit.actor, "knowledge", "edit")
    return None if owner_id is None else [owner_id]


def own(unit: Unit) -> Sequence[str | None]:
    """Whose questions are the actor's own: the house's are every admin's."""
    return [unit.actor.owner_id] if collections.owner_of(unit) is not None else [None, unit.actor.owner_id]


async def ensure_own(unit: Unit, question_ids: Sequence[str]) -> None:
    """Raises NotFound for a question that is not the actor's own."""
    mine = own(unit)
    for one in question_ids:
        if (await find(unit, one)).owner_id not in mine:
            raise errors.no_such_question()


def house_or_own(unit: Unit) -> str | None:
    """To whom belongs what comes of the actor's runs; None is the house."""
    return collections.owner_of(unit)


async def ask_after(unit: Unit, cause: Cause, owner_id: str | None = None) -> int:
    """Have questions asked after a change: of this owner and of the house, or of everybody (None). How many owners'.

    Until that has begun, more changes ask for nothing more; while it goes on, for one more run.
    """
    owners = await queries.owners_of_questions(unit.db)
    touched = [one for one in owners if owner_id is None or one in {None, owner_id}]
    for one in touched:
        await _ask_soon(unit, cause, one)
    return len(touched)


async def _ask_soon(unit: Unit, cause: Cause, owner_id: str | None) -> None:
    name = owner_id or "house"
    for key in (name, f"{name}:again"):
        payload = {"owner_id": owner_id, "cause": cause.value}
        new = NewJob(ASK, payload, key=key, lane=ASK, run_at=unit.now() + QUIET, max_attempts=_ATTEMPTS)
        job = await get_job(unit, await enqueue(unit, new))
        if job.state is not JobState.RUNNING:
            return


async def _ensure_named(unit: Unit, wanted: Wanted) -> None:
    if wanted.collection_id is not None:
        _ensure_own_or_shared(unit, (await collections.find(unit, wanted.collection_id)).owner_id)
    if wanted.document_id is not None:
        _ensure_own_or_shared(unit, (await documents.find(unit, wanted.document_id)).owner_id)
    if wanted.faq_entry_id is not None:
        await faq.find_entry_by_id(unit, clean(wanted.faq_entry_id))


def _ensure_own_or_shared(unit: Unit, owner_id: str | None) -> None:
    """To see what is another's is not to build on it. Raises NotFound."""
    if owner_id is not None:
        ensure_may_touch(unit.actor, "knowledge", owner_id)


async def _store(unit: Unit, wanted: Wanted, owner_id: str | None) -> RegressionQuestion:
    if await queries.count(unit.db, [owner_id]) >= MOST_KEPT:
        raise errors.too_many(MOST_KEPT)
    now = unit.now()
    row = RegressionQuestion(id=unit.new_id(), owner_id=owner_id, created=now, updated=now)
    _write(row, wanted)
    unit.db.add(row)
    await unit.db.flush()
    unit.record(events.QuestionChanged(row.id, "create", owner_id))
    return row


def _write(row: RegressionQuestion, wanted: Wanted) -> None:
    row.question, row.assistant_id, row.collection_id = wanted.question, wanted.assistant_id, wanted.collection_id
    row.document_id, row.faq_entry_id, row.must_refuse = wanted.document_id, wanted.faq_entry_id, wanted.must_refuse
    row.answer_contains = list(wanted.answer_contains)
    row.answer_must_not_contain = list(wanted.answer_must_not_contain)


def _texts(given: Sequence[str]) -> Sequence[str]:
    return [text for one in given if (text := clean(one).strip())]
