"""What is left after the dust has settled: the messages that were sent, those that are stored, and what arrived."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from secretary.conversations.models import ChatMessage, ChatSession
from secretary.kernel.db import Database

FAULTS = (
    "lost", "stored_twice", "unanswered", "answered_twice", "out_of_order", "answers_out_of_order",
    "arrived_twice_without_cause", "violations",
)  # fmt: skip

IN_THE_PIPE_S = 2.0


@dataclass
class Book:
    """What went in and came out, by chat. `kills` are moments of the clock of arrivals."""

    sent: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    arrived: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When each answer arrived, by its text; in the order of the first arrivals."""
    kills: list[float] = field(default_factory=list)
    brought: dict[str, list[tuple[float, float, bool]]] = field(default_factory=dict)
    """When each text was brought to a webhook: begun, ended, and whether it was taken."""

    def was_killed_between(self, first: float, last: float) -> bool:
        """What was in the pipe when the program died arrives after that."""
        return any(first - IN_THE_PIPE_S <= kill <= last for kill in self.kills)

    def story(self, text: str) -> str:
        """What happened to one message, in seconds before and after its first answer."""
        arrived = self.arrived.get(answer_to(text)) or [0.0]
        zero = arrived[0]
        brought = [
            f"{began - zero:.2f} to {ended - zero:.2f}{'' if taken else ' refused'}"
            for began, ended, taken in self.brought.get(text, ())
        ]
        kills = [f"{kill - zero:.2f}" for kill in self.kills if -60 < kill - zero < 60]
        answers = [f"{at - zero:.2f}" for at in arrived]
        return f"{text} (by the loop's clock {zero:.2f}): brought {brought}, answers {answers}, kills {kills}"


@dataclass
class Report:
    """The counts. `doubled_by_*` could not be helped: providers take no idempotency key."""

    engine: str
    sent: int = 0
    stored: int = 0
    arrived: int = 0
    kills: int = 0
    brought_again: int = 0
    lost: list[str] = field(default_factory=list)
    stored_twice: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    answered_twice: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    answers_out_of_order: list[str] = field(default_factory=list)
    arrived_twice_without_cause: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    doubled_by_crashes: int = 0
    doubled_by_cut_connections: int = 0
    seconds: float = 0.0
    log: str = ""

    @property
    def is_clean(self) -> bool:
        return not any(getattr(self, name) for name in FAULTS)

    def line(self) -> str:
        counts = ", ".join(f"{name.replace('_', ' ')} {len(getattr(self, name))}" for name in FAULTS)
        return (
            f"{self.engine}: {self.sent} sent, {self.brought_again} of them brought again later, {self.stored} stored, "
            f"{self.arrived} answers arrived, {self.kills} kills, {counts}; doubled by a crash between sending and "
            f"recording {self.doubled_by_crashes}, by a connection cut after the work "
            f"{self.doubled_by_cut_connections}; {self.seconds:.0f} s ({self.sent / self.seconds:.1f} messages/s)"
        )

    def samples(self, most: int = 5) -> str:
        """The first of each kind of fault."""
        return "\n".join(f"  {name}: {found[:most]}" for name in FAULTS if (found := getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Row:
    """A message of a conversation."""

    chat: str
    id: str
    role: str
    content: str
    parent_id: str | None
    status: str


async def rows_of(database: Database) -> dict[str, list[Row]]:
    """Every message of messengers, by chat, in the order in which they are stored."""
    found = (
        select(
            ChatSession.contact_key,
            ChatMessage.id,
            ChatMessage.role,
            ChatMessage.content,
            ChatMessage.parent_id,
            ChatMessage.status,
        )
        .join(ChatSession, ChatSession.id == ChatMessage.session_id)
        .where(ChatSession.source.in_(("telegram", "whatsapp")))
        .order_by(ChatMessage.session_id, ChatMessage.seq)
    )
    chats: dict[str, list[Row]] = defaultdict(list)
    async with database.session(write=False) as db:
        for chat, id_, role, content, parent_id, status in await db.execute(found):
            chats[chat].append(Row(chat, id_, role, content, parent_id, status.value))
    return chats


def count(report: Report, book: Book, chats: dict[str, list[Row]], done_and_cut: set[str]) -> None:
    """Compare what is stored and what arrived with what was sent."""
    for chat, sent in book.sent.items():
        report.sent += len(sent)
        _count_stored(report, book, chat, sent, chats.get(chat, []))
        _count_arrived(report, book, chat, sent, done_and_cut)


def _count_stored(report: Report, book: Book, chat: str, sent: Sequence[str], rows: Sequence[Row]) -> None:
    questions = [row for row in rows if row.role == "user"]
    said = [row.content for row in questions]
    report.stored += len(said)
    report.lost += sorted(set(sent) - set(said))
    report.stored_twice += _twice(said)
    if said != list(sent) and sorted(said) == sorted(sent):
        moved = [one for one, other in zip(said, sent, strict=True) if one != other]
        report.out_of_order.append(f"{chat}: {[book.story(text) for text in moved]}")
    answers: dict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        if row.role == "assistant":
            answers[row.parent_id].append(row)
    for question in questions:
        given = answers[question.id]
        if len(given) > 1:
            report.answered_twice.append(question.content)
        if not any(row.status == "complete" and row.content == answer_to(question.content) for row in given):
            report.unanswered.append(f"{question.content}: {[(row.status, row.content) for row in given]}")


def _count_arrived(report: Report, book: Book, chat: str, sent: Sequence[str], done_and_cut: set[str]) -> None:
    """`sent` is the order in which answers have to arrive, too."""
    first = {text: book.arrived[answer_to(text)][0] for text in sent if book.arrived.get(answer_to(text))}
    report.arrived += len(first)
    report.unanswered += [f"{text}: no answer arrived" for text in sent if text not in first]
    came = sorted(first, key=lambda text: first[text])
    if came != [text for text in sent if text in first]:
        report.answers_out_of_order.append(f"{chat}: {came}")
    for text in first:
        at = book.arrived[answer_to(text)]
        if len(at) == 1:
            continue
        if answer_to(text) in done_and_cut:
            report.doubled_by_cut_connections += 1
        elif book.was_killed_between(at[0], at[-1]):
            report.doubled_by_crashes += 1
        else:
            report.arrived_twice_without_cause.append(book.story(text))


def answer_to(text: str) -> str:
    """What the scripted model says."""
    return f"echo: {text}"


def _twice(texts: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [text for text in texts if text in seen or seen.add(text)]  # type: ignore[func-returns-value]
