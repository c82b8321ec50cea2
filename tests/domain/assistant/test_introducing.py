"""Who leaves his contact becomes a customer; what he says of himself proves nothing."""

import pytest
from sqlalchemy import select

from secretary.assistant.introducing import said_identities
from secretary.conversations.contacts.models import Contact, ContactIdentity
from secretary.conversations.models import ChatSession


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("пишите на anna@example.com", [("email", "anna@example.com")]),
        ("@anna_shop", [("telegram", "@anna_shop")]),
        ("+7 900 000-00-00", [("phone", "+7 900 000-00-00")]),
        ("никак", []),
    ],
)
def test_what_is_said_is_read(said, found):
    assert list(said_identities(said)) == found


async def test_a_visitor_who_leaves_a_message_is_a_contact_who_proved_nothing(app, visitor):
    for said in ("Позовите оператора", "Сколько стоит кит?", "Согласен", "anna@example.com", "Анна", "Срочно", "Утром"):
        await visitor.post(said)
    async with app.units.read() as unit:
        contact = (await unit.db.scalars(select(Contact))).one()
        known = {(row.kind, row.value): row.evidence.value for row in await unit.db.scalars(select(ContactIdentity))}
        session = (await unit.db.scalars(select(ChatSession).where(ChatSession.contact_id == contact.id))).one()
    assert contact.name == "Анна"
    assert known == {("widget", session.contact_key): "channel", ("email", "anna@example.com"): "stated"}
