"""The passages of a document, as a reader shows them beside its text."""

import pytest

TEXT = "# Доставка\n\nКурьер привозит на следующий день.\n\n# Возврат\n\nВернуть можно в течение двух недель.\n"


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


async def added(caller, title="Условия", content=TEXT):
    answer = await caller.post("/admin/wiki-rag/documents/text", {"title": title, "content": content})
    assert answer.status == 200, answer.text
    return answer.json()["document"]["id"]


async def test_passages_say_where_they_stand_in_the_text(admin):
    document_id = await added(admin)
    shown = (await admin.get(f"/admin/wiki-rag/documents/{document_id}/chunks")).json()
    content = (await admin.get(f"/admin/wiki-rag/documents/{document_id}/content")).json()["content"]
    assert shown["total"] == len(shown["chunks"]) >= 1
    assert [each["position"] for each in shown["chunks"]] == sorted(each["position"] for each in shown["chunks"])
    for each in shown["chunks"]:
        assert 0 <= each["begins"] < each["ends"] <= len(content)
    assert any("двух недель" in each["text"] for each in shown["chunks"])


async def test_passages_come_in_pages(admin):
    content = "\n\n".join(f"# Раздел {number}\n\n" + f"Слово{number} " * 200 for number in range(8))
    url = f"/admin/wiki-rag/documents/{await added(admin, content=content)}/chunks"
    whole = (await admin.get(url)).json()
    assert whole["total"] > 4
    page = (await admin.get(f"{url}?limit=2&offset=2")).json()
    assert page["chunks"] == whole["chunks"][2:4]
    assert page["total"] == whole["total"]


async def test_passages_of_nothing_are_not_there(admin, client, people):
    assert (await admin.get("/admin/wiki-rag/documents/nothing/chunks")).status == 404
    document_id = await added(admin)
    assert (
        await client.signed_in(people.guest.token).get(f"/admin/wiki-rag/documents/{document_id}/chunks")
    ).status == 403
