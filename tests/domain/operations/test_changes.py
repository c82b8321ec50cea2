"""What panels hear of: by right, in order, again after a break, and never at anybody's cost."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from secretary.kernel.broadcast import LocalBroadcast
from secretary.kernel.events import Event, EventBus, News, Trace
from secretary.kernel.unit import Actor
from secretary.operations.changes import ChangeFeed
from secretary.operations.who_hears import Change, module_of

ADMIN = Actor("user", "the-admin", "admin")
ANNA, BORIS = Actor("user", "anna", "user"), Actor("user", "boris", "user")
GUEST = Actor("user", "guest", "guest")


@dataclass(frozen=True, slots=True)
class RowChanged(Event):
    """Somebody's row."""

    row_id: str
    owner_id: str | None
    resource: str = "assistant"

    def trace(self) -> Trace:
        return Trace("update", self.resource, self.row_id, {"fields": ("name",)})


@dataclass(frozen=True, slots=True)
class Quiet(Event):
    """Nothing for a panel."""


@dataclass(frozen=True, slots=True)
class Settled(Event):
    """Heard of in other words than those that are audited."""

    def news(self) -> News:
        return News("settled", "faq", "1", fields={"count": 2})


@pytest.fixture
def broadcast():
    return LocalBroadcast()


@pytest.fixture
def bus():
    return EventBus()


@pytest.fixture
def feed(bus, broadcast):
    return ChangeFeed(bus, broadcast, remembered=5, waiting=3)


class Panel:
    """A panel that looks on."""

    def __init__(self, feed, actor, after=None) -> None:
        self._told = feed.listen(actor, after)

    async def next(self):
        async with asyncio.timeout(5):
            return await anext(self._told)

    async def ids(self, count) -> list[str]:
        return [(await self.next()).news.resource_id for _ in range(count)]

    async def close(self) -> None:
        await self._told.aclose()


async def looking_on(feed, actor=ADMIN):
    panel = Panel(feed, actor)
    assert (await panel.next()).kind == "ready"
    return panel


async def test_panel_hears_what_happens_in_order(bus, feed):
    panel = await looking_on(feed)
    bus.publish([RowChanged("a", None), Quiet(), RowChanged("b", None), Settled()])
    heard = [await panel.next() for _ in range(3)]
    assert [told.news.resource_id for told in heard] == ["a", "b", "1"]
    assert [told.number - heard[0].number for told in heard] == [0, 1, 2]
    assert heard[2].news == News("settled", "faq", "1", fields={"count": 2})
    await panel.close()
    assert feed.listeners == 0


async def test_everybody_hears_of_his_own_and_of_shared_rows_the_admin_of_all(bus, feed):
    panels = [await looking_on(feed, actor) for actor in (ADMIN, ANNA, BORIS, GUEST)]
    bus.publish([RowChanged("annas", "anna"), RowChanged("shared", None), Settled()])
    heard = [await panel.ids(count) for panel, count in zip(panels, (3, 3, 2, 1), strict=True)]
    assert heard == [["annas", "shared", "1"], ["annas", "shared", "1"], ["shared", "1"], ["1"]]


@pytest.mark.parametrize("resource", ["user", "api_key", "session", "schedule", "something_new", "chat"])
def test_what_only_admins_see_others_do_not_hear_of(resource):
    change = Change(1, News("update", resource, "x"))
    assert change.is_for(ADMIN)
    assert not change.is_for(GUEST)
    assert not change.is_for(Actor("user", "w", "web"))
    assert not change.is_for(Actor("visitor", "v"))


@pytest.mark.parametrize("resource", ["conversation", "message", "note"])
def test_conversations_of_nobody_are_told_to_those_who_see_them(resource):
    """As `assistant.chat.access.visible_to` has it."""
    customers, annas = Change(1, News("update", resource, "x", None)), Change(2, News("update", resource, "y", "anna"))
    actors = (ADMIN, ANNA, BORIS, Actor("user", "w", "web"), GUEST, Actor("visitor", "v"))
    assert [customers.is_for(actor) for actor in actors] == [True, True, True, True, False, False]
    assert [annas.is_for(actor) for actor in actors] == [True, True, False, False, False, False]
    key = Actor("api_key", "anna", "user", "k", scopes=frozenset({"chat:view"}))
    assert (customers.is_for(key), annas.is_for(key)) == (False, True)


def test_job_is_told_to_whoever_caused_it():
    change = Change(1, News("done", "job", "x", "anna"))
    assert [change.is_for(actor) for actor in (ADMIN, ANNA, BORIS, GUEST)] == [True, True, False, False]


def test_instances_belong_to_the_module_of_their_kind():
    assert module_of("widget_instance") == "widget"
    assert module_of("pigeon_instance") == "channels"
    assert module_of("unheard_of") == "audit"


async def test_listener_who_comes_back_hears_what_he_missed(bus, feed):
    panel = await looking_on(feed)
    bus.publish([RowChanged("a", None)])
    number = (await panel.next()).number
    await panel.close()
    bus.publish([RowChanged("b", None), RowChanged("c", "anna")])
    again = Panel(feed, ADMIN, number)
    assert await again.ids(2) == ["b", "c"]
    assert await Panel(feed, BORIS, number).ids(1) == ["b"]
    bus.publish([RowChanged("d", None)])
    assert await again.ids(1) == ["d"]


async def test_who_missed_nothing_waits_for_what_comes(bus, feed):
    panel = await looking_on(feed)
    bus.publish([RowChanged("a", None)])
    again = Panel(feed, ADMIN, (await panel.next()).number)
    waiting = asyncio.create_task(again.next())
    await asyncio.sleep(0)
    bus.publish([RowChanged("b", None)])
    assert (await waiting).news.resource_id == "b"


@pytest.mark.parametrize("missed", [6, 50])
async def test_who_comes_back_too_late_is_told_to_look_at_everything(bus, feed, missed):
    panel = await looking_on(feed)
    bus.publish([RowChanged("a", None)])
    number = (await panel.next()).number
    bus.publish([RowChanged("x", None)] * missed)
    told = await Panel(feed, ADMIN, number).next()
    assert (told.kind, told.number) == ("resync", number + missed)


@pytest.mark.parametrize("number", [-1, 0, 7, 2**53])
async def test_number_of_another_process_is_told_to_look_at_everything(bus, feed, broadcast, number):
    bus.publish([RowChanged("a", None)])
    other = ChangeFeed(EventBus(), LocalBroadcast())
    elsewhere = await Panel(other, ADMIN).next()
    for foreign in (number, elsewhere.number):
        assert (await Panel(feed, ADMIN, foreign).next()).kind == "resync"


async def test_slow_listener_is_told_to_look_at_everything_and_holds_nobody_up(bus, feed):
    slow, quick = await looking_on(feed), await looking_on(feed)
    for name in "abcdefg":
        bus.publish([RowChanged(name, None)])
        assert await quick.ids(1) == [name]
    told = await slow.next()
    assert told.kind == "resync"
    bus.publish([RowChanged("h", None)])
    after = await slow.next()
    assert (after.news.resource_id, after.number) == ("h", told.number + 1)


async def test_all_processes_hear_of_what_happened_in_one(bus, feed, broadcast):
    elsewhere = ChangeFeed(EventBus(), broadcast)
    panel = await looking_on(elsewhere, ANNA)
    bus.publish([RowChanged("a", "anna")])
    assert (await panel.next()).news == News("update", "assistant", "a", "anna")


async def test_ten_thousand_changes_and_a_thousand_silent_panels_keep_their_memory(bus, broadcast):
    feed = ChangeFeed(bus, broadcast)
    panels = [feed.listen(GUEST) for _ in range(1000)]
    for panel in panels:
        await anext(panel)
    for number in range(300):
        bus.publish([RowChanged(str(number), "anna")])
    assert all(not listener._waiting for listener in feed._listeners)
    for panel in panels:
        async with aclosing(panel):
            pass
    assert feed.listeners == 0
