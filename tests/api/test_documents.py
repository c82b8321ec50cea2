"""Documents and collections over HTTP: what comes in, who may, what is told, what is left behind."""

import pytest
from sqlalchemy import func, select
from tests.domain.documents.importing import multipart, work

from secretary.audit.models import AuditEntry as AuditRow
from secretary.knowledge.models import Chunk, ChunkVector, Document, DocumentCollection, DocumentVersion

DOCUMENTS, WIKI = "/admin/wiki-rag/documents", "/admin/wiki-rag"
COLLECTIONS = "/admin/knowledge/collections"
TEXT = "# Доставка\n\nДоставка по Москве стоит 300 рублей, по России 500 рублей.\n\n## Сроки\n\nОт двух до пяти дней.\n"


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


@pytest.fixture
def other(client, people):
    return client.signed_in(people.other.token)


async def send(who, name, content, **fields):
    return await who.post(f"{DOCUMENTS}/upload", **multipart(name, content, **fields))


async def sent_and_read(app, who, name, content, **fields):
    """A document after a worker has read it."""
    answer = await send(who, name, content, **fields)
    assert answer.status == 202, answer.text
    await work(app.units, app.documents)
    return (await who.get(f"{DOCUMENTS}/{answer.json()['document']['id']}")).json()


async def pasted(who, title="Доставка", content=TEXT, **more):
    answer = await who.post(f"{DOCUMENTS}/text", {"title": title, "content": content, **more})
    assert answer.status == 200, answer.text
    return answer.json()["document"]


async def count(app, table, *where):
    async with app.units.read() as unit:
        return (await unit.db.execute(select(func.count()).select_from(table).where(*where))).scalar_one()


async def test_upload_is_answered_at_once_and_read_by_a_job(app, admin):
    answer = await send(admin, "Доставка.md", TEXT.encode())
    body = answer.json()
    assert (answer.status, body["document"]["state"], body["document"]["version"]) == (202, "waiting", 0)
    assert (await admin.get(f"{WIKI}/imports/{body['job_id']}")).json()["state"] == "queued"
    assert await work(app.units, app.documents) == ["documents.read"]
    read = (await admin.get(f"{DOCUMENTS}/{body['document']['id']}")).json()
    assert read["content_preview"] == TEXT.strip()
    document = read["document"]
    assert (document["state"], document["title"], document["language"]) == ("ready", "Доставка", "ru")
    assert (document["version"], document["file_size_bytes"], document["owner_id"]) == (1, len(TEXT.encode()), None)
    assert document["section_count"] == await count(app, Chunk, Chunk.document_id == document["id"]) > 0
    assert not list((app.data_dir / "uploads").iterdir())


async def test_upload_of_the_same_name_is_a_new_version_and_unchanged_content_changes_nothing(app, admin):
    first = await sent_and_read(app, admin, "price.txt", b"tea 100")
    again = await send(admin, "price.txt", b"tea 100")
    assert (again.json()["status"], again.json()["job_id"]) == ("unchanged", None)
    second = await sent_and_read(app, admin, "price.txt", b"tea 120")
    assert second["document"]["id"] == first["document"]["id"]
    assert (second["document"]["version"], second["content_preview"]) == (2, "tea 120")
    assert (await admin.get(DOCUMENTS)).json()["total"] == 1
    assert not list((app.data_dir / "uploads").iterdir())


async def test_two_uploads_of_one_name_before_either_is_read_are_two_versions(app, admin):
    one, two = [await send(admin, "a.md", text) for text in (b"first", b"second")]
    assert one.json()["document"]["id"] == two.json()["document"]["id"]
    assert one.json()["job_id"] != two.json()["job_id"]
    await work(app.units, app.documents)
    read = (await admin.get(f"{DOCUMENTS}/{one.json()['document']['id']}")).json()
    assert (read["document"]["version"], read["content_preview"]) == (2, "second")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("..\\\\..\\\\boot.txt", "boot.txt"),
        ("/abs/олу.md", "олу.md"),
        ("...", "document"),
        ("a<b>|.md", "ab.md"),
    ],
)
async def test_name_of_a_client_is_never_a_path(app, admin, given, kept):
    read = await sent_and_read(app, admin, given, b"text enough")
    assert read["document"]["filename"] == kept
    assert not [path for path in app.data_dir.rglob("*") if path.name in {"passwd.md", "boot.txt"}]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("empty.md", b"", "empty"),
        ("tool.pdf", b"MZ" + bytes(500), "wrong_type"),
        ("x.docx", b"%PDF-1.4 broken", "wrong_extension:pdf"),
        ("x.pdf", b"%PDF-1.4 broken", "damaged"),
    ],
)
async def test_bad_file_ends_in_a_clear_state(app, admin, name, content, fault):
    read = await sent_and_read(app, admin, name, content)
    document = read["document"]
    assert (document["state"], document["fault"], document["version"]) == ("failed", fault, 0)
    assert len(document["fault_text"]) > 20
    listed = (await admin.get(f"{DOCUMENTS}?state=failed", headers={"accept-language": "ru"})).json()["documents"]
    assert "е" in listed[0]["fault_text"].lower()
    assert await count(app, Chunk) == 0


async def test_bad_second_upload_keeps_the_good_text(app, admin):
    await sent_and_read(app, admin, "a.md", b"good text here")
    read = await sent_and_read(app, admin, "a.md", b"\x7fELF" + bytes(600))
    assert (read["document"]["state"], read["document"]["fault"]) == ("failed", "wrong_type")
    assert (read["content_preview"], read["document"]["version"]) == ("good text here", 1)
    assert await count(app, Chunk) == 1
    again = await sent_and_read(app, admin, "a.md", b"good text here")
    assert (again["document"]["state"], again["document"]["fault"], again["document"]["version"]) == ("ready", "", 1)


async def test_upload_that_is_too_large_is_refused_and_leaves_nothing(app, admin, monkeypatch):
    monkeypatch.setattr(app.documents.uploads, "limit_bytes", 1000)
    answer = await send(admin, "a.md", b"x" * 1001)
    assert (answer.status, answer.json()["code"], answer.json()["limit_bytes"]) == (413, "too_large", 1000)
    assert not list((app.data_dir / "uploads").iterdir())
    assert (await admin.get(DOCUMENTS)).json()["total"] == 0


async def test_upload_may_be_larger_than_other_requests(app, admin):
    size = app.settings.max_body_bytes + 1000
    assert (await send(admin, "big.txt", b"word " * (size // 5))).status == 202
    assert (await pasted_status(admin, "x" * size)) == 413


async def pasted_status(who, content):
    return (await who.post(f"{DOCUMENTS}/text", {"title": "big", "content": content})).status


async def test_form_without_a_file_is_told(admin):
    for options in ({"content": b"", "headers": {"content-type": "multipart/form-data; boundary=x"}}, {"json": {}}):
        answer = await admin.post(f"{DOCUMENTS}/upload", **options)
        assert (answer.status, answer.json()["code"]) == (422, "no_file")


async def test_stranger_and_guest_may_not_send_and_nothing_is_kept(app, client, people):
    assert (await send(client, "a.md", b"text")).status == 401
    guest = client.signed_in(people.guest.token)
    assert (await send(guest, "a.md", b"text")).status == 403
    assert (await guest.get(DOCUMENTS)).status == 403
    assert not (app.data_dir / "uploads").exists()


async def test_pasted_text_can_be_searched_at_once_and_its_name_is_taken_once(app, admin):
    document = await pasted(admin)
    assert (document["state"], document["source_type"], document["filename"]) == ("ready", "manual", "Доставка.md")
    again = await admin.post(f"{DOCUMENTS}/text", {"title": "Доставка", "content": "другое"})
    assert (again.status, again.json()["document_id"]) == (409, document["id"])
    clash = await send(admin, "Доставка.md", b"text")
    assert (clash.status, clash.json()["code"]) == (409, "document_name_taken")
    empty = await admin.post(f"{DOCUMENTS}/text", {"title": "x", "content": " \n "})
    assert (empty.status, empty.json()["code"]) == (422, "empty")


async def test_edit_makes_versions_and_restore_brings_one_back(app, admin, people):
    document = await pasted(admin)
    url = f"{DOCUMENTS}/{document['id']}"
    changed = await admin.put(url, {"content": "Теперь 400 рублей за доставку.", "version": 1})
    assert changed.json()["document"]["version"] == 2
    assert (await admin.put(url, {"content": "чужое", "version": 1})).status == 409
    assert (await admin.put(url, {"content": "Теперь 400 рублей за доставку."})).json()["document"]["version"] == 2
    assert (await admin.put(url, {"title": "Цены"})).json()["document"]["title"] == "Цены"
    listed = (await admin.get(f"{url}/versions?limit=2")).json()
    assert ([row["number"] for row in listed["versions"]], listed["total"]) == ([3, 2], 3)
    assert listed["versions"][0]["author_id"] == people.admin.id
    assert (await admin.get(f"{url}/versions/1")).json()["content"] == TEXT
    assert (await admin.get(f"{url}/versions/9")).status == 404
    restored = (await admin.post(f"{url}/versions/1/restore")).json()["document"]
    assert (restored["version"], restored["title"]) == (4, "Доставка")
    assert (await admin.get(f"{url}/content")).json()["content"] == TEXT


async def test_editing_an_upload_lets_the_same_file_be_sent_again(app, admin):
    read = await sent_and_read(app, admin, "a.md", b"first words")
    await admin.put(f"{DOCUMENTS}/{read['document']['id']}", {"content": "other words"})
    again = await sent_and_read(app, admin, "a.md", b"first words")
    assert (again["content_preview"], again["document"]["version"]) == ("first words", 3)


async def test_delete_removes_every_trace(app, admin):
    document, kept = await pasted(admin), await pasted(admin, "Другое", TEXT.replace("Доставка\n", "Другое\n", 1))
    async with app.units.write() as unit:
        hashes = set(await unit.db.scalars(select(Chunk.text_hash)))
        unit.db.add_all(ChunkVector(text_hash=one, model="m", vector=b"1234") for one in hashes)
    shared = set(await hashes_of(app, kept["id"]))
    assert (await admin.delete(f"{DOCUMENTS}/{document['id']}")).json()["deleted"] == document["id"]
    for table in (Chunk, DocumentVersion, DocumentCollection):
        assert await count(app, table, table.document_id == document["id"]) == 0
    assert await count(app, Document) == 1
    async with app.units.read() as unit:
        assert set(await unit.db.scalars(select(ChunkVector.text_hash))) == shared
    assert (await admin.get(f"{DOCUMENTS}/{document['id']}")).status == 404


async def hashes_of(app, document_id):
    async with app.units.read() as unit:
        return list(await unit.db.scalars(select(Chunk.text_hash).where(Chunk.document_id == document_id)))


async def test_list_has_pages_filters_and_search_in_titles(app, admin):
    for number in range(3):
        await pasted(admin, f"Ёлка номер {number}", f"Текст про ёлку номер {number}")
    await send(admin, "wait.md", b"later")
    page = (await admin.get(f"{DOCUMENTS}?limit=2&offset=1")).json()
    assert (len(page["documents"]), page["total"]) == (2, 4)
    found = (await admin.get(f"{DOCUMENTS}?q=%D0%B5%D0%BB%D0%BA%D0%B0%20%D0%9D%D0%9E%D0%9C")).json()
    assert found["total"] == 3
    assert (await admin.get(f"{DOCUMENTS}?state=waiting")).json()["total"] == 1
    assert (await admin.get(f"{DOCUMENTS}?source=manual")).json()["total"] == 3
    assert (await admin.get(f"{DOCUMENTS}?collection_id=")).json()["total"] == 0
    assert (await admin.get(f"{DOCUMENTS}?limit=0")).status == 422


async def test_user_sees_all_but_changes_only_his_own(app, admin, user, other):
    shared, mine = await pasted(admin), await pasted(user, "Моё")
    assert (shared["owner_id"], bool(mine["owner_id"])) == (None, True)
    assert (await other.get(DOCUMENTS)).json()["total"] == 2
    assert (await other.get(f"{DOCUMENTS}/{mine['id']}")).status == 200
    for document in (shared, mine):
        url = f"{DOCUMENTS}/{document['id']}"
        refused = [
            await other.put(url, {"title": "взлом"}),
            await other.delete(url),
            await other.put(f"{url}/collections", {"collection_ids": []}),
            await other.post(f"{url}/versions/1/restore"),
        ]
        assert [answer.status for answer in refused] == [404] * 4
    assert (await user.put(f"{DOCUMENTS}/{mine['id']}", {"title": "Моё новое"})).status == 200
    assert (await admin.put(f"{DOCUMENTS}/{mine['id']}", {"title": "Поправлено"})).status == 200


async def test_users_documents_go_into_a_collection_of_his_own_and_never_into_a_shared_one(app, admin, user):
    shared = (await admin.get(COLLECTIONS)).json()["collections"][0]
    assert shared["is_default"]
    mine = await pasted(user, "Моё")
    [own] = mine["collection_ids"]
    assert own != shared["id"]
    assert (await user.get(f"{COLLECTIONS}/{own}")).json()["collection"]["documents"] == 1
    into = {"title": "Подлог", "content": "всё бесплатно", "collection_ids": [shared["id"]]}
    assert (await user.post(f"{DOCUMENTS}/text", into)).status == 404
    moved = await user.put(f"{DOCUMENTS}/{mine['id']}/collections", {"collection_ids": [own, shared["id"]]})
    assert moved.status == 404
    assert (await send(user, "a.md", b"text", collection_ids=shared["id"])).status == 404
    assert (await pasted(admin))["collection_ids"] == [shared["id"]]


async def test_collections_are_made_renamed_and_deleted_and_their_documents_stay(app, admin, user, other):
    made = (await admin.post(COLLECTIONS, {"name": " Тарифы "})).json()["collection"]
    assert (made["name"], made["owner_id"]) == ("Тарифы", None)
    entry = {"trigger": "Сколько?", "response": "100", "collection_id": made["id"]}
    assert (await admin.post("/admin/faq", entry)).status == 200
    document = await pasted(admin, collection_ids=[made["id"]])
    assert (await admin.put(f"{COLLECTIONS}/{made['id']}", {"name": "Цены"})).json()["collection"]["questions"] == 1
    assert (await user.put(f"{COLLECTIONS}/{made['id']}", {"name": "x"})).status == 404
    assert (await user.delete(f"{COLLECTIONS}/{made['id']}")).status == 404
    gone = (await admin.delete(f"{COLLECTIONS}/{made['id']}")).json()
    assert gone["documents_kept"] == 1
    assert (await admin.get(f"{DOCUMENTS}/{document['id']}")).json()["document"]["collection_ids"] == []
    assert (await admin.get(f"{DOCUMENTS}?collection_id=")).json()["total"] == 1
    assert (await admin.get(f"/admin/faq?collection_id={made['id']}")).status == 404
    default = (await admin.get(COLLECTIONS)).json()["collections"][0]["id"]
    assert (await admin.delete(f"{COLLECTIONS}/{default}")).json()["code"] == "default_collection"
    assert (await admin.post(COLLECTIONS, {"name": "   "})).status == 422


async def test_changes_raise_the_version_of_their_collections_and_leave_traces(app, admin):
    async def version():
        async with app.units.read() as unit:
            from secretary.knowledge.models import KnowledgeCollection as Rows

            return (await unit.db.execute(select(Rows.documents_version).where(Rows.is_default))).scalar_one()

    before = await version()
    document = await pasted(admin)
    assert await version() == before + 1
    await admin.put(f"{DOCUMENTS}/{document['id']}", {"content": "новое содержание"})
    assert await version() == before + 2
    await admin.put(f"{DOCUMENTS}/{document['id']}/collections", {"collection_ids": []})
    assert await version() == before + 3
    await admin.delete(f"{DOCUMENTS}/{document['id']}")
    assert await version() == before + 3
    async with app.units.read() as unit:
        traces = await unit.db.execute(
            select(AuditRow.action).where(AuditRow.resource == "document", AuditRow.resource_id == document["id"])
        )
        assert sorted(traces.scalars()) == ["create", "delete", "update", "update"]


async def test_imports_belong_to_who_asked_and_can_be_cancelled(app, admin, user, other):
    asked = (await send(user, "a.md", b"some text")).json()
    url = f"{WIKI}/imports/{asked['job_id']}"
    assert (await user.get(f"{WIKI}/imports")).json()["total"] == 1
    assert (await other.get(f"{WIKI}/imports")).json()["total"] == 0
    assert [(await other.get(url)).status, (await other.post(f"{url}/cancel")).status] == [404, 404]
    assert (await user.post(f"{url}/cancel")).status == 200
    document = (await user.get(f"{DOCUMENTS}/{asked['document']['id']}")).json()["document"]
    assert (document["state"], document["fault"]) == ("failed", "cancelled")
    assert not list((app.data_dir / "uploads").iterdir())
    assert await work(app.units, app.documents) == []
    assert (await user.get(url)).status == 404


async def test_stats_search_reload_and_reindex_answer(app, admin, user):
    await pasted(admin)
    stats = (await user.get(f"{WIKI}/stats")).json()
    assert stats["source_files"] == ["Доставка.md"]
    assert {"engine", "embedding_engine", "embedding_sections", "available"} <= set(stats["stats"])
    found = (await user.post(f"{WIKI}/search", {"query": "доставка"})).json()
    assert (found["query"], type(found["results"])) == ("доставка", list)
    assert (await user.post(f"{WIKI}/search", {"query": "x", "collection_ids": ["nowhere"]})).status == 404
    for path in ("reload", "reindex-embeddings"):
        answer = await admin.post(f"{WIKI}/{path}")
        assert (answer.status, bool(answer.json()["job_id"])) == (202, True)
    assert sorted(await work(app.units, app.documents)) == ["documents.reindex", "documents.watch"]


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "http://", "javascript:alert(1)", "x" * 1999, "http://[::1", "file:///etc"]
)
async def test_address_that_is_none_is_refused_at_once(admin, url):
    for path in ("documents/url", "sites"):
        assert (await admin.post(f"{WIKI}/{path}", {"url": url})).status == 422, url


async def test_private_address_ends_in_a_clear_state(app, admin):
    asked = (await admin.post(f"{DOCUMENTS}/url", {"url": "http://127.0.0.1:1/secret"})).json()
    await work(app.units, app.documents)
    document = (await admin.get(f"{DOCUMENTS}/{asked['document']['id']}")).json()["document"]
    assert (document["state"], document["fault"]) == ("failed", "not_allowed")
