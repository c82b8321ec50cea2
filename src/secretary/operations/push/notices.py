"""What a notification says, and how urgently it is carried. Made when it is sent: no job keeps a customer's words."""

from dataclasses import dataclass

import orjson

from secretary.assistant.models import Request
from secretary.kernel.errors import Language
from secretary.kernel.text import clean

DAY_S = 86_400
TITLE, BODY = 80, 240
TEXTS = {
    "request": {"ru": "Новое сообщение", "en": "A new message"},
    "urgent": {"ru": "Срочное сообщение", "en": "An urgent message"},
    "handover": {"ru": "Клиент ждёт человека", "en": "A customer waits for a person"},
    "test": {"ru": "Уведомления работают", "en": "Notifications work"},
    "test_body": {
        "ru": "Так секретарь сообщит о сообщении, которое ждёт человека.",
        "en": "This is how the secretary tells you of a message that waits for a person.",
    },
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification: its JSON, how long and how urgently it is carried (RFC 8030), and what it replaces."""

    text: bytes
    ttl_s: int
    urgency: str
    topic: str


def of_request(request: Request, language: Language) -> Notice:
    """A message was taken and waits. `topic`: a newer notification about the same message takes this one's place."""
    is_urgent = request.urgency == "urgent"
    title = TEXTS["urgent" if is_urgent else "request"][language]
    shown = {
        "kind": "request",
        "id": request.id,
        "session_id": request.session_id,
        "title": _short(f"{title}: {request.name}" if request.name else title, TITLE),
        "body": _short(request.question, BODY),
    }
    return Notice(orjson.dumps(shown), DAY_S, "high" if is_urgent else "normal", request.id.replace("-", ""))


def of_hand_over(session_id: str, question: str, wait_s: int, language: Language) -> Notice:
    """A conversation waits for a person: of use as long as it does."""
    shown = {
        "kind": "handover",
        "session_id": session_id,
        "title": TEXTS["handover"][language],
        "body": _short(question, BODY),
    }
    return Notice(orjson.dumps(shown), wait_s, "high", session_id.replace("-", ""))


def of_test(language: Language) -> Notice:
    shown = {"kind": "test", "title": TEXTS["test"][language], "body": TEXTS["test_body"][language]}
    return Notice(orjson.dumps(shown), 60, "high", "test")


def _short(text: str, longest: int) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
