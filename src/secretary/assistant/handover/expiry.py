"""What follows when the time of a hand-over is up: the secretary has the conversation again.

Where nobody came the customer hears of it, and a message is taken; where a person had it, nothing is said.
"""

from collections.abc import Sequence

from secretary.assistant import queries, taking
from secretary.assistant.handover.calling import closed_text
from secretary.assistant.responders.hand_over import wants_person
from secretary.assistant.responders.message import begin_request
from secretary.assistant.turn import Stage
from secretary.conversations import queries as conversations
from secretary.conversations.handover.service import say_notice
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.kernel.unit import Unit

_CALLS = (Stage.HAND_OVER.label, Stage.MESSAGE.label)
LOOKED_THROUGH = 20
LONGEST_QUESTION = 1_000


async def nobody_came(unit: Unit, session: ChatSession) -> ChatMessage | None:
    """Say that nobody is free, and offer to pass on what was asked; the message that says so.

    None where a message is being taken already: what it waits for has been asked.
    """
    found = await queries.who_answers(unit.db, session.assistant_id, session.id)
    if found is None or found[2] is not None:
        return None
    said = await conversations.visible_messages(unit.db, session.id, last=LOOKED_THROUGH)
    step = taking.nobody_free(left_open(said), session.language)
    step = taking.led_by(closed_text(found[0], session.language, unit.now()), step)
    begin_request(unit, session.id, session.language, step.draft)
    await unit.db.flush()
    return await say_notice(unit, session, step.text, step.buttons)


def left_open(said: Sequence[ChatMessage]) -> str:
    """What the customer wants to know: all that he wrote since the last answer, and before it where that only said that
    a person was called. Empty where all he asked for was a person.
    """
    asked: list[str] = []
    answers_passed = 0
    for message in reversed(said):
        if message.role == "user":
            asked.insert(0, message.content)
        elif answers_passed or message.answered_by not in _CALLS:
            break
        else:
            answers_passed += 1
    return " ".join(text for text in asked if text.strip() and not wants_person(text))[:LONGEST_QUESTION]
