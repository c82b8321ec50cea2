"""Asks the owner's questions: as the assistant is, or as it would be with a draft; judges and counts the answers.

No unit is open while a model answers. A run without a draft is stored; one with a draft changes nothing.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from secretary.kernel.jobs import ClaimedJob, complete
from secretary.kernel.unit import SYSTEM, Actor, Unit, UnitFactory
from secretary.knowledge.regression import events, queries
from secretary.knowledge.regression.judging import judged
from secretary.knowledge.regression.models import RegressionQuestion, RegressionRun
from secretary.knowledge.regression.ports import Answers, Asked, Draft, OpenSandbox
from secretary.knowledge.regression.rehearsal import drafts
from secretary.knowledge.regression.rehearsal.drafts import DraftDocument
from secretary.knowledge.regression.shapes import Cause, Outcome
from secretary.knowledge.search.ports import Search

MOST_ASKED: Final = 50
_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a question went, and whether it had passed before; None where nobody had asked it."""

    question: RegressionQuestion
    was_passed: bool | None
    outcome: Outcome

    @property
    def has_fallen(self) -> bool:
        return self.was_passed is True and not self.outcome.is_passed


@dataclass(frozen=True, slots=True)
class Result:
    """A run. Before and after are compared over the questions that both have."""

    verdicts: Sequence[Verdict]
    run_id: str | None = None

    @property
    def passed(self) -> int:
        return sum(one.outcome.is_passed for one in self.verdicts)

    @property
    def compared(self) -> Sequence[Verdict]:
        return [one for one in self.verdicts if one.was_passed is not None]

    @property
    def passed_before(self) -> int:
        return sum(one.was_passed is True for one in self.compared)

    @property
    def passed_after(self) -> int:
        return sum(one.outcome.is_passed for one in self.compared)

    @property
    def has_fallen(self) -> bool:
        return self.passed_after < self.passed_before


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose questions, as whom, which of them (none named: those that waited longest), and why."""

    owners: Sequence[str | None]
    owner_id: str | None
    actor: Actor = SYSTEM
    ids: Sequence[str] = ()
    cause: Cause = Cause.ASKED


@dataclass(frozen=True, slots=True)
class Change:
    """What is tried: other words or models for the assistant, and a document as it would be."""

    draft: Draft
    document: DraftDocument | None = None


class Examiner:
    """One for the whole process."""

    def __init__(self, units: UnitFactory, answers: Answers, sandbox: OpenSandbox) -> None:
        self._units, self.answers, self._sandbox = units, answers, sandbox

    async def run(self, wish: Wish, job: ClaimedJob | None = None) -> Result:
        """Ask as it is now, store what came of it, and say so where the score fell; with the job that wanted it."""
        verdicts = await self._ask(await self._questions(wish), wish.actor, None, None)
        async with self._units.write(wish.actor) as unit:
            result = await _stored(unit, verdicts, wish)
            if job is not None:
                await complete(unit, job)
            return result

    async def rehearse(self, wish: Wish, change: Change) -> Result:
        """Ask as it would be. Questions that nobody has asked yet are asked as it is first, and that is stored."""
        if new := [one.id for one in await self._questions(wish) if one.is_passed is None]:
            await self.run(Wish(wish.owners, wish.owner_id, wish.actor, new, wish.cause))
        questions = await self._questions(wish)
        async with AsyncExitStack() as stack:
            search: Search | None = None
            if change.document is not None:
                sandbox = await stack.enter_async_context(self._sandbox())
                searched = await self._searched(questions)
                await drafts.furnish(self._units, sandbox, searched, change.document)
                search = sandbox.search
            return Result(await self._ask(questions, wish.actor, change.draft, search))

    async def _questions(self, wish: Wish) -> Sequence[RegressionQuestion]:
        async with self._units.read() as unit:
            return await queries.to_ask(unit.db, wish.owners, MOST_ASKED, wish.ids)

    async def _searched(self, questions: Sequence[RegressionQuestion]) -> Sequence[str]:
        """All collections that these questions search; None among them is the default one."""
        found: dict[str | None, None] = {}
        async with self._units.read() as unit:
            for one in questions:
                own = [one.collection_id] if one.collection_id else None
                collections = own or await self.answers.collections_of(unit, one.assistant_id)
                found |= dict.fromkeys([None] if collections is None else collections)
            return await drafts.named(unit, list(found))

    async def _ask(
        self, questions: Sequence[RegressionQuestion], actor: Actor, draft: Draft | None, search: Search | None
    ) -> Sequence[Verdict]:
        room = asyncio.Semaphore(_AT_ONCE)

        async def ask(question: RegressionQuestion) -> Verdict:
            own = [question.collection_id] if question.collection_id else None
            asked = Asked(question.question, (), question.assistant_id, own)
            async with room:
                said = await self.answers.answer(actor, asked, draft=draft, search=search)
            return Verdict(question, question.is_passed, judged(question, said))

        tasks = [asyncio.create_task(ask(question)) for question in questions]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _stored(unit: Unit, verdicts: Sequence[Verdict], wish: Wish) -> Result:
    """Write down how each question went that is still the same, and the run."""
    kept = [one for one in verdicts if await _note(unit, one)]
    result = Result(kept)
    fallen = [one.question.id for one in kept if one.has_fallen]
    row = RegressionRun(
        id=unit.new_id(), owner_id=wish.owner_id, cause=wish.cause, questions=len(kept), passed=result.passed,
        compared=len(result.compared), passed_before=result.passed_before, passed_after=result.passed_after,
        fallen=fallen, has_fallen=result.has_fallen, created=unit.now(),
    )  # fmt: skip
    await _make_good(unit, kept, wish.owner_id)
    unit.db.add(row)
    await unit.db.flush()
    unit.record(events.QuestionsAsked(row.id, row.passed, row.questions, row.owner_id))
    if row.has_fallen:
        counts = (row.passed_before, row.passed_after, row.compared)
        unit.record(events.ScoreFell(row.id, row.cause.value, *counts, owner_id=row.owner_id))
    return Result(kept, row.id)


async def _note(unit: Unit, verdict: Verdict) -> bool:
    """False for a question that was changed or deleted meanwhile."""
    row = await queries.question(unit.db, verdict.question.id, lock=True)
    if row is None or row.updated != verdict.question.updated:
        return False
    row.is_passed, row.outcome, row.asked_at = verdict.outcome.is_passed, verdict.outcome, unit.now()
    await unit.db.flush()
    return True


async def _make_good(unit: Unit, verdicts: Sequence[Verdict], owner_id: str | None) -> None:
    """Warnings about questions that all pass again, or are gone, are over."""
    passing = {one.question.id for one in verdicts if one.outcome.is_passed}
    for warning in await queries.warnings(unit.db, [owner_id]):
        left = [one for one in warning.fallen if one not in passing and await queries.question(unit.db, one)]
        warning.is_dismissed = not left
    await unit.db.flush()
