"""Taking a message for the owner, as a state machine: what is asked next, and what an answer means. No I/O.

The order is question (or an offer of the secretary's) → consent → contact → name → urgency → call back. Consent comes
first because Russian law (152-FZ, article 9) wants it before personal data is stored; without it nothing but the
question is kept.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from secretary.assistant.texts import BUTTONS, TEXTS
from secretary.conversations.ports import QuickReply
from secretary.kernel.errors import Language

SHORT = 200


class Asking(StrEnum):
    """What the secretary has asked and waits for."""

    QUESTION = "question"
    OFFER = "offer"
    CONSENT = "consent"
    CONTACT = "contact"
    NAME = "name"
    URGENCY = "urgency"
    CALL_BACK = "call_back"
    NOTHING = ""


class Outcome(StrEnum):
    TAKING = "taking"
    TAKEN = "new"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as far as it is taken."""

    question: str
    asking: Asking = Asking.CONSENT
    outcome: Outcome = Outcome.TAKING
    contact: str = ""
    name: str = ""
    urgency: str = ""
    call_back: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The draft after an answer, and what the secretary says now."""

    draft: Draft
    text: str
    buttons: tuple[QuickReply, ...] = ()


_YES = re.compile(
    r"(?:да|ага|угу|ок|хорошо|согласен|согласна|согласен\(на\)|конечно|давайте"
    r"|yes|yep|ok|okay|sure|agree|i agree)[.!]*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:нет|не надо|не нужно|не хочу|отмена|отменить|стоп|не согласен|не согласна"
    r"|no|nope|cancel|stop|no thanks|no, thanks)[.!]*",
    re.IGNORECASE,
)
_SKIP = re.compile(r"(?:пропустить|неважно|не важно|skip|any|anytime)[.!]*", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.,;]{2,}")
HANDLE = re.compile(r"(?:^|[\s:])(?:@|t\.me/)[A-Za-z]\w{3,31}\b")
PHONE = re.compile(r"\+?\d(?:[\s().–-]*\d){6,14}")
_URGENCY = (
    ("urgent", re.compile(r"сроч|немедл|сейчас|urgent|asap|now", re.IGNORECASE)),
    ("today", re.compile(r"сегодня|today", re.IGNORECASE)),
    (
        "whenever",
        re.compile(r"не\s*сроч|не\s*спеш|потом|когда|любо|неваж|whenever|not urgent|no rush|later", re.IGNORECASE),
    ),
)


def offer(question: str, language: Language) -> Step:
    """The secretary does not know: it offers to pass `question` on."""
    return _opened("unknown", Draft(question, Asking.OFFER), language)


def wanted(language: Language) -> Step:
    """The customer asked for a person or wants to leave a message: what shall it be?"""
    return _opened("wanted", Draft("", Asking.QUESTION), language)


def named(question: str, language: Language) -> Step:
    """What the customer wrote is for a person, by a rule of the owner's: the secretary offers to pass it on."""
    return _opened("named", Draft(question, Asking.OFFER), language)


def nobody_free(question: str, language: Language) -> Step:
    """A person was called and nobody came: the secretary offers to pass `question` on, or asks for one."""
    draft = Draft(question, Asking.OFFER) if question else Draft("", Asking.QUESTION)
    return _opened("nobody_free", draft, language)


def led_by(words: str, step: Step) -> Step:
    """`step` with something said before it."""
    return replace(step, text=f"{words}\n\n{step.text}") if words else step


def lapses(draft: Draft, said: str) -> bool:
    """An offer lapses when the customer goes on to something else instead of taking or declining it."""
    said = " ".join(said.split())
    return draft.asking is Asking.OFFER and not (_YES.fullmatch(said) or _NO.fullmatch(said) or _is_contact(said))


def _opened(opening: str, draft: Draft, language: Language) -> Step:
    asked = ask(draft, language)
    return replace(asked, text=f"{TEXTS[opening][language]} {asked.text}")


def ask(draft: Draft, language: Language) -> Step:
    """The question that `draft` waits with."""
    buttons = tuple(QuickReply(label=label, value=label) for label in BUTTONS[draft.asking][language])
    return Step(draft, TEXTS[draft.asking][language], buttons)


def advance(draft: Draft, said: str, language: Language) -> Step:
    """What follows from an answer. An answer that does not fit is asked again and changes nothing."""
    said = " ".join(said.split())
    if draft.asking in (Asking.QUESTION, Asking.OFFER, Asking.CONSENT, Asking.CONTACT) and _NO.fullmatch(said):
        return _declined(draft, language)
    after = _TAKE[draft.asking](draft, said)
    if after is None:
        again = ask(draft, language)
        return replace(again, text=TEXTS[f"again_{draft.asking}"][language])
    if after.asking is Asking.NOTHING:
        return Step(replace(after, outcome=Outcome.TAKEN), _thanks(after, language))
    return ask(after, language)


def _question(draft: Draft, said: str) -> Draft | None:
    return replace(draft, question=said, asking=Asking.CONSENT)


def _consent(draft: Draft, said: str) -> Draft | None:
    return replace(draft, asking=Asking.CONTACT) if _YES.fullmatch(said) else None


def _contact(draft: Draft, said: str) -> Draft | None:
    return replace(draft, contact=said[:SHORT], asking=Asking.NAME) if _is_contact(said) else None


def _is_contact(said: str) -> bool:
    return bool(EMAIL.search(said) or HANDLE.search(said) or PHONE.search(said))


def _name(draft: Draft, said: str) -> Draft | None:
    return replace(
        draft, name="" if _SKIP.fullmatch(said) or _NO.fullmatch(said) else said[:SHORT], asking=Asking.URGENCY
    )


def _urgency(draft: Draft, said: str) -> Draft | None:
    # "не срочно" holds "срочно": the mildest reading that fits is the right one
    found = next((name for name, pattern in reversed(_URGENCY) if pattern.search(said)), "")
    return replace(draft, urgency=found or "whenever", asking=Asking.CALL_BACK)


def _call_back(draft: Draft, said: str) -> Draft | None:
    return replace(draft, call_back=said[:SHORT], asking=Asking.NOTHING)


_TAKE = {
    Asking.QUESTION: _question,
    Asking.OFFER: _consent,
    Asking.CONSENT: _consent,
    Asking.CONTACT: _contact,
    Asking.NAME: _name,
    Asking.URGENCY: _urgency,
    Asking.CALL_BACK: _call_back,
}


def _declined(draft: Draft, language: Language) -> Step:
    return Step(replace(draft, outcome=Outcome.DECLINED, asking=Asking.NOTHING), TEXTS["declined"][language])


def _thanks(draft: Draft, language: Language) -> str:
    who = f", {draft.name}" if draft.name else ""
    return TEXTS["thanks"][language].format(who=who, question=draft.question, contact=draft.contact)
