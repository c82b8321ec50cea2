"""Telling the knowledge what was not answered: by refusals, by thumbs, and by which answer of several is shown."""

from secretary.assistant.turn import Stage, Turn
from secretary.conversations import service as conversations
from secretary.conversations.models import ChatMessage
from secretary.conversations.tree import queries as tree
from secretary.kernel.unit import Unit
from secretary.knowledge.unanswered import noticing
from secretary.knowledge.unanswered import queries as unanswered
from secretary.knowledge.unanswered.shapes import Where

_SAYS_NOTHING_OF_THE_BUSINESS = {Stage.ADMIT.label, Stage.HAND_OVER.label, Stage.MESSAGE.label}


def note_refusal(turn: Turn) -> None:
    """Keep, with the answer that says so, that nothing and nobody knew one."""
    where = Where(
        turn.session_id, turn.question_id, turn.answer_id, turn.assistant.id, turn.owner_id, turn.source, turn.text
    )
    turn.on_save(lambda unit: noticing.refused(unit, where))


def note_another_answer(turn: Turn) -> None:
    """Let what was wrong with the earlier answers to this question count no more, once this one is stored."""
    turn.on_save(lambda unit: noticing.answered_anew(unit, turn.question_id))


async def rate(unit: Unit, session_id: str, message_id: str, value: int, comment: str | None) -> ChatMessage:
    """Keep a thumb on an answer, as `conversations.service.rate` does, and what follows from it."""
    answer = await conversations.rate(unit, session_id, message_id, value, comment)
    if value >= 0:
        await noticing.no_longer_disliked(unit, answer.id)
    elif answer.parent_id is not None and answer.answered_by not in _SAYS_NOTHING_OF_THE_BUSINESS:
        question = await conversations.get_message(unit, session_id, answer.parent_id)
        session = await conversations.get_session(unit, session_id)
        where = Where(
            session_id, question.id, answer.id, session.assistant_id, session.owner_id, session.source, question.content
        )
        await noticing.disliked(unit, where, asked=answer.created, is_shown=answer.is_active)
    return answer


async def follow_branch(unit: Unit, session_id: str) -> None:
    """Another branch of a conversation is shown: of several answers to a question only the shown one counts."""
    noticed = await unanswered.noticed_in(unit.db, session_id)
    if noticed:
        await noticing.show(unit, session_id, await tree.shown_answers(unit.db, session_id, noticed))
