"""Use cases of answers being given: store them as they grow, finish them, take over what a dead process left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from secretary.conversations import queries
from secretary.conversations.events import ConversationWentOn
from secretary.conversations.leases import end_early, still_held
from secretary.conversations.models import ChatMessage
from secretary.conversations.ports import UNFINISHED, MessageStatus, QuickReply, Source
from secretary.conversations.search import queries as search
from secretary.conversations.search.words import words_for
from secretary.conversations.storing import LEASE, PREVIEW_LENGTH, Exchange
from secretary.conversations.why import Why
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer belongs: what its conversation's row and the index need to know when it is finished.

    `source` is the kind of channel.
    """

    session_id: str
    owner_id: str | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What an answer looks like at a moment; saving it again with more replaces it."""

    answer_id: str
    place: Place
    content: str
    status: MessageStatus
    answered_by: str | None = None
    model: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    first_word_ms: int | None = None
    latency_ms: int | None = None
    finish_reason: str | None = None
    sources: Sequence[Source] = ()
    buttons: Sequence[QuickReply] = ()
    why: Why | None = None

    @property
    def is_over(self) -> bool:
        return self.status not in UNFINISHED


async def save_progress(unit: Unit, answers: Sequence[Progress], holder: str | None = None) -> set[str]:
    """Store what answers look like by now; unfinished ones keep their lease for another while.

    With `holder` only those whose lease is his. Returns the ids of what was stored.

    Conversations are changed before messages, and in one order, as everywhere: nobody waits for each other in a ring.
    An answer that was deleted meanwhile is left out, and one that is over: a person silenced it.
    """
    if holder is not None:
        await queries.sessions(unit.db, {answer.place.session_id for answer in answers if answer.is_over}, lock=True)
        held = await still_held(unit, holder, [answer.answer_id for answer in answers])
        answers = [answer for answer in answers if answer.answer_id in held]
    elif any(answer.is_over for answer in answers):  # who writes alone needs no lock, and growing ones no look
        ended = [answer.answer_id for answer in answers if answer.is_over]
        still_open = await queries.still_open(unit.db, ended)
        answers = [answer for answer in answers if not answer.is_over or answer.answer_id in still_open]
    over = sorted((answer for answer in answers if answer.is_over), key=lambda answer: answer.place.session_id)
    await queries.say_last(unit.db, [_last_word(answer) for answer in over])
    await queries.update_answers(unit.db, [_columns(answer, unit.now()) for answer in answers])
    await search.add(unit.db, {answer.answer_id: _words(answer) for answer in over if answer.content})
    for answer in over:
        unit.record(ConversationWentOn(answer.place.session_id, answer.place.owner_id))
    return {answer.answer_id for answer in answers}


def _last_word(answer: Progress) -> Mapping[str, str]:
    return {
        "its_session": answer.place.session_id,
        "its_leaf": answer.answer_id,
        "its_text": answer.content[:PREVIEW_LENGTH],
    }


def _words(answer: Progress) -> str:
    return words_for(answer.content, answer.place.session_id, answer.place.owner_id)


def _columns(answer: Progress, now: datetime) -> dict[str, object]:
    """What changes: of a growing answer, stored again and again, only what grows."""
    columns: dict[str, object] = {"id": answer.answer_id, "content": answer.content, "status": answer.status}
    columns |= {"answered_by": answer.answered_by, "first_word_ms": answer.first_word_ms, "updated": now}
    if answer.sources or answer.buttons:
        columns |= {"sources": list(answer.sources), "buttons": list(answer.buttons)}
    if not answer.is_over:
        return columns | {"lease_until": now + LEASE}
    return columns | {
        "model": answer.model,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "latency_ms": answer.latency_ms,
        "finish_reason": answer.finish_reason,
        "why": answer.why,
        "lease_until": None,
        "holder": None,
    }


async def take_over_abandoned(
    unit: Unit, holder: str, *, everything: bool, anew: Callable[[str], bool] = lambda _: False
) -> Sequence[Exchange]:
    """Find the answers whose process died. What had begun is marked interrupted, unless conversations of its source are
    answered `anew`: nobody has heard the beginning there. It is returned with what had not begun, to be answered by
    `holder`, in the order in which it was asked. `everything` ignores leases: nobody else can be alive.
    """
    expired_at = None if everything else unit.now()
    abandoned = await queries.abandoned(unit.db, expired_at)
    sessions = {session.id: session for session in await queries.sessions(unit.db, abandoned, lock=True)}
    queued: list[ChatMessage] = []
    for answer in await queries.unfinished_answers(unit.db, sessions, expired_at=expired_at):
        if answer.status == MessageStatus.STREAMING and not anew(sessions[answer.session_id].source):
            await end_early(unit, sessions[answer.session_id], answer, MessageStatus.INTERRUPTED)
        else:
            answer.status, answer.content = MessageStatus.QUEUED, ""
            answer.holder, answer.lease_until = holder, unit.now() + LEASE
            queued.append(answer)
    await unit.db.flush()
    questions = {row.id: row for row in await queries.messages(unit.db, [answer.parent_id for answer in queued])}
    return [
        Exchange(sessions[answer.session_id], questions[answer.parent_id or ""], answer, is_new=False)
        for answer in queued
    ]
