"""Listening to an answer that is not being given in this process: from the database, to its end."""

from collections.abc import AsyncIterator

from secretary.assistant.news import AnswerNews
from secretary.assistant.ports import Completed, Delta, Failed, Reply
from secretary.conversations import service as conversations
from secretary.conversations.models import ChatMessage
from secretary.conversations.ports import UNFINISHED, MessageStatus
from secretary.kernel.unit import UnitFactory

LOOK_AGAIN_S = 0.5  # half of the interval at which a growing answer is stored


async def follow_stored(
    units: UnitFactory, news: AnswerNews, session_id: str, answer_id: str, after: int
) -> AsyncIterator[tuple[int, Reply]]:
    """What is stored of the answer from the character `after` on, as it grows. Raises NotFound."""
    while True:
        async with units.read() as unit:
            answer = await conversations.get_message(unit, session_id, answer_id)
        if len(answer.content) > after:
            yield len(answer.content), Delta(answer.content[after:])
            after = len(answer.content)
        if answer.status not in UNFINISHED:
            yield after, ending(answer)
            return
        await news.wait(session_id, LOOK_AGAIN_S)


def ending(answer: ChatMessage) -> Completed | Failed:
    """How a stored answer ended."""
    if answer.status == MessageStatus.FAILED:
        return Failed("turn_failed", "", answer.content)
    return Completed(answer.content, answer.status, answer.finish_reason, tuple(answer.sources), tuple(answer.buttons))
