"""The durable work of evaluations. One that was broken off begins anew: nothing of it is stored before its end."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from secretary.kernel.errors import SecretaryError, Upstream
from secretary.kernel.jobs import ClaimedJob, Handler, LeaseLost, complete, note_progress
from secretary.kernel.unit import SYSTEM, Actor, UnitFactory
from secretary.knowledge.evaluation import queries, service
from secretary.knowledge.evaluation.evaluating import Laboratory, Wish, of_installation, of_sets
from secretary.knowledge.evaluation.folder import shipped_sets
from secretary.knowledge.evaluation.models import EvaluationRun, Origin, RunState
from secretary.knowledge.evaluation.report import Report
from secretary.knowledge.evaluation.shapes import Half, QuestionSet

_TOLD_EVERY: Final = 10


@dataclass(frozen=True, slots=True)
class _Order:
    """What a run asks for, read once."""

    origin: Origin
    wish: Wish
    questions: QuestionSet | None
    collections: list[str] | None


def handlers(units: UnitFactory, laboratory: Laboratory) -> Mapping[str, Handler]:
    """What a worker runs."""

    async def evaluate(job: ClaimedJob) -> None:
        await _evaluate(units, laboratory, job)

    return {service.EVALUATE: evaluate}


async def _evaluate(units: UnitFactory, laboratory: Laboratory, job: ClaimedJob) -> None:
    """One attempt. Raises Upstream where a later one may succeed."""
    try:
        order = await _begin(units, job)
        if order is None:
            return
        report = await _report(laboratory, order)
    except LeaseLost:
        raise
    except SecretaryError as error:
        if isinstance(error, Upstream) and error.retryable and job.attempt < job.max_attempts:
            raise
        await _give_up(units, job, error)
        return
    async with units.write() as unit:
        row = await queries.run(unit.db, _run_id(job), lock=True)
        if row is not None:
            await service.finish(unit, row, report)
        await complete(unit, job)


async def _begin(units: UnitFactory, job: ClaimedJob) -> _Order | None:
    async with units.write() as unit:
        row = await queries.run(unit.db, _run_id(job), lock=True)
        if row is None or row.state not in service.OPEN:
            return None
        row.state = RunState.RUNNING
        await unit.db.flush()
    async with units.read() as unit:
        own = await service.own_set(unit, row.questions, row.collection_ids) if row.questions else None
    return _Order(row.origin, _wish(units, job, row), own, row.collection_ids)


def _wish(units: UnitFactory, job: ClaimedJob, row: EvaluationRun) -> Wish:
    async def tell(phase: str, done: int, total: int) -> None:
        if done % _TOLD_EVERY == 0 or done == total:
            async with units.write() as unit:
                await note_progress(unit, job, {"phase": phase, "done": done, "total": total})

    actor = SYSTEM if row.owner_id is None else Actor("user", row.owner_id)
    return Wish(actor, Half(row.half) if row.half else None, row.with_model, tell)


async def _report(laboratory: Laboratory, order: _Order) -> Report:
    if order.questions is not None:
        return await of_installation(laboratory, order.questions, order.collections, order.wish)
    return await of_sets(laboratory, await asyncio.to_thread(shipped_sets), order.wish)


async def _give_up(units: UnitFactory, job: ClaimedJob, error: SecretaryError) -> None:
    async with units.write() as unit:
        row = await queries.run(unit.db, _run_id(job), lock=True)
        if row is not None:
            await service.give_up(unit, row, error)
        await complete(unit, job)


def _run_id(job: ClaimedJob) -> str:
    return str(job.payload["run_id"])
