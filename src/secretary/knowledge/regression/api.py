"""`/admin/knowledge/regression`: the owner's questions, asked before a change goes live and after every one."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents.api.deps import Limit, MayEdit, Offset
from secretary.knowledge.regression import queries, service
from secretary.knowledge.regression.asking import Change, Examiner, Wish
from secretary.knowledge.regression.rehearsal import drafts
from secretary.knowledge.regression.schemas import (
    AskIn,
    DismissedOut,
    QuestionAnswer,
    QuestionIn,
    QuestionOut,
    QuestionsOut,
    RemovedOut,
    ResultOut,
    RunOut,
)
from secretary.web.deps import UnitDep, services

router = APIRouter(prefix="/admin/knowledge/regression", tags=["knowledge"])

_RUNS = 20


class RegressionServices(Protocol):
    """What the application offers to these routes."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def examiner(self) -> Examiner: ...


async def _offered(request: Request) -> RegressionServices:
    offered: RegressionServices = services(request)
    return offered


Offered = Annotated[RegressionServices, Depends(_offered)]


@router.get("")
async def list_regression(unit: UnitDep, _who: MayEdit, limit: Limit = 100, offset: Offset = 0) -> QuestionsOut:
    """Questions, oldest first, how they went, and warnings where the score fell after a change."""
    owners = service.seen(unit)
    rows, total = await queries.questions(unit.db, owners, limit=limit, offset=offset)
    return QuestionsOut(
        questions=[QuestionOut.of(row) for row in rows],
        total=total,
        passed=await queries.count(unit.db, owners, is_passed=True),
        failed=await queries.count(unit.db, owners, is_passed=False),
        warnings=[RunOut.of(row) for row in await queries.warnings(unit.db, owners)],
        runs=[RunOut.of(row) for row in await queries.last_runs(unit.db, owners, _RUNS)],
    )


@router.post("", status_code=201)
async def create_regression_question(
    unit: UnitDep, _who: MayEdit, offered: Offered, body: QuestionIn
) -> QuestionAnswer:
    """A new question."""
    await offered.examiner.answers.ensure_allowed(unit, body.assistant_id)
    return QuestionAnswer(question=QuestionOut.of(await service.create(unit, body.wanted())))


@router.post("/run")
async def run_regression(who: MayEdit, offered: Offered, body: AskIn) -> ResultOut:
    """Ask now. With a draft nothing is stored: it says what would become better or worse. It takes as long as the
    models do.
    """
    change: Change | None = body.draft.change() if body.draft is not None else None
    async with offered.units.read(who) as unit:
        wish = Wish(service.own(unit), service.house_or_own(unit), who, list(dict.fromkeys(body.question_ids)))
        await service.ensure_own(unit, wish.ids)
        if change is not None:
            await offered.examiner.answers.ensure_allowed(unit, None, change.draft)
            if change.document is not None:
                change = Change(change.draft, await drafts.checked(unit, change.document))
    if change is None:
        return ResultOut.of(await offered.examiner.run(wish))
    return ResultOut.of(await offered.examiner.rehearse(wish, change))


@router.post("/warnings/{run_id}/dismiss")
async def dismiss_regression_warning(unit: UnitDep, _who: MayEdit, run_id: str) -> DismissedOut:
    """Accept that the score fell."""
    return DismissedOut(warning=RunOut.of(await service.dismiss(unit, run_id)))


@router.get("/{regression_id}")
async def read_regression_question(unit: UnitDep, _who: MayEdit, regression_id: str) -> QuestionAnswer:
    """One question."""
    return QuestionAnswer(question=QuestionOut.of(await service.find(unit, regression_id)))


@router.put("/{regression_id}")
async def change_regression_question(
    unit: UnitDep, _who: MayEdit, offered: Offered, regression_id: str, body: QuestionIn
) -> QuestionAnswer:
    """Replace a question; how it went before is forgotten."""
    await offered.examiner.answers.ensure_allowed(unit, body.assistant_id)
    return QuestionAnswer(question=QuestionOut.of(await service.change(unit, regression_id, body.wanted())))


@router.delete("/{regression_id}")
async def delete_regression_question(unit: UnitDep, _who: MayEdit, regression_id: str) -> RemovedOut:
    """Delete a question."""
    await service.remove(unit, regression_id)
    return RemovedOut(deleted=regression_id)
