"""What an unanswered question is, as those see it who notice one. No I/O."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a question counts as unanswered: the secretary did not know, or the customer disliked the answer."""

    REFUSED = "refused"
    THUMBS_DOWN = "thumbs_down"


class State(StrEnum):
    """What has become of a group of questions."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class Order(StrEnum):
    """How a list begins: with what was asked most, or last."""

    COUNT = "count"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Where:
    """The question and answer that are meant, and whose: an assistant's, in a conversation of `owner_id`'s."""

    session_id: str
    question_id: str
    answer_id: str
    assistant_id: str
    owner_id: str | None
    source: str
    text: str
