"""The overview: folded or not, it says what the messages say."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from secretary.conversations.models import ChatMessage, ChatSession
from secretary.kernel.clock import uuid7
from secretary.kernel.errors import Invalid
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.operations.folding import fold_step
from secretary.operations.models import OverviewFold, OverviewHour
from secretary.operations.overview import Wanted, overview
from secretary.operations.tally import FIRST_WORD, TOTAL, Tally

MOSCOW = ZoneInfo("Europe/Moscow")
START = datetime(2026, 3, 28, 20, 30, tzinfo=UTC)
PLACES = st.sampled_from([("a", "widget"), ("a", "telegram"), ("b", "widget")])
ENDS = st.sampled_from(
    [("complete", "faq"), ("complete", "llm"), ("complete", "message"), ("complete", "person"), ("complete", "odd"),
     ("interrupted", "llm"), ("cancelled", None), ("failed", None), ("failed", "llm")]
)  # fmt: skip
TIMES = st.none() | st.integers(0, 200_000)
PICK = st.integers(0, 30)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("begin"), PLACES),
        st.tuples(st.just("ask"), PICK),
        st.tuples(st.just("end"), PICK, ENDS, TIMES, TIMES),
        st.tuples(st.just("fold")),
        st.tuples(st.just("pass_"), st.integers(1, 300)),
        st.tuples(st.just("pass_"), st.integers(1440, 5000)),
        st.tuples(st.just("set_back"), st.integers(1, 400)),
    ),
    max_size=60,
)


@dataclass
class History:
    """Drives conversations by hand and keeps its own book."""

    units: UnitFactory = field(init=False)
    moment: datetime = START
    sessions: list[tuple[str, str, str]] = field(default_factory=list)
    open_answers: list[tuple[str, datetime, tuple[str, str]]] = field(default_factory=list)
    book: list[tuple[datetime, tuple[str, str], str]] = field(default_factory=list)
    times: list[tuple[datetime, tuple[str, str], int, int | None]] = field(default_factory=list)

    def on(self, database) -> "History":
        self.units = UnitFactory(database, EventBus(), lambda: self.moment)
        return self

    async def act(self, steps) -> None:
        for name, *arguments in steps:
            await getattr(self, name)(*arguments)

    async def begin(self, place) -> None:
        session = ChatSession(
            id=uuid7(), assistant_id=place[0], source=place[1], source_id="s", contact_key="c", language="ru",
            created=self.moment, updated=self.moment, last_seq=0,
        )  # fmt: skip
        async with self.units.write() as unit:
            unit.db.add(session)
        self.sessions.append((session.id, *place))
        self.book.append((self.moment, place, "conversations"))

    async def ask(self, pick) -> None:
        if not self.sessions:
            return
        session_id, *place = self.sessions[pick % len(self.sessions)]
        shared = {"session_id": session_id, "content": "x", "created": self.moment, "updated": self.moment}
        answer_id, seq = uuid7(), len(self.book) * 2
        question = {"id": uuid7(), "role": "user", "status": "complete", "seq": seq}
        answer = {"id": answer_id, "role": "assistant", "status": "queued", "seq": seq + 1}
        async with self.units.write() as unit:
            await unit.db.execute(insert(ChatMessage), [shared | question, shared | answer])
        self.open_answers.append((answer_id, self.moment, tuple(place)))
        self.book.append((self.moment, tuple(place), "questions"))

    async def end(self, pick, ending, first_word_ms, latency_ms) -> None:
        if not self.open_answers:
            return
        answer_id, asked_at, place = self.open_answers.pop(pick % len(self.open_answers))
        status, by = ending
        values = {"status": status, "answered_by": by, "first_word_ms": first_word_ms, "latency_ms": latency_ms}
        async with self.units.write() as unit:
            await unit.db.execute(update(ChatMessage).where(ChatMessage.id == answer_id).values(values))
        if status != "complete":
            self.book.append((asked_at, place, status))
        if by and status != "failed":
            self.book.append((asked_at, place, "other" if by == "odd" else by))
            self.times += [(asked_at, place, FIRST_WORD, first_word_ms), (asked_at, place, TOTAL, latency_ms)]

    async def fold(self) -> None:
        async with self.units.write() as unit:
            await fold_step(unit)

    async def pass_(self, minutes) -> None:
        self.moment += timedelta(minutes=minutes)

    async def set_back(self, minutes) -> None:
        """As a corrected clock does; the next look at the jobs comes before it has caught up."""
        self.moment = max(self.moment - timedelta(minutes=minutes), START)
        await self.fold()

    def expected(self, first: datetime, end: datetime, assistant_id=None, source=None) -> Tally:
        tally = Tally()

        def is_wanted(at, place) -> bool:
            return first <= at < end and assistant_id in {None, place[0]} and source in {None, place[1]}

        for at, place, name in self.book:
            if is_wanted(at, place):
                tally.add(name)
        for at, place, lane, milliseconds in self.times:
            if is_wanted(at, place):
                tally.add_time(lane, milliseconds)
        return tally

    async def seen(self, **wanted):
        last = (self.moment + timedelta(days=1)).date()
        first = max(START.date() - timedelta(days=1), last - timedelta(days=399))
        async with self.units.read() as unit:
            return await overview(unit, Wanted(**{"first": first, "last": last, "zone": MOSCOW, **wanted}))

    async def check(self) -> None:
        for narrowed in ({}, {"assistant_id": "a"}, {"source": "widget"}, {"assistant_id": "b", "source": "widget"}):
            found = await self.seen(**narrowed)
            ends = [slot.start for slot in found.slots[1:]] + [found.slots[-1].start + timedelta(days=2)]
            for slot, end in zip(found.slots, ends, strict=True):
                assert slot.tally == self.expected(slot.start, end, **narrowed)
            everything = self.expected(found.slots[0].start, ends[-1], **narrowed)
            assert found.total == everything

    async def forget(self) -> None:
        async with self.units.write() as unit:
            for table in (ChatMessage, ChatSession, OverviewHour, OverviewFold):
                await unit.db.execute(delete(table))


async def _story(database, steps) -> None:
    history = History().on(database)
    try:
        await history.act(steps)
        await history.check()
        await history.fold()
        await history.check()
        await history.pass_(600)
        for pick in range(len(history.open_answers)):
            await history.end(pick, ("complete", "faq"), 1, 2)
        for _ in range(3):
            await history.fold()
        await history.check()
    finally:
        await history.forget()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_rolled_up_is_what_is_counted_directly_whatever_happened_and_in_what_order(engine, databases, run, steps):
    run(_story(databases(engine, seeded=False), steps))


@pytest.fixture
def history(database):
    return History().on(database)


async def folded(history) -> list[int]:
    async with history.units.read() as unit:
        from sqlalchemy import select

        return list(await unit.db.scalars(select(OverviewHour.hour).where(OverviewHour.source == "").distinct()))


async def test_nothing_has_happened_yet(history):
    await history.fold()
    found = await history.seen()
    assert found.total == Tally()
    assert found.total.percentile(TOTAL, 0.5) is None


async def test_hour_with_an_unfinished_answer_waits_and_is_counted_meanwhile(history):
    await history.act([("begin", ("a", "widget")), ("ask", 0), ("pass_", 60), ("ask", 0)])
    await history.end(1, ("complete", "faq"), 5, 9)
    await history.act([("pass_", 6000), ("fold",)])
    assert await folded(history) == []
    await history.check()
    await history.act([("end", 0, ("complete", "llm"), 700, 4000), ("fold",)])
    assert len(await folded(history)) == 2
    await history.check()


async def test_folding_again_changes_nothing(history):
    await history.act([("begin", ("a", "widget")), ("ask", 0), ("end", 0, ("complete", "faq"), 1, 2), ("pass_", 600)])
    await history.fold()
    before = await folded(history)
    async with history.units.write() as unit:
        await unit.db.execute(update(OverviewFold).values(folded_until=OverviewFold.folded_until - 5))
    await history.fold()
    assert await folded(history) == before
    await history.check()


async def test_a_quiet_year_is_passed_over_in_a_step(history):
    await history.act([("begin", ("a", "widget")), ("pass_", 60 * 24 * 365), ("begin", ("a", "widget")), ("pass_", 90)])
    steps = []
    for _ in range(3):
        async with history.units.write() as unit:
            steps.append(await fold_step(unit))
    assert steps[-1].remaining == 0
    assert sum(step.folded for step in steps) > 8000
    assert len(await folded(history)) == 2


async def test_what_is_deleted_after_its_hour_stays_counted(history):
    await history.act([("begin", ("a", "widget")), ("ask", 0), ("end", 0, ("complete", "faq"), 1, 2), ("pass_", 600)])
    await history.fold()
    async with history.units.write() as unit:
        await unit.db.execute(delete(ChatMessage))
    assert (await history.seen()).total["faq"] == 1


async def test_days_begin_where_the_owner_lives(history):
    await history.act([("begin", ("a", "widget")), ("pass_", 60), ("begin", ("a", "widget")), ("pass_", 600)])
    await history.fold()
    for zone, expected in {"Europe/Moscow": [1, 1], "UTC": [2, 0], "Asia/Vladivostok": [0, 2]}.items():
        found = await history.seen(first=date(2026, 3, 28), last=date(2026, 3, 29), zone=ZoneInfo(zone))
        assert [slot.tally["conversations"] for slot in found.slots] == expected


async def test_hours_of_the_day_on_which_the_clocks_go_on(history):
    found = await history.seen(
        first=date(2026, 3, 29), last=date(2026, 3, 29), zone=ZoneInfo("Europe/Berlin"), group="hour"
    )
    assert len(found.slots) == 23
    assert [slot.start.hour for slot in found.slots][:4] == [0, 1, 3, 4]


@pytest.mark.parametrize(("group", "days"), [("day", 401), ("hour", 32), ("day", 0), ("day", -5)])
async def test_time_that_is_too_long_or_ends_before_it_begins_is_refused(history, group, days):
    with pytest.raises(Invalid) as refused:
        await history.seen(first=date(2026, 1, 1), last=date(2026, 1, 1) + timedelta(days=days - 1), group=group)
    assert refused.value.code == "bad_range"
