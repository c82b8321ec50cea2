"""`/admin/knowledge/evaluation`: how well answers are found, on the shipped sets or on the owner's own questions."""

from fastapi import APIRouter

from secretary.knowledge.documents.api.deps import Limit, MayEdit, Offset
from secretary.knowledge.evaluation import service
from secretary.knowledge.evaluation.report import from_json
from secretary.knowledge.evaluation.schemas import (
    EvaluationAnswer,
    EvaluationIn,
    EvaluationOut,
    EvaluationsOut,
    ReportOut,
)
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/knowledge/evaluation", tags=["knowledge"])


@router.get("")
async def list_evaluations(unit: UnitDep, _who: MayEdit, limit: Limit = 50, offset: Offset = 0) -> EvaluationsOut:
    """The caller's runs, latest first."""
    rows, total = await service.list_runs(unit, limit=limit, offset=offset)
    runs = [EvaluationOut.of(row, await service.job_of(unit, row)) for row in rows]
    return EvaluationsOut(runs=runs, total=total)


@router.post("", status_code=202)
async def start_evaluation(unit: UnitDep, _who: MayEdit, body: EvaluationIn) -> EvaluationAnswer:
    """Have answers tested; a job does it."""
    row = await service.start(unit, body.new_run())
    return EvaluationAnswer(run=EvaluationOut.of(row, None))


@router.get("/{run_id}")
async def read_evaluation(unit: UnitDep, _who: MayEdit, run_id: str) -> ReportOut:
    """One run: figures by half and kind, what went wrong, and what has changed since the last one."""
    row = await service.find(unit, run_id)
    shown = EvaluationOut.of(row, await service.job_of(unit, row))
    if not row.report:
        return ReportOut.of(shown, None, None)
    report = from_json(row.report)
    return ReportOut.of(shown, report, await service.changes_of(unit, row, report))


@router.post("/{run_id}/cancel")
async def cancel_evaluation(unit: UnitDep, _who: MayEdit, run_id: str) -> EvaluationAnswer:
    """Stop a run, one that is being done too."""
    return EvaluationAnswer(status="cancelled", run=EvaluationOut.of(await service.stop(unit, run_id), None))
