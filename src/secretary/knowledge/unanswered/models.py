"""Tables of unanswered questions: each as it was asked, and the groups of those that ask the same."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, UtcDateTime, text_enum
from secretary.knowledge.unanswered.shapes import Reason, State


class UnansweredGroup(Base):
    """Questions of one assistant that ask the same. What it is called, how often and when it was asked is told by them.

    `settled` is when it was answered or dismissed last; `reopened` says that it was asked in vain again after that.
    """

    __tablename__ = "unanswered_groups"
    __table_args__ = (Index("ix_unanswered_groups_assistant_id_owner_id", "assistant_id", "owner_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    assistant_id: Mapped[str] = mapped_column(String(36))
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True, default=None)
    state: Mapped[State] = mapped_column(text_enum(State, 10), index=True)
    reopened: Mapped[bool] = mapped_column(default=False, server_default=false())
    settled: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    faq_entry_id: Mapped[str | None] = mapped_column(
        ForeignKey("faq_entries.id", ondelete="SET NULL"), index=True, default=None
    )
    document_id: Mapped[str | None] = mapped_column(
        ForeignKey("knowledge_documents.id", ondelete="SET NULL"), index=True, default=None
    )
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class UnansweredQuestion(Base):
    """A question as it was asked, by the answer that was none. It is gone with its conversation.

    `is_shown` is false while another, better answer to it is the one that is shown. `terms` (what it is about, parted
    by spaces), `search_text` (folded) and the vector are filled when it is put into a group; `meant_by` names the
    vector's model.
    """

    __tablename__ = "unanswered_questions"
    __table_args__ = (Index("ix_unanswered_questions_group_id_asked", "group_id", "asked"),)

    answer_id: Mapped[str] = mapped_column(ForeignKey("chat_messages.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[str] = mapped_column(ForeignKey("chat_messages.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("chat_sessions.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[str | None] = mapped_column(ForeignKey("unanswered_groups.id", ondelete="SET NULL"), default=None)
    assistant_id: Mapped[str] = mapped_column(String(36))
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True, default=None)
    source: Mapped[str] = mapped_column(String(20))
    reason: Mapped[Reason] = mapped_column(text_enum(Reason, 12))
    is_shown: Mapped[bool] = mapped_column(default=True, server_default=true())
    text: Mapped[str] = mapped_column(Text)
    terms: Mapped[str] = mapped_column(Text, default="", server_default="")
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    meaning: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    meant_by: Mapped[str] = mapped_column(String(200), default="", server_default="")
    asked: Mapped[datetime] = mapped_column(UtcDateTime)
