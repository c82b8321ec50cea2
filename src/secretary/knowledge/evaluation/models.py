"""The table of evaluation runs: what was asked for, how far it is, and what came of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime, text_enum


class Origin(StrEnum):
    """Whose questions: those that are shipped, a folder's, or uploaded ones about the installation's own documents."""

    SHIPPED = "shipped"
    FOLDER = "folder"
    UPLOADED = "uploaded"


class RunState(StrEnum):
    """What has become of a run."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EvaluationRun(Base):
    """One run. Runs of the same `origin` and `name` are compared with each other, by the questions that both have.

    `questions` is the JSON Lines text that was uploaded. `report` is a `report.Report` as JSON, empty until it is
    done. `fault` is the code of what went wrong, and `fault_text` its words.
    """

    __tablename__ = "evaluation_runs"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), default=None)
    origin: Mapped[Origin] = mapped_column(text_enum(Origin, 10))
    name: Mapped[str] = mapped_column(String(300))
    half: Mapped[str] = mapped_column(String(10), default="", server_default="")
    with_model: Mapped[bool] = mapped_column(default=False, server_default=false())
    collection_ids: Mapped[list[str] | None] = mapped_column(JsonOf(list[str]), default=None)
    questions: Mapped[str] = mapped_column(Text, default="", server_default="")
    state: Mapped[RunState] = mapped_column(text_enum(RunState, 10))
    job_id: Mapped[str] = mapped_column(String(36), default="", server_default="")
    engine: Mapped[str] = mapped_column(String(300), default="", server_default="")
    report: Mapped[str] = mapped_column(Text, default="", server_default="")
    fault: Mapped[str] = mapped_column(String(64), default="", server_default="")
    fault_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    finished: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    __table_args__ = (Index("ix_evaluation_runs_owner_id_created", "owner_id", "created"),)
