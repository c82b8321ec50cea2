"""`/admin/contacts`: customers over all channels, merged and parted by a person, seen by those whose they are."""

import pytest

from secretary.conversations.contacts import service
from secretary.conversations.contacts.identity import Identity
from secretary.conversations.service import NewSession, open_session
from secretary.legal.service import grant_required

URL = "/admin/contacts"
UNKNOWN = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


async def meet(app, owner, kind, value, name):
    """A customer of this user who has written once."""
    async with app.units.write() as unit:
        contact = await service.meet(unit, owner, Identity(kind, value, f"@{name}"), name, "ru")
        new = NewSession("a", kind, "i", value, "ru", owner_id=owner, contact_id=contact.id, title=f"Разговор {name}")
        await open_session(unit, new)
        await grant_required(unit, value, kind)
    return contact.id


@pytest.fixture
def two(app, people, run):
    """One customer who writes by two channels."""

    async def both():
        return [
            await meet(app, people.user.id, kind, value, name)
            for kind, value, name in (("telegram", "42", "Иван"), ("whatsapp", "79991234567", "Ваня"))
        ]

    return run(both())


async def call(client, method, path="", body=None, status=200):
    answer = await client.request(method, URL + path, body)
    assert answer.status == status, answer.text
    return answer.json()


async def names(client, query=""):
    return {one["name"] for one in (await call(client, "GET", query))["contacts"]}


async def test_tags_are_counted_for_whom_their_customers_are(admin, user, client, people, two):
    await call(user, "PUT", f"/{two[0]}", {"tags": ["опт", "vip"]})
    await call(user, "PUT", f"/{two[1]}", {"tags": ["опт"]})
    counted = {"tags": [{"tag": "опт", "count": 2}, {"tag": "vip", "count": 1}]}
    assert await call(user, "GET", "/tags") == await call(admin, "GET", "/tags") == counted
    assert await call(client.signed_in(people.other.token), "GET", "/tags") == {"tags": []}


async def test_customers_are_listed_in_the_order_that_is_asked_for(user, two):
    async def in_order(query):
        return [one["name"] for one in (await call(user, "GET", query))["contacts"]]

    assert await in_order("?sort=name&ascending=true") == ["Ваня", "Иван"]
    assert await in_order("?sort=name") == ["Иван", "Ваня"]
    assert await in_order("?sort=first_seen&ascending=true") == ["Иван", "Ваня"]
    assert await in_order("") == ["Ваня", "Иван"]
    await call(user, "GET", "?sort=blocked", status=422)


async def test_customer_is_found_described_and_filtered(user, two):
    changed = {"name": "Иван Петров", "tags": ["опт", " опт ", "vip"], "fields": {"Город": "Казань"}}
    contact = (await call(user, "PUT", f"/{two[0]}", changed))["contact"]
    assert (contact["name"], contact["tags"], contact["fields"]) == ("Иван Петров", ["опт", "vip"], {"Город": "Казань"})
    assert [(one["kind"], one["evidence"]) for one in contact["identities"]] == [("telegram", "channel")]
    assert {one["consent_type"] for one in contact["consents"]} == {"privacy_policy", "data_processing"}
    await call(user, "PUT", f"/{two[0]}", {"language": "en"})
    assert (await call(user, "GET", f"/{two[0]}"))["contact"]["tags"] == ["опт", "vip"]
    for query in ("?search=petrov", "?tag=nothing", "?blocked=true"):
        assert await names(user, query) == set()
    for query in ("?search=%D0%BA%D0%B0%D0%B7%D0%B0%D0%BD%D1%8C", "?tag=vip", "?source=telegram"):
        assert await names(user, query) == {"Иван Петров"}
    assert await names(user, "?blocked=false") == {"Иван Петров", "Ваня"}


async def test_person_merges_and_parts_and_the_time_line_follows(user, two):
    root = (await call(user, "POST", f"/{two[1]}/merge", {"into": two[0]}))["contact"]
    assert root["id"] == two[0]
    assert {one["kind"] for one in root["identities"]} == {"telegram", "whatsapp"}
    assert [(one["id"], one["merged_into"]) for one in root["merged"]] == [(two[1], two[0])]
    assert await names(user) == {"Иван"}
    line = await call(user, "GET", f"/{two[0]}/timeline")
    assert {(row["title"], row["contact"]["name"]) for row in line["sessions"]} == {
        ("Разговор Иван", "Иван"),
        ("Разговор Ваня", "Иван"),
    }
    assert (await call(user, "POST", f"/{two[1]}/unmerge"))["contact"]["root_id"] == two[1]
    assert await names(user) == {"Иван", "Ваня"}
    assert (await call(user, "GET", f"/{two[0]}/timeline"))["total"] == 1
    assert (await call(user, "POST", f"/{two[0]}/merge", {"into": two[0]}, 422))["code"] == "same_contact"


async def test_noted_number_suggests_and_does_not_merge(user, two):
    known = (await call(user, "POST", f"/{two[0]}/identities", {"kind": "phone", "value": "8 999 123-45-67"}, 201))[
        "contact"
    ]
    [noted] = [one for one in known["identities"] if one["evidence"] == "operator"]
    assert noted["value"] == "79991234567"
    assert [one["id"] for one in (await call(user, "GET", f"/{two[0]}/suggestions"))["contacts"]] == [two[1]]
    assert await names(user) == {"Иван", "Ваня"}
    await call(user, "DELETE", f"/{two[0]}/identities/{noted['id']}")
    assert (await call(user, "GET", f"/{two[0]}/suggestions"))["contacts"] == []
    [proven] = (await call(user, "GET", f"/{two[0]}"))["contact"]["identities"]
    refused = await call(user, "DELETE", f"/{two[0]}/identities/{proven['id']}", None, 422)
    assert refused["code"] == "identity_is_proven"
    await call(user, "DELETE", f"/{two[1]}/identities/{proven['id']}", None, 404)


async def test_block_notes_and_deletion(user, two):
    assert (await call(user, "POST", f"/{two[0]}/block")) == {"status": "ok"}
    assert await names(user, "?blocked=true") == {"Иван"}
    await call(user, "POST", f"/{two[0]}/unblock")
    note = (await call(user, "POST", f"/{two[0]}/notes", {"text": "Звонить после шести"}, 201))["note"]
    shown = (await call(user, "GET", f"/{two[0]}"))["contact"]
    assert ([one["text"] for one in shown["notes"]], shown["blocked"]) == (["Звонить после шести"], False)
    await call(user, "DELETE", f"/{two[1]}/notes/{note['id']}", None, 404)
    await call(user, "DELETE", f"/{two[0]}/notes/{note['id']}")
    await call(user, "DELETE", f"/{two[0]}")
    await call(user, "GET", f"/{two[0]}", None, 404)
    assert await names(user) == {"Ваня"}


async def test_customer_whom_nobody_has_met_yet_is_noted(user, people):
    body = {"name": "Мария", "tags": ["vip"], "identities": [{"kind": "email", "value": "Maria@Example.org"}]}
    contact = (await call(user, "POST", "", body, 201))["contact"]
    assert (contact["owner_id"], contact["tags"]) == (people.user.id, ["vip"])
    assert [(one["value"], one["evidence"]) for one in contact["identities"]] == [("maria@example.org", "operator")]
    assert await names(user, "?search=maria@") == {"Мария"}


async def test_foreign_customer_is_unknown_and_an_admin_sees_all(app, client, admin, people, two):
    other = client.signed_in(people.other.token)
    own = await meet(app, people.other.id, "telegram", "42", "Тот же")
    assert await names(other) == {"Тот же"}
    for method, path, body in (
        ("GET", f"/{two[0]}", None), ("PUT", f"/{two[0]}", {"name": "x"}), ("DELETE", f"/{two[0]}", None),
        ("POST", f"/{own}/merge", {"into": two[0]}), ("POST", f"/{two[0]}/merge", {"into": own}),
        ("POST", f"/{two[0]}/block", None), ("GET", f"/{two[0]}/timeline", None),
        ("GET", f"/{two[0]}/suggestions", None), ("POST", f"/{two[0]}/notes", {"text": "x"}),
        ("POST", f"/{two[0]}/identities", {"kind": "phone", "value": "1"}), ("GET", f"/{UNKNOWN}", None),
    ):  # fmt: skip
        await call(other, method, path, body, 404)
    assert await names(admin) == {"Иван", "Ваня", "Тот же"}
    assert (await call(admin, "POST", f"/{own}/merge", {"into": two[0]}, 422))["code"] == "other_tenant"


async def test_nobodys_customer_is_seen_by_staff_and_changed_by_an_admin(app, client, user, admin, people):
    id_ = await meet(app, None, "widget", "v1", "Гость")
    assert await names(user) == {"Гость"}
    await call(user, "GET", f"/{id_}")
    await call(user, "PUT", f"/{id_}", {"name": "x"}, 404)
    await call(admin, "PUT", f"/{id_}", {"name": "Гость сайта"})
    await call(client.signed_in(people.guest.token), "GET", "", None, 403)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x" * 201}, {"tags": ["x" * 41]}, {"tags": ["t"] * 31}, {"fields": {"": "x"}}, {"language": "de"},
        {"fields": {str(number): "x" for number in range(51)}}, {"name": "a\u0000"}, {"fields": {"a": 7}},
    ],
)  # fmt: skip
async def test_bad_fields_are_refused(user, two, body):
    await call(user, "PUT", f"/{two[0]}", body, 422)
