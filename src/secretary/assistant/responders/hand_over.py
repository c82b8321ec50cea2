"""Stage hand-over: a customer who asks for a person, or wants to leave a message, is not argued with."""

import re
from collections.abc import AsyncGenerator

from secretary.assistant import taking
from secretary.assistant.responders.message import say
from secretary.assistant.turn import Said, Stage, Turn

_PERSON = r"(?:человек|оператор|менеджер|сотрудник|специалист|консультант|администратор|руководител)\w*"
_HUMAN = r"(?:human|(?:real |live )?person|operator|agent|manager|representative|someone|somebody)"
LONGEST_WISH = 200
WANTS_PERSON = re.compile(
    r"\b(?:позов|соедин|переключ|свяж|дайте|нужен|хочу поговорить|хочу пообщаться|можно поговорить)\w*\b"
    rf".{{0,40}}\b{_PERSON}"
    rf"|\bжив\w+ {_PERSON}|^\W*{_PERSON}\W*$"
    r"|\b(?:оставить|оставлю|передать|передайте) (?:вам )?сообщение"
    r"|\bперезвони(?:те)?\b|\bзакажу звонок|\bзаказать звонок"
    rf"|\b(?:speak|talk|connect me|transfer me|put me through)\b.{{0,30}}\b{_HUMAN}\b"
    rf"|^\W*{_HUMAN}\W*$"
    r"|\bleave a message|\bcall me back",
    re.IGNORECASE,
)


class HandOver:
    """Begins to take a message when somebody asks for a person."""

    stage = Stage.HAND_OVER

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if turn.taking is None and len(turn.text) <= LONGEST_WISH and WANTS_PERSON.search(turn.text):
            for said in say(turn, taking.wanted(turn.language)):
                yield said
