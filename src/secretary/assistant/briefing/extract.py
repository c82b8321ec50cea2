"""A summary without a model: what was asked first and last, what was left, how long it waits. Pure."""

from secretary.assistant.briefing.shapes import Case
from secretary.assistant.markup import as_data
from secretary.conversations.ports import SessionState
from secretary.kernel.errors import Language

LONGEST = 300
TEXTS: dict[str, dict[Language, str]] = {
    "only": {"ru": "Спрашивает: «{text}».", "en": "Asks: “{text}”."},
    "first": {"ru": "Начал с: «{text}».", "en": "Began with: “{text}”."},
    "last": {"ru": "Последний вопрос: «{text}».", "en": "Last question: “{text}”."},
    "person": {"ru": "Просит человека, вопроса пока не задал.", "en": "Asks for a person, without a question so far."},
    "left": {"ru": "Оставил: {text}.", "en": "Left: {text}."},
    "waits": {"ru": "Ждёт {minutes} мин.", "en": "Has waited for {minutes} min."},
}


def summary_of(case: Case) -> str:
    """Three sentences at most, in the reader's language."""
    lines = [*_asked(case), _left(case)]
    return " ".join([*[line for line in lines if line][:2], _waits(case)]).strip()


def _asked(case: Case) -> list[str]:
    first, last = _short(case.first), _short(case.question)
    if not last:
        return [_say(case, "person")]
    if not first or first in last:
        return [_say(case, "only", text=last)]
    return [" ".join((_say(case, "first", text=first), _say(case, "last", text=last)))]


def _left(case: Case) -> str:
    request = case.request
    left = [_short(part) for part in (request.name, request.contact, request.call_back)] if request else []
    return _say(case, "left", text=", ".join(part for part in left if part)) if any(left) else ""


def _waits(case: Case) -> str:
    since = case.session.waiting_since
    if case.session.state is not SessionState.WAITING or since is None:
        return ""
    minutes = int((case.now - since).total_seconds()) // 60
    return _say(case, "waits", minutes=minutes) if minutes else ""


def _say(case: Case, what: str, **values: object) -> str:
    return TEXTS[what][case.language].format(**values)


def _short(text: str) -> str:
    line = " ".join(as_data(text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
