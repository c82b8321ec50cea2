"""Contacts: who is one customer by proof, who may be by a hint, and what merging keeps apart."""

import asyncio

import pytest
from sqlalchemy import delete
from tests.domain.hand_clock import HandClock

from secretary.conversations import service as conversations
from secretary.conversations.contacts import merging, queries, service
from secretary.conversations.contacts.events import ContactMet, ContactsMerged
from secretary.conversations.contacts.identity import Identity, spelled
from secretary.conversations.contacts.listing.queries import Wanted, page
from secretary.conversations.contacts.models import Contact, Evidence
from secretary.conversations.ports import Visible
from secretary.conversations.service import NewSession, open_session
from secretary.conversations.tree import queries as tree
from secretary.kernel.errors import Invalid, NotFound
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory

TELEGRAM = Identity("telegram", "42", "@ivan")
WHATSAPP = Identity("whatsapp", "79991234567", "Маша")


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def units(database, clock):
    return UnitFactory(database, EventBus(), clock)


@pytest.fixture
def owners(units, run):
    from secretary.accounts import service as accounts
    from secretary.accounts.models import Role

    async def hire():
        async with units.write() as unit:
            return [(await accounts.create_user(unit, name, "!", Role.USER)).id for name in ("anna", "boris")]

    return run(hire())


async def met(units, identity, owner=None, name="Иван"):
    async with units.write() as unit:
        return await service.meet(unit, owner, identity, name, "ru")


async def contact_of(units, contact):
    async with units.read() as unit:
        return await service.get(unit, contact.id)


async def identities(units, *contacts):
    async with units.read() as unit:
        rows = await queries.identities(unit.db, [one.id for one in contacts])
    return sorted((row.kind, row.value, row.evidence.value) for row in rows)


async def forest(units):
    async with units.read() as unit:
        rows = await unit.db.scalars(Contact.__table__.select().with_only_columns(Contact.id))
        found = await queries.contacts(unit.db, list(rows))
    return {id_: (row.merged_into, row.root_id, row.name, row.blocked) for id_, row in found.items()}


async def merged(units, contact, into):
    async with units.write() as unit:
        return await merging.merge(unit, await service.get(unit, contact.id), await service.get(unit, into.id))


async def parted(units, contact):
    async with units.write() as unit:
        return await merging.unmerge(unit, await service.get(unit, contact.id))


async def test_one_is_known_again_by_what_the_provider_vouches_for(units, clock):
    first = await met(units, TELEGRAM)
    clock.pass_(seconds=59)
    again = await met(units, TELEGRAM, name="Иван Петров")
    assert (again.id, again.name, again.root_id) == (first.id, "Иван", first.id)
    assert (await contact_of(units, first)).last_seen == first.first_seen
    clock.pass_(seconds=2)
    await met(units, TELEGRAM)
    assert (await contact_of(units, first)).last_seen == clock.moment
    assert (await met(units, Identity("telegram", "43"))).id != first.id


async def test_customers_of_two_owners_are_two_though_they_are_one_person(units, owners):
    found = [await met(units, TELEGRAM, owner) for owner in (None, *owners)]
    assert len({one.id for one in found}) == 3
    assert [one.tenant for one in found] == ["", *owners]


async def test_first_meeting_is_told_and_the_second_is_not(units):
    for wanted in (1, 0):
        async with units.write() as unit:
            await service.meet(unit, None, TELEGRAM, "", "ru")
            assert len([each for each in unit.recorded if isinstance(each, ContactMet)]) == wanted


async def test_name_typed_address_and_callers_number_find_and_merge_nobody(units):
    first, other = await met(units, TELEGRAM), await met(units, Identity("telegram", "43"))
    for kind, value in (("phone", "+7 999 123-45-67"), ("email", "ivan@example.org")):
        for contact in (first, other):
            async with units.write() as unit:
                await service.state_identity(unit, await service.get(unit, contact.id), kind, value)
    stated = Identity("phone", "+7 999 123-45-67", evidence=Evidence.STATED)
    assert (await met(units, stated)).id not in {first.id, other.id}
    assert {root for _, root, _, _ in (await forest(units)).values()} >= {first.id, other.id}
    async with units.read() as unit:
        suggested = await service.suggestions(unit, await service.get(unit, first.id))
    assert other.id in {one.id for one in suggested}


async def test_number_of_a_messenger_hints_at_who_typed_it_in_whatever_spelling(units):
    writes = await met(units, WHATSAPP)
    typed = await met(units, TELEGRAM)
    async with units.write() as unit:
        await service.state_identity(unit, await service.get(unit, typed.id), "phone", "8 (999) 123-45-67")
        await service.state_identity(unit, await service.get(unit, typed.id), "phone", "+79991234567")
    assert ("phone", "79991234567", "stated") in await identities(units, typed)
    assert len(await identities(units, typed)) == 2
    async with units.read() as unit:
        assert [one.id for one in await service.suggestions(unit, await service.get(unit, typed.id))] == [writes.id]


async def test_proof_merges_into_the_older_and_replaces_what_was_only_said(units, clock):
    older = await met(units, WHATSAPP)
    clock.pass_(minutes=5)
    younger = await met(units, TELEGRAM)
    async with units.write() as unit:
        contact = await service.get(unit, younger.id)
        await service.state_identity(unit, contact, "phone", "+79990000000")
        assert (await service.prove(unit, contact, Identity("phone", "+79990000000"))).id == younger.id
    assert await identities(units, younger) == [("phone", "79990000000", "channel"), ("telegram", "42", "channel")]
    async with units.write() as unit:
        root = await service.prove(unit, await service.get(unit, younger.id), WHATSAPP)
        assert [each.proven for each in unit.recorded if isinstance(each, ContactsMerged)] == [True]
    assert root.id == older.id
    assert (await met(units, TELEGRAM)).root_id == older.id
    async with units.write() as unit:
        again = await service.prove(unit, await service.get(unit, younger.id), WHATSAPP)
        assert (again.root_id, unit.recorded) == (older.id, [])


async def test_parting_restores_exactly_what_was(units, clock):
    people = []
    for number in range(5):
        clock.pass_(minutes=1)
        people.append(await met(units, Identity("telegram", str(number)), name=f"Имя {number}"))
    a, b, c, d, e = people
    await merged(units, b, a)
    await merged(units, d, c)
    before = await forest(units)
    known = await identities(units, *people)
    assert (await merged(units, d, b)).id == a.id  # d's whole tree, at b
    assert (await merged(units, e, d)).id == a.id
    assert {root for _, root, _, _ in (await forest(units)).values()} == {a.id}
    assert (await merged(units, e, a)).id == a.id  # repeated in other words
    assert (await parted(units, e)).root_id == e.id
    assert (await parted(units, c)).root_id == c.id
    assert await forest(units) == before
    assert await identities(units, *people) == known
    assert (await parted(units, a)).root_id == a.id


async def test_contacts_of_two_owners_and_one_with_itself_are_not_merged(units, owners):
    his, hers = [await met(units, TELEGRAM, owner) for owner in owners]
    for contact, into, code in ((his, hers, "other_tenant"), (his, his, "same_contact")):
        with pytest.raises(Invalid) as refused:
            await merged(units, contact, into)
        assert refused.value.code == code


async def test_merge_shares_no_models_context(units):
    """What a model hears is its conversation's own, whoever the customer turned out to be."""
    heard = []
    contacts = [await met(units, TELEGRAM), await met(units, WHATSAPP)]
    for contact, secret in zip(contacts, ("код 1234", "код 9876"), strict=True):
        async with units.write() as unit:
            new = NewSession(f"assistant-{contact.id}"[:36], "telegram", "t", "42", "ru", contact_id=contact.id)
            session = await open_session(unit, new)
            heard.append((await conversations.store_question(unit, session.id, secret, None, "h")).answer.id)
    await merged(units, contacts[1], contacts[0])
    async with units.read() as unit:
        said = [await tree.said_above(unit.db, answer_id, last=50) for answer_id in heard]
    assert said == [[("user", "код 1234")], [("user", "код 9876")]]


async def test_time_line_has_the_conversations_of_all_and_only_the_readers(units, clock, owners):
    mine, other = await met(units, TELEGRAM, owners[0]), await met(units, WHATSAPP, owners[0])
    ids = []
    for contact, source, owner in (
        (mine, "telegram", owners[0]),
        (other, "whatsapp", owners[0]),
        (mine, "w", owners[1]),
    ):
        clock.pass_(minutes=1)
        async with units.write() as unit:
            new = NewSession("a", source, "i", "k", "ru", owner_id=owner, contact_id=contact.id)
            ids.append((await open_session(unit, new)).id)
    await merged(units, other, mine)
    async with units.read() as unit:
        contact = await service.get(unit, other.id)
        rows, total = await service.timeline(unit, contact, Visible(owners[0]), limit=10, offset=0)
        assert ([row.id for row in rows], total) == ([ids[1], ids[0]], 2)
        rows, total = await service.timeline(unit, contact, Visible(), limit=1, offset=1)
        assert ([row.id for row in rows], total) == ([ids[1]], 3)


async def test_block_reaches_everything_that_is_known_to_be_him(units):
    contact, other = await met(units, TELEGRAM), await met(units, WHATSAPP)
    await merged(units, other, contact)
    for blocked in (True, False):
        async with units.write() as unit:
            await service.block(unit, await service.get(unit, other.id), blocked=blocked)
        assert (await met(units, TELEGRAM)).blocked is blocked
        assert (await met(units, WHATSAPP)).blocked is blocked


async def test_deleted_contact_leaves_those_that_were_merged_into_it(units):
    a, b, c = [await met(units, Identity("telegram", str(number))) for number in range(3)]
    await merged(units, b, a)
    await merged(units, c, b)
    async with units.write() as unit:
        await merging.delete(unit, await service.get(unit, a.id))
    found = await forest(units)
    assert {id_: row[:2] for id_, row in found.items()} == {b.id: (None, b.id), c.id: (b.id, b.id)}
    with pytest.raises(NotFound):
        await contact_of(units, a)
    assert (await met(units, Identity("telegram", "0"))).id not in found


async def test_what_is_proven_cannot_be_taken_away(units):
    contact = await met(units, TELEGRAM)
    async with units.write() as unit:
        row = await service.state_identity(unit, await service.get(unit, contact.id), "email", "Ivan@Example.org")
        proven = (await queries.identities(unit.db, [contact.id]))[0]
        assert proven.evidence is Evidence.CHANNEL
        with pytest.raises(Invalid):
            await service.forget_identity(unit, contact, proven.id)
        await service.forget_identity(unit, await service.get(unit, contact.id), row.id)
    assert await identities(units, contact) == [("telegram", "42", "channel")]


async def test_list_finds_by_name_number_address_field_tag_and_channel(units):
    ivan, maria = await met(units, TELEGRAM, name="Иван Ёлкин"), await met(units, WHATSAPP, name="Мария")
    async with units.write() as unit:
        contact = await service.get(unit, maria.id)
        await service.change(unit, contact, {"tags": ["опт", 'a"b%_'], "fields": {"Город": "Казань"}})
        await service.state_identity(unit, contact, "email", "maria@example.org")

    async def found(**wanted):
        async with units.read() as unit:
            rows, total = await page(unit.db, Wanted(Visible(), **wanted), limit=10, offset=0)
        assert len(rows) == total
        return {row.id for row in rows}

    assert await found() == {ivan.id, maria.id}
    for text in ("елкин", "ИВАН", "@ivan"):
        assert await found(search=text) == {ivan.id}
    for wanted in (
        {"search": "казань"},
        {"search": "9991234567"},
        {"search": "MARIA@"},
        {"tag": "опт"},
        {"tag": 'a"b%_'},
    ):
        assert await found(**wanted) == {maria.id}, wanted
    assert await found(tag="оп") == await found(search="100%") == await found(blocked=True) == set()
    assert await found(source="whatsapp") == {maria.id}
    await merged(units, maria, ivan)
    assert await found(search="казань") == await found(source="whatsapp") == {ivan.id}


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("phone", "8 (999) 123-45-67", "79991234567"),
        ("phone", "+8 610 1234 567", "86101234567"),
        ("whatsapp", "79991234567", "79991234567"),
        ("email", " Ivan@Example.ORG ", "ivan@example.org"),
        ("telegram", "42", "42"),
        ("phone", "доб. внутр.", "доб. внутр."),
    ],
)
def test_spelling(kind, value, wanted):
    assert spelled(kind, value) == wanted


@pytest.fixture
def live(databases, run):
    units = UnitFactory(databases("postgresql", False), EventBus())
    yield units

    async def empty():
        async with units.write() as unit:
            await unit.db.execute(delete(Contact))

    run(empty())


async def test_many_that_meet_one_customer_at_once_meet_one(live):
    found = await asyncio.gather(*(met(live, TELEGRAM) for _ in range(8)))
    assert len({one.id for one in found}) == 1
    assert len(await forest(live)) == 1


async def test_two_that_merge_at_once_leave_one_tree(live):
    people = [await met(live, Identity("telegram", str(number))) for number in range(4)]
    a, b, c, d = people
    await merged(live, b, a)
    await merged(live, d, c)
    done = await asyncio.gather(merged(live, d, b), merged(live, a, c), return_exceptions=True)
    assert not any(isinstance(one, BaseException) for one in done)
    assert len({root for _, root, _, _ in (await forest(live)).values()}) == 1
