"""What the knowledge does about itself beside the answering: it groups what was not answered, compares documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from secretary.app.soon import Soon
from secretary.kernel.jobs import Handler
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.contradictions import jobs as contradictions
from secretary.knowledge.documents.events import DocumentChanged
from secretary.knowledge.search.ports import Vectors
from secretary.knowledge.unanswered import jobs as unanswered
from secretary.knowledge.unanswered.events import QuestionsNoticed

COMPARED_AFTER_S: Final = 5.0
"""Many documents often come at once: what has come by then is compared together, and the import goes first."""
SCHEDULES: Final = (unanswered.SCHEDULE, contradictions.SCHEDULE)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The jobs of it, and what has them done soon after something happened."""

    handlers: Mapping[str, Handler]
    soon: Sequence[Soon]

    async def close(self) -> None:
        """Ask for nothing more. Repeatable."""
        for one in self.soon:
            await one.close()


def upkeep(units: UnitFactory, model: Vectors | None) -> Upkeep:
    """Everything is ready; nothing has begun."""
    return Upkeep(
        {**unanswered.handlers(units, model), **contradictions.handlers(units)},
        [
            Soon(units, unanswered.JOB, QuestionsNoticed),
            Soon(units, contradictions.JOB, DocumentChanged, after_s=COMPARED_AFTER_S),
        ],
    )
