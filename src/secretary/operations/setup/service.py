"""Use cases of the first steps. Nothing says "done" but the state of things: undo a step, and it is open again."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from secretary.assistant.queries import default_assistant
from secretary.kernel.config import read_config, write_config
from secretary.kernel.events import Event, Trace
from secretary.kernel.unit import Actor, Unit
from secretary.operations.ports import Installation
from secretary.operations.setup import queries

KEY = "setup_guide"
ANSWERS = frozenset({"ready", "remote"})
"""States of a model that answers, or is asked at each message."""


class Step(StrEnum):
    """In the order in which a new owner does them."""

    PASSWORD = "password"  # noqa: S105 -- the name of a step
    BUSINESS = "business"
    MODEL = "model"
    KNOWLEDGE = "knowledge"
    WIDGET = "widget"
    QUESTION = "question"


class Shown(BaseModel):
    """Whether the guide is put away."""

    is_dismissed: bool = False


@dataclass(frozen=True, slots=True)
class GuideDismissed(Event):
    """Somebody put the guide away, or took it out again."""

    is_dismissed: bool

    def trace(self) -> Trace:
        return Trace("update", "setup", KEY, {"is_dismissed": self.is_dismissed})


async def steps(unit: Unit, actor: Actor, here: Installation) -> dict[Step, bool]:
    """Every step, and whether it is done. The password is the actor's own; where nobody signs in, there is none."""
    assistant = await default_assistant(unit.db)
    company = assistant.card.company.strip() if assistant else ""
    began = assistant.created if assistant else unit.now()
    return {
        Step.PASSWORD: await _has_own_password(unit, actor),
        Step.BUSINESS: company not in ("", here.demo_company),
        Step.MODEL: any(each.state in ANSWERS for each in here.models("en") if each.name != "reranker"),
        Step.KNOWLEDGE: await queries.has_knowledge_since(unit.db, began),
        Step.WIDGET: await here.is_widget_placed(unit),
        Step.QUESTION: await queries.has_questions(unit.db),
    }


async def is_dismissed(unit: Unit) -> bool:
    return (await read_config(unit, KEY, Shown)).is_dismissed


async def dismiss(unit: Unit, *, is_dismissed: bool) -> None:
    """Put the guide away for everybody, or take it out again."""
    await write_config(unit, KEY, Shown(is_dismissed=is_dismissed))
    unit.record(GuideDismissed(is_dismissed))


async def _has_own_password(unit: Unit, actor: Actor) -> bool:
    return not actor.session_id or await queries.credentials_version(unit.db, actor.id) != 1
