"""Summaries: what has happened since the last one, and what waits now, for one user and his conversations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from secretary.accounts.reach import reach
from secretary.accounts.rights import Scope
from secretary.channels.owner import counting
from secretary.channels.owner.cards import LINE, NAME, plain
from secretary.channels.owner.counting import Counts, Waiting
from secretary.channels.owner.texts import LINES, SUMMARY
from secretary.kernel.errors import Language
from secretary.kernel.unit import Actor, Unit

MOST_SHOWN: Final = 5
ASKED: Final = "asked"


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose conversations somebody sees: his own, or all (`owner_id` None)."""

    owner_id: str | None


def seen_by(actor: Actor) -> Seen | None:
    """None for somebody who sees no customers."""
    scope = reach(actor, "requests", "edit")
    if scope is None:
        return None
    return Seen(None if scope is Scope.ALL else actor.id)


async def has_news(unit: Unit, actor: Actor, since: datetime) -> bool:
    """Is there anything to say to him?"""
    seen = seen_by(actor)
    return seen is not None and (await counting.count(unit.db, seen.owner_id, since, unit.now())).is_something


async def summary(
    unit: Unit, actor: Actor, language: Language, occasion: str, period: tuple[datetime, datetime]
) -> str:
    """The text; empty where there is nothing to say to somebody who has not asked. What waits does so now."""
    seen = seen_by(actor)
    if seen is None:
        return ""
    counts = await counting.count(unit.db, seen.owner_id, *period)
    if not counts.is_something:
        return SUMMARY["nothing"][language] if occasion == ASKED else ""
    waiting = await counting.waiting(unit.db, seen.owner_id, MOST_SHOWN)
    return "\n".join([SUMMARY[occasion][language], *_numbers(counts, language), *_now(counts, waiting, language)])


def _numbers(counts: Counts, language: Language) -> list[str]:
    named = ("conversations", "answered", "unanswered", "taken", "waiting")
    return [SUMMARY[name][language].format(n=getattr(counts, name)) for name in named if getattr(counts, name)]


def _now(counts: Counts, waiting: Sequence[Waiting], language: Language) -> list[str]:
    if not waiting:
        return []
    lines = ["", SUMMARY["now"][language]]
    for one in waiting:
        name = plain(one.name, NAME) or LINES["visitor"][language]
        lines.append(f"• {name}: «{plain(one.last_message, LINE)}»")
    if (left := counts.waiting - len(waiting)) > 0:
        lines.append(SUMMARY["more"][language].format(n=left))
    return lines
