"""Noticing that a question was not answered: one small statement in the transaction that ends the turn or keeps the
thumb. What it asks and which others ask the same is found out later, by a job.
"""

from collections.abc import Mapping
from datetime import datetime

from secretary.kernel.unit import Unit
from secretary.knowledge.unanswered import queries
from secretary.knowledge.unanswered.events import QuestionsNoticed
from secretary.knowledge.unanswered.shapes import Reason, Where


async def refused(unit: Unit, where: Where) -> None:
    """The secretary did not know the answer. Repeatable."""
    await queries.add(unit.db, where, Reason.REFUSED, asked=unit.now())
    unit.record(QuestionsNoticed())


async def answered_anew(unit: Unit, question_id: str) -> None:
    """Another answer to this question is shown now: what was wrong with those before counts no more."""
    await queries.hide_answers(unit.db, question_id)
    unit.record(QuestionsNoticed())


async def disliked(unit: Unit, where: Where, *, asked: datetime, is_shown: bool) -> None:
    """Somebody put his thumb down on an answer, which may not be the one that is shown. Repeatable."""
    await queries.add(unit.db, where, Reason.THUMBS_DOWN, asked=asked, is_shown=is_shown)
    unit.record(QuestionsNoticed())


async def no_longer_disliked(unit: Unit, answer_id: str) -> None:
    """The thumb is up, or taken back. Repeatable."""
    await queries.forget_thumb(unit.db, answer_id)
    unit.record(QuestionsNoticed())


async def show(unit: Unit, session_id: str, shown: Mapping[str, str]) -> None:
    """Another branch of a conversation is shown: of these questions (their ids) these answers. A question that is not
    named counts as before.
    """
    for question_id, answer_id in shown.items():
        await queries.show_answer(unit.db, session_id, question_id, answer_id)
    unit.record(QuestionsNoticed())
