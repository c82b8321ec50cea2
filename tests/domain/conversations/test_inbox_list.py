"""The inbox: who waits first, what is filtered, counted and found, and what each reader sees."""

import pytest
from tests.domain.conversations.test_handing_over import HOLD, user
from tests.domain.hand_clock import HandClock

from secretary.conversations.contacts import service as contacts
from secretary.conversations.contacts.identity import Identity
from secretary.conversations.handover import service as handover
from secretary.conversations.inbox import queries, service
from secretary.conversations.inbox.queries import Conditions
from secretary.conversations.ports import HandOverReason, SessionState, Visible
from secretary.conversations.service import NewSession, open_session, store_question
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def units(database, clock):
    return UnitFactory(database, EventBus(), clock)


@pytest.fixture
def house(units, clock, run):
    """Conversations by name: `a` and `e` wait, `b` is Anna's, `c` is closed, `d` and `n` are the secretary's."""
    ids = {}

    async def begin(name, owner, source="telegram", text="Привет"):
        clock.pass_(minutes=1)
        async with units.write() as unit:
            contact = await contacts.meet(unit, owner, Identity(source, name), f"Клиент {name}", "ru")
            new = NewSession("a", source, "i", name, "ru", owner_id=owner, contact_id=contact.id)
            session = await open_session(unit, new)
            await store_question(unit, session.id, text, None, "h")
        ids[name] = session.id

    async def build():
        ids["anna"], ids["boris"] = await user(units, "anna"), await user(units, "boris")
        for name in "abcde":
            await begin(name, ids["anna"])
        await begin("n", None, "widget", "Сколько стоит доставка?")
        await begin("f", ids["boris"])
        await begin("p", ids["anna"], "admin")
        async with units.write() as unit:
            await handover.hand_over(unit, ids["e"], HandOverReason.CUSTOMER, HOLD)
            await handover.take(unit, ids["b"], ids["anna"], HOLD)
            await handover.close(unit, ids["c"])
            await handover.read(unit, ids["d"])
        clock.pass_(minutes=1)
        async with units.write() as unit:
            await handover.hand_over(unit, ids["a"], HandOverReason.UNSURE, HOLD)

    run(build())
    return ids


async def listed(units, house, search="", limit=50, offset=0, **wanted):
    wanted = {"visible": Visible(house["anna"], ownerless=True)} | wanted
    names = {id_: name for name, id_ in house.items()}
    async with units.read() as unit:
        page = await service.page(unit, Conditions(**wanted), search, limit=limit, offset=offset)
    return "".join(names[row.id] for row in page.sessions), page.total


async def test_who_waits_longest_comes_first_then_the_latest(units, house):
    assert await listed(units, house) == ("eandcb", 6)
    assert await listed(units, house, visible=Visible()) == ("eafndcb", 7)
    assert await listed(units, house, visible=Visible(house["boris"])) == ("f", 1)


async def test_pages_join_without_a_gap(units, house):
    pages = [await listed(units, house, limit=2, offset=offset) for offset in (0, 1, 2, 4, 6)]
    assert pages == [("ea", 6), ("an", 6), ("nd", 6), ("cb", 6), ("", 6)]


async def test_filters(units, house):
    assert await listed(units, house, state=SessionState.WAITING) == ("ea", 2)
    assert await listed(units, house, state=SessionState.SECRETARY) == ("nd", 2)
    assert await listed(units, house, assignee_id=house["anna"]) == ("b", 1)
    assert await listed(units, house, nobodys=True, state=SessionState.CLOSED) == ("c", 1)
    assert await listed(units, house, source="widget") == ("n", 1)
    assert await listed(units, house, source="admin", visible=Visible()) == ("", 0)
    assert await listed(units, house, unread=True) == ("eanb", 4)


async def test_search_looks_in_what_was_said_and_in_names(units, house):
    assert await listed(units, house, "доставки") == ("n", 1)
    assert await listed(units, house, "клиент E") == ("e", 1)
    assert await listed(units, house, "привет", state=SessionState.WAITING) == ("ea", 2)
    assert await listed(units, house, "Клиент f") == ("", 0)
    assert await listed(units, house, "...") == ("", 0)


async def test_conversations_of_one_customer(units, house):
    async with units.read() as unit:
        [contact_id] = [
            row.id for row in (await contacts.queries.contacts(unit.db, await all_contacts(unit))).values()
            if row.name == "Клиент b"
        ]  # fmt: skip
    assert await listed(units, house, contact_root=contact_id) == ("b", 1)


async def all_contacts(unit):
    from secretary.conversations.contacts.listing.queries import Wanted, page

    rows, _ = await page(unit.db, Wanted(Visible()), limit=50, offset=0)
    return [row.id for row in rows]


async def test_counts(units, house):
    async with units.read() as unit:
        counts = await service.counts(unit, Visible(house["anna"], ownerless=True), house["anna"])
    assert counts == {"secretary": 2, "waiting": 2, "person": 1, "closed": 1, "mine": 1, "unread": 4}


async def test_nothing_is_counted_further_than_it_is_shown(units, house, monkeypatch):
    async with units.read() as unit:
        assert await queries.count(unit.db, Conditions(Visible()), up_to=3) == 3
        assert await queries.count(unit.db, Conditions(Visible(house["anna"], ownerless=True)), up_to=3) == 3
