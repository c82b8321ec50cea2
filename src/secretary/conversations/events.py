"""What happened to conversations as a whole. What is said in them is no event: it is theirs."""

from dataclasses import dataclass

from secretary.conversations.ports import SessionState
from secretary.kernel.events import Event, News, Trace


@dataclass(frozen=True, slots=True)
class ConversationWentOn(Event):
    """It began, something was asked, rated or noted, an answer is over, another branch is shown: panels that show this
    conversation, or the list, look again.
    """

    session_id: str
    owner_id: str | None

    def news(self) -> News:
        return News("update", "conversation", self.session_id, self.owner_id)


@dataclass(frozen=True, slots=True)
class SessionChanged(Event):
    """A conversation has another title or another prompt of its own."""

    session_id: str
    owner_id: str | None
    fields: tuple[str, ...]

    def trace(self) -> Trace:
        return Trace("update", "conversation", self.session_id, {"fields": self.fields})


@dataclass(frozen=True, slots=True)
class SessionDeleted(Event):
    """A conversation and everything in it is gone."""

    session_id: str
    owner_id: str | None

    def trace(self) -> Trace:
        return Trace("delete", "conversation", self.session_id)


@dataclass(frozen=True, slots=True)
class MessagesDeleted(Event):
    """A message with everything below it was cut out of a conversation."""

    session_id: str
    owner_id: str | None
    message_id: str

    def trace(self) -> Trace:
        return Trace("delete", "message", self.message_id, {"session_id": self.session_id})


@dataclass(frozen=True, slots=True)
class NoteDeleted(Event):
    """A private note is gone."""

    session_id: str
    owner_id: str | None
    note_id: str

    def trace(self) -> Trace:
        return Trace("delete", "note", self.note_id, {"session_id": self.session_id})


@dataclass(frozen=True, slots=True)
class ConversationExported(Event):
    """Somebody took a conversation away as a file."""

    session_id: str
    owner_id: str | None
    format: str

    def trace(self) -> Trace:
        return Trace("export", "conversation", self.session_id, {"format": self.format})


@dataclass(frozen=True, slots=True)
class ConversationHandled(Event):
    """Who has it is another, or it is over: `done` says by what (`take`, `give_back`, `close`, …).

    What staff did is audited; what a customer or time did is only told.
    """

    session_id: str
    owner_id: str | None
    done: str
    state: SessionState
    by_staff: bool

    def trace(self) -> Trace | None:
        details = {"state": self.state.value}
        return Trace(self.done, "conversation", self.session_id, details) if self.by_staff else None

    def news(self) -> News:
        return News("update", "conversation", self.session_id, self.owner_id, {"state": self.state.value})


@dataclass(frozen=True, slots=True)
class AnswersSilenced(Event):
    """A person has the conversation now: these answers are over as far as they are stored, whoever is giving them.

    The runner hears of it to stop those of this process; the others lose their lease.
    """

    session_id: str
    answer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonReplied(Event):
    """Somebody of the staff wrote to a customer."""

    session_id: str
    owner_id: str | None
    message_id: str

    def trace(self) -> Trace:
        return Trace("reply", "conversation", self.session_id, {"message_id": self.message_id})


@dataclass(frozen=True, slots=True)
class CustomerChangedMessage(Event):
    """A customer edited what he had written, or took it back."""

    session_id: str
    owner_id: str | None
    message_id: str
    withdrawn: bool

    def news(self) -> News:
        return News("update", "conversation", self.session_id, self.owner_id)
