"""Use cases of evaluation runs: ask for one, see them, stop one, keep what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from secretary.accounts.reach import ensure_may_touch, owner_filter
from secretary.kernel.errors import NotFound, SecretaryError
from secretary.kernel.jobs import ClaimedJob, Job, JobId, JobState, NewJob, cancel, enqueue, fail, get_job
from secretary.kernel.jobs.retry import Failure
from secretary.kernel.text import clean
from secretary.kernel.unit import Unit
from secretary.knowledge.documents.collections import service as collections
from secretary.knowledge.evaluation import errors, events, queries
from secretary.knowledge.evaluation.changes import Changes, compare
from secretary.knowledge.evaluation.folder import set_of
from secretary.knowledge.evaluation.models import EvaluationRun, Origin, RunState
from secretary.knowledge.evaluation.report import Report, from_json, to_json
from secretary.knowledge.evaluation.shapes import Document, Half, QuestionSet

EVALUATE: Final = "evaluation.run"
SHIPPED_NAME: Final = "shipped"
OWN: Final = "own"
UPLOADED_FILE: Final = "questions.jsonl"
_ATTEMPTS: Final = 4
OPEN: Final = frozenset({RunState.WAITING, RunState.RUNNING})


@dataclass(frozen=True, slots=True)
class NewRun:
    """What is to be tested: `questions` (JSON Lines) on what the collections hold; without them, the shipped sets."""

    questions: str | None = None
    name: str = ""
    half: Half | None = None
    with_model: bool = False
    collection_ids: Sequence[str] | None = None


async def start(unit: Unit, new: NewRun) -> EvaluationRun:
    """A run that a worker does. Raises Invalid for questions that cannot be put, NotFound for foreign collections."""
    origin = Origin.SHIPPED if new.questions is None else Origin.UPLOADED
    chosen = None if new.collection_ids is None else await _chosen(unit, new.collection_ids)
    if new.questions is not None:
        named = [Document(name, b"") for name in await queries.names(unit.db, chosen)]
        set_of(OWN, named, new.questions, UPLOADED_FILE)
    name = SHIPPED_NAME if origin is Origin.SHIPPED else clean(new.name).strip() or UPLOADED_FILE
    row = _row(unit, origin, name, new)
    row.collection_ids, row.questions = chosen, new.questions or ""
    unit.db.add(row)
    await unit.db.flush()
    job = NewJob(EVALUATE, {"run_id": row.id}, key=row.id, lane=EVALUATE, max_attempts=_ATTEMPTS)
    row.job_id = await enqueue(unit, job)
    await unit.db.flush()
    unit.record(events.EvaluationAsked(row.id, origin.value, row.owner_id))
    return row


async def _chosen(unit: Unit, collection_ids: Sequence[str]) -> list[str]:
    found = [await collections.find(unit, clean(one)) for one in dict.fromkeys(collection_ids)]
    for one in found:
        if one.owner_id is not None:
            ensure_may_touch(unit.actor, "knowledge", one.owner_id)
    return [one.id for one in found]


async def keep(unit: Unit, origin: Origin, name: str, new: NewRun, report: Report) -> EvaluationRun:
    """A run that was done right here, kept to be compared with."""
    row = _row(unit, origin, name, new)
    unit.db.add(row)
    await finish(unit, row, report)
    return row


async def finish(unit: Unit, row: EvaluationRun, report: Report) -> None:
    """The run is done, and this came of it."""
    row.report, row.engine = to_json(report).decode(), report.engine[:300]
    await _end(unit, row, RunState.DONE)


async def give_up(unit: Unit, row: EvaluationRun, error: SecretaryError) -> None:
    """The run could not be done, and why."""
    row.fault, row.fault_text = error.code[:64], f"{error.ru}\n{error.en}"
    await _end(unit, row, RunState.FAILED)


async def list_runs(unit: Unit, *, limit: int, offset: int) -> tuple[Sequence[EvaluationRun], int]:
    """The actor's runs (an admin: all), latest first, and how many there are."""
    owner_id = owner_filter(unit.actor, "knowledge", "edit")
    return await queries.runs(unit.db, owner_id, limit=limit, offset=offset)


async def find(unit: Unit, run_id: str, *, lock: bool = False) -> EvaluationRun:
    """A run of the actor's. Raises NotFound."""
    row = await queries.run(unit.db, clean(run_id), lock=lock)
    if row is None:
        raise errors.no_such_run()
    ensure_may_touch(unit.actor, "knowledge", row.owner_id)
    return row


async def job_of(unit: Unit, row: EvaluationRun) -> Job | None:
    """The job that does an open run; None for one that is over, or whose job somebody has forgotten."""
    if row.state not in OPEN or not row.job_id:
        return None
    try:
        return await get_job(unit, row.job_id)
    except NotFound:
        return None


async def changes_of(unit: Unit, row: EvaluationRun, report: Report) -> Changes | None:
    """What has become better or worse since the last run of the same questions; None where this is the first."""
    before = await queries.previous(unit.db, row)
    return compare(from_json(before.report).product, report.product) if before is not None else None


async def stop(unit: Unit, run_id: str) -> EvaluationRun:
    """Stop a run, one that is being done too: its worker hears of it with its next word. Raises NotFound, Conflict."""
    row = await find(unit, run_id, lock=True)
    job = await job_of(unit, row)
    if job is None or job.state is JobState.DONE:
        raise errors.is_over()
    if job.state is JobState.RUNNING:
        await fail(unit, _as_claimed(job), Failure("cancelled", is_final=True), 0)
        unit.db.expire(job)
    await cancel(unit, row.job_id)
    await _end(unit, row, RunState.CANCELLED)
    unit.record(events.EvaluationCancelled(row.id, row.owner_id))
    return row


async def own_set(unit: Unit, questions: str, collection_ids: Sequence[str] | None) -> QuestionSet:
    """Questions about the installation's own documents. Raises Invalid, with the line that is wrong."""
    found = await queries.texts(unit.db, collection_ids)
    documents = [Document(name, text.encode(), title) for name, title, text in found]
    return set_of(OWN, documents, questions, UPLOADED_FILE)


def _row(unit: Unit, origin: Origin, name: str, new: NewRun) -> EvaluationRun:
    return EvaluationRun(
        id=unit.new_id(), owner_id=unit.actor.owner_id, origin=origin, name=name[:300],
        half=new.half.value if new.half else "", with_model=new.with_model, collection_ids=None, questions="",
        state=RunState.WAITING, job_id="", engine="", report="", fault="", fault_text="", created=unit.now(),
    )  # fmt: skip


async def _end(unit: Unit, row: EvaluationRun, state: RunState) -> None:
    row.state, row.finished = state, unit.now()
    await unit.db.flush()
    unit.record(events.EvaluationEnded(row.id, state.value, row.owner_id))


def _as_claimed(job: Job) -> ClaimedJob:
    """The job as its worker holds it."""
    return ClaimedJob(
        id=JobId(job.id), kind=job.kind, payload=job.payload, key=job.key, lane=job.lane, attempt=job.attempts,
        max_attempts=job.max_attempts, holder=job.holder or "", progress=job.progress, created_by=job.created_by,
    )  # fmt: skip
