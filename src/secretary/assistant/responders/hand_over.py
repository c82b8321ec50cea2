"""Stage hand-over: a customer who asks for a person, or wants to leave a message, is not argued with."""

import re
from collections.abc import AsyncGenerator

from secretary.assistant import taking
from secretary.assistant.handover.calling import call, closed_words, is_live
from secretary.assistant.ports import Attention, Delta
from secretary.assistant.responders.message import say
from secretary.assistant.turn import Said, Stage, Turn
from secretary.conversations.ports import HandOverReason

_PERSON = r"(?:человек|оператор|менеджер|сотрудник|специалист|консультант|администратор|руководител)\w*"
_HUMAN = r"(?:human|(?:real |live )?person|operator|agent|manager|representative|someone|somebody)"
LONGEST_WISH = 200
WANTS_PERSON = re.compile(
    r"\b(?:позов|соедин|переключ|свяж|дайте|нужен|хочу поговорить|хочу пообщаться|можно поговорить)\w*\b"
    rf".{{0,40}}\b{_PERSON}"
    rf"|\bжив\w+ {_PERSON}|^\W*{_PERSON}\W*$"
    rf"|\b(?:speak|talk|connect me|transfer me|put me through)\b.{{0,30}}\b{_HUMAN}\b"
    rf"|^\W*{_HUMAN}\W*$",
    re.IGNORECASE,
)
WANTS_MESSAGE = re.compile(
    r"\b(?:оставить|оставлю|передать|передайте) (?:вам )?сообщение"
    r"|\bперезвони(?:те)?\b|\bзакажу звонок|\bзаказать звонок"
    r"|\bleave a message|\bcall me back",
    re.IGNORECASE,
)


def wants_person(text: str) -> bool:
    """Does somebody ask for a person, or want to leave a message?"""
    return wants_message(text) or (len(text) <= LONGEST_WISH and WANTS_PERSON.search(text) is not None)


def wants_message(text: str) -> bool:
    """Does somebody want to leave a message, or to be called back, rather than to wait for a person here?"""
    return len(text) <= LONGEST_WISH and WANTS_MESSAGE.search(text) is not None


class HandOver:
    """Calls a person when somebody asks for one, or says what the owner wants to answer himself. Where none is there,
    a message is taken.
    """

    stage = Stage.HAND_OVER

    def __init__(self, attention: Attention | None = None) -> None:
        self._attention = attention

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if turn.taking is not None:
            return
        rules = turn.assistant.handover
        if wants_person(turn.text):
            is_called = rules.on_request and not wants_message(turn.text)
            reason, otherwise = HandOverReason.CUSTOMER, taking.wanted(turn.language)
        elif rules.names(turn.text):
            is_called, reason, otherwise = True, HandOverReason.RULE, taking.named(turn.text, turn.language)
        else:
            return
        if is_called and is_live(turn):
            yield Delta(call(turn, reason, self._attention))
        else:
            for said in say(turn, taking.led_by(closed_words(turn), otherwise)):
                yield said
