"""What happened to contacts and canned answers. Names, numbers and notes are never told, only that they changed."""

from dataclasses import dataclass

from secretary.kernel.events import Event, News, Trace


@dataclass(frozen=True, slots=True)
class ContactMet(Event):
    """Somebody wrote for the first time. The customer did that: nothing for the audit."""

    contact_id: str
    owner_id: str | None

    def news(self) -> News:
        return News("create", "contact", self.contact_id, self.owner_id)


@dataclass(frozen=True, slots=True)
class ContactChanged(Event):
    """Staff made, changed, blocked or deleted a contact: `done` says which, `fields` what was named."""

    contact_id: str
    owner_id: str | None
    done: str = "update"
    fields: tuple[str, ...] = ()

    def trace(self) -> Trace:
        return Trace(self.done, "contact", self.contact_id, {"fields": self.fields} if self.fields else {})


@dataclass(frozen=True, slots=True)
class ContactsMerged(Event):
    """Two contacts are known to be one customer. `proven`: the customer himself proved it, nobody decided it."""

    contact_id: str
    owner_id: str | None
    into_id: str
    proven: bool

    def trace(self) -> Trace:
        return Trace("merge", "contact", self.contact_id, {"into": self.into_id, "proven": self.proven})


@dataclass(frozen=True, slots=True)
class ContactUnmerged(Event):
    """A contact is one of its own again."""

    contact_id: str
    owner_id: str | None
    from_id: str

    def trace(self) -> Trace:
        return Trace("unmerge", "contact", self.contact_id, {"from": self.from_id})


@dataclass(frozen=True, slots=True)
class ContactNoted(Event):
    """A private note was written on a contact, or is gone."""

    contact_id: str
    owner_id: str | None
    note_id: str
    done: str

    def trace(self) -> Trace | None:
        return Trace("delete", "contact_note", self.note_id) if self.done == "delete" else None

    def news(self) -> News:
        return News(self.done, "contact_note", self.contact_id, self.owner_id)


@dataclass(frozen=True, slots=True)
class CannedAnswerChanged(Event):
    """A canned answer was made, changed or deleted."""

    canned_id: str
    owner_id: str | None
    done: str

    def trace(self) -> Trace:
        return Trace(self.done, "canned_answer", self.canned_id)
