"""What tests the secretary's own answers: evaluations, the owner's questions, and who hears when to ask them."""

from collections.abc import Mapping
from dataclasses import dataclass

from secretary.app.regression import ConsultOver, TurnAnswers
from secretary.app.regression_watch import RegressionWatch
from secretary.app.sandbox import sandboxes
from secretary.kernel.jobs import Handler
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents.tools import Tools
from secretary.knowledge.evaluation.evaluating import Laboratory
from secretary.knowledge.evaluation.jobs import handlers as evaluation_handlers
from secretary.knowledge.faq.lookup import FaqLookup
from secretary.knowledge.regression.asking import Examiner
from secretary.knowledge.regression.jobs import handlers as regression_handlers
from secretary.knowledge.search.ports import ModelsNow
from secretary.llm.routing.router import Router


@dataclass(frozen=True, slots=True)
class SelfTest:
    """All of it, joined."""

    laboratory: Laboratory
    examiner: Examiner
    watch: RegressionWatch

    def handlers(self, units: UnitFactory) -> Mapping[str, Handler]:
        """What a worker runs."""
        return {**evaluation_handlers(units, self.laboratory), **regression_handlers(self.examiner)}


def self_test(
    units: UnitFactory,
    documents: Tools,
    faq: FaqLookup,
    router: Router,
    consult: ConsultOver,
    models: ModelsNow,
) -> SelfTest:
    """Nothing is begun yet."""
    answers = TurnAnswers(units, faq, documents.search, router, consult, units.clock)
    sandbox = sandboxes(models, units.clock)
    return SelfTest(
        Laboratory(documents.reader, documents.search, answers, sandbox),
        Examiner(units, answers, sandbox),
        RegressionWatch(units),
    )
