"""Calling a person into a conversation: whether one is there now, what the customer is told, and who else."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from secretary.assistant.hours.calendar import in_words, is_open, opens_next
from secretary.assistant.models import Assistant
from secretary.assistant.ports import Attention
from secretary.assistant.texts import CALLED, CLOSED, LATER
from secretary.assistant.turn import Turn
from secretary.conversations.handover.service import hand_over
from secretary.conversations.ports import OF_STAFF, HandOverReason
from secretary.kernel.errors import Language
from secretary.kernel.unit import Unit


def is_live(turn: Turn) -> bool:
    """Is it a customer, and is somebody there to answer him now? Nobody is expected where no hours are written down."""
    hours = turn.assistant.hours
    return turn.source not in OF_STAFF and hours is not None and is_open(hours, _zone(turn.assistant), turn.asked_at)


def closed_words(turn: Turn) -> str:
    """When somebody will be there; nothing where somebody is, or no hours are written down."""
    return closed_text(turn.assistant, turn.language, turn.asked_at)


def closed_text(assistant: Assistant, language: Language, now: datetime) -> str:
    """As `closed_words`, at a moment of one's own."""
    hours, zone = assistant.hours, _zone(assistant)
    if hours is None or is_open(hours, zone, now):
        return ""
    coming = opens_next(hours, zone, now)
    own = hours.closed_text.get(language, "").strip()
    when = in_words(coming, language, zone, now) if coming else LATER[language]
    return (own or CLOSED[language]).replace("{when}", when)


def call(turn: Turn, reason: HandOverReason, attention: Attention | None) -> str:
    """Hand the conversation over with the answer that says so, and tell who may take it. Returns what is said."""
    turn.on_save(lambda unit: _called(unit, turn, reason, attention))
    return CALLED[reason.value][turn.language]


async def _called(unit: Unit, turn: Turn, reason: HandOverReason, attention: Attention | None) -> None:
    wait = timedelta(minutes=turn.assistant.handover.wait_minutes)
    is_new = await hand_over(unit, turn.session_id, reason, wait, but=turn.answer_id)
    if is_new and attention is not None:
        await attention.person_wanted(unit, turn.session_id, turn.owner_id, reason)


def _zone(assistant: Assistant) -> ZoneInfo:
    return ZoneInfo(assistant.card.timezone)
