"""`/admin/knowledge/contradictions`: documents that say different things of the same, from storing to agreeing."""

import pytest
from tests.support.upkeep import look_after
from tests.support.visitor import Visitor

URL = "/admin/knowledge/contradictions"
OLD = """# Прайс-лист 2023

| Услуга | Длительность | Цена |
|---|---|---|
| Мужская стрижка | 40 мин | 900 ₽ |
| Женская стрижка | 60 мин | 1 500 ₽ |
"""
NEW = """# Прайс-лист 2024

| Услуга | Длительность | Цена |
|---|---|---|
| Мужская стрижка | 40 мин | 1 000 ₽ |
| Женская стрижка | 1 час | 1500 руб. |
| Стрижка бороды | 30 мин | 500 ₽ |
"""


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


async def paste(client, title, content, **more):
    answer = await client.post("/admin/wiki-rag/documents/text", {"title": title, "content": content, **more})
    assert answer.status == 200, answer.text
    return answer.json()["document"]["id"]


async def found(client, query=""):
    answer = await client.get(URL + query)
    assert answer.status == 200, answer.text
    return answer.json()["contradictions"]


async def two_prices(client):
    return await paste(client, "Прайс-лист 2023", OLD), await paste(client, "Прайс-лист 2024", NEW)


async def test_another_price_of_the_same_is_told_with_both_passages_and_the_newer_first(app, admin):
    old, new = await two_prices(admin)
    await look_after(app)
    [one] = await found(admin)
    assert (one["newer"]["document_id"], one["older"]["document_id"]) == (new, old)
    assert (one["newer"]["value"], one["older"]["value"]) == ("1 000 ₽", "900 ₽")
    assert one["state"] == "open"
    assert "Мужская стрижка" in one["newer"]["text"]
    assert one["newer"]["chunk_id"] != one["older"]["chunk_id"]


async def test_it_is_gone_when_a_document_changes_so_that_they_agree_or_is_deleted(app, admin):
    old, new = await two_prices(admin)
    await look_after(app)
    agreeing = {"content": OLD.replace("900", "1000")}
    assert (await admin.put(f"/admin/wiki-rag/documents/{old}", agreeing)).status == 200
    await look_after(app)
    assert await found(admin) == []
    assert (await admin.put(f"/admin/wiki-rag/documents/{old}", {"content": OLD})).status == 200
    await look_after(app)
    assert len(await found(admin)) == 1
    await admin.delete(f"/admin/wiki-rag/documents/{new}")
    assert await found(admin) == []


async def test_a_dismissed_one_stays_so_until_something_else_is_said(app, admin):
    old, _ = await two_prices(admin)
    await look_after(app)
    [one] = await found(admin)
    assert (await admin.post(f"{URL}/{one['id']}/dismiss")).json()["contradiction"]["state"] == "dismissed"
    await admin.put(f"/admin/wiki-rag/documents/{old}", {"content": OLD + "\nКарты принимаем.\n"})
    await look_after(app)
    assert [same["id"] for same in await found(admin, "?state=dismissed")] == [one["id"]]
    await admin.put(f"/admin/wiki-rag/documents/{old}", {"content": OLD.replace("900", "950")})
    await look_after(app)
    assert [other["newer"]["value"] for other in await found(admin, "?state=open")] == ["950 ₽"]


async def test_documents_of_different_collections_are_not_compared(app, admin):
    made = (await admin.post("/admin/knowledge/collections", {"name": "Филиал"})).json()["collection"]["id"]
    old = await paste(admin, "Прайс-лист 2023", OLD, collection_ids=[made])
    new = await paste(admin, "Прайс-лист 2024", NEW)
    await look_after(app)
    assert await found(admin) == []
    assert (await admin.put(f"/admin/wiki-rag/documents/{new}/collections", {"collection_ids": [made]})).status == 200
    await look_after(app)
    assert [one["older"]["document_id"] for one in await found(admin, f"?document_id={old}")] == [old]


async def test_customer_is_quoted_the_newer_of_two_contradicting_passages(app, client, admin):
    """Whatever the order in which the search finds them: each question is closer to the older document's words."""
    await paste(admin, "Выезд мастера", "# Выезд мастера\n\nВыезд мастера по городу стоит 700 рублей.")
    await paste(admin, "Условия", "# Условия\n\nЗаявки берём круглосуточно. Цена выезда мастера по городу — 900 ₽.")
    question = "Сколько стоит выезд мастера по городу?"
    assert "700" in await (await Visitor.arrive(client)).say(question), "or the test would show nothing"
    await look_after(app)
    assert len(await found(admin)) == 1
    answer = await (await Visitor.arrive(client)).say(question)
    assert "900" in answer
    assert "700" not in answer


async def test_users_see_them_and_dismiss_those_of_their_own_documents(app, client, people, admin):
    user = client.signed_in(people.user.token)
    await two_prices(admin)
    mine = [await paste(user, f"Тариф {year}", f"Аренда зала на час: {year} ₽") for year in (2023, 2024)]
    await look_after(app)
    shared = next(one for one in await found(user) if one["newer"]["document_id"] not in mine)
    own = next(one for one in await found(user) if one["newer"]["document_id"] in mine)
    assert (await user.post(f"{URL}/{shared['id']}/dismiss")).status == 404
    assert (await user.post(f"{URL}/{own['id']}/dismiss")).status == 200
    assert (await user.post(f"{URL}/{own['id']}/reopen")).json()["contradiction"]["state"] == "open"
    assert (await client.signed_in(people.guest.token).get(URL)).status == 403
