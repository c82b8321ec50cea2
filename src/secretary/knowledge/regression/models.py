"""Tables of the owner's regression questions and of the runs that asked them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime, text_enum
from secretary.knowledge.regression.shapes import Cause, Outcome


class RegressionQuestion(Base):
    """A question whose answer the owner relies on.

    It is put to the assistant, or to the default one; with a collection, that one alone is searched. `document_id` and
    `faq_entry_id` are where the answer must come from: no foreign keys, for what is gone must fail, not be forgotten.
    `is_passed` and `outcome` are of the last run without a draft; None until there was one.
    """

    __tablename__ = "regression_questions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), default=None)
    assistant_id: Mapped[str | None] = mapped_column(
        ForeignKey("assistants.id", ondelete="SET NULL"), index=True, default=None
    )
    collection_id: Mapped[str | None] = mapped_column(
        ForeignKey("knowledge_collections.id", ondelete="CASCADE"), index=True, default=None
    )
    question: Mapped[str] = mapped_column(Text)
    document_id: Mapped[str | None] = mapped_column(String(36), default=None)
    faq_entry_id: Mapped[str | None] = mapped_column(String(36), default=None)
    answer_contains: Mapped[list[str]] = mapped_column(JsonOf(list[str]))
    answer_must_not_contain: Mapped[list[str]] = mapped_column(JsonOf(list[str]))
    must_refuse: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_passed: Mapped[bool | None] = mapped_column(default=None)
    outcome: Mapped[Outcome | None] = mapped_column(JsonOf(Outcome), default=None)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_regression_questions_owner_id_created", "owner_id", "created"),)


class RegressionRun(Base):
    """A run without a draft: how many of an owner's questions passed, and how many of the same ones had before.

    `fallen` are the ids of those that passed before and do not now. A run that has fallen is a warning until a later
    one is as good again or somebody has dismissed it (`is_dismissed`).
    """

    __tablename__ = "regression_runs"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), default=None)
    cause: Mapped[Cause] = mapped_column(text_enum(Cause, 10))
    questions: Mapped[int]
    passed: Mapped[int]
    compared: Mapped[int]
    passed_before: Mapped[int]
    passed_after: Mapped[int]
    fallen: Mapped[list[str]] = mapped_column(JsonOf(list[str]))
    has_fallen: Mapped[bool]
    is_dismissed: Mapped[bool] = mapped_column(default=False, server_default=false())
    created: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_regression_runs_owner_id_created", "owner_id", "created"),)
