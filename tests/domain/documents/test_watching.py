"""The watched folder: files come, change, move and go; what is outside of it is never read."""

import pytest
from sqlalchemy import select
from tests.domain.documents.importing import work
from tests.unit.documents import corpus

from secretary.knowledge.documents import imports, service, watching
from secretary.knowledge.documents.passages import prepare
from secretary.knowledge.models import Document


@pytest.fixture
def folder(app):
    app.documents.wiki.mkdir(parents=True)
    return app.documents.wiki


async def look(app, tools):
    async with app.units.write() as unit:
        job_id = await imports.watched(unit)
    await work(app.units, tools)
    async with app.units.read() as unit:
        rows = list(await unit.db.scalars(select(Document).order_by(Document.filename)))
        from secretary.kernel.jobs import get_job

        progress = (await get_job(unit, job_id)).progress
    return {row.filename: row for row in rows}, progress


async def test_files_come_change_and_go(app, tools, folder):
    (folder / "price.md").write_text("# Цены\n\nЧай 100")
    (folder / "sub").mkdir()
    (folder / "sub" / "list.csv").write_text("a;b\n1;2")
    (folder / "_draft.md").write_text("черновик")
    (folder / ".hidden.md").write_text("скрыто")
    found, progress = await look(app, tools)
    assert sorted(found) == ["price.md", "sub - list.csv"]
    assert found["price.md"].title == "Цены"
    assert {one.owner_id for one in found.values()} == {None}
    assert (progress["new"], progress["changed"]) == (2, 0)
    first = found["price.md"].updated
    found, progress = await look(app, tools)
    assert (progress["new"], progress["changed"], found["price.md"].updated) == (0, 0, first)
    (folder / "price.md").write_text("# Цены\n\nЧай 120")
    (folder / "sub" / "list.csv").unlink()
    found, progress = await look(app, tools)
    assert {name: one.version for name, one in found.items()} == {"price.md": 2}
    assert (progress["changed"], progress["removed"]) == (1, 1)


async def test_file_with_another_name_keeps_its_versions(app, tools, folder):
    (folder / "old.md").write_text("один и тот же текст")
    (folder / "other.md").write_text("другой")
    before, _ = await look(app, tools)
    (folder / "old.md").rename(folder / "new.md")
    after, _ = await look(app, tools)
    assert sorted(after) == ["new.md", "other.md"]
    assert after["new.md"].id == before["old.md"].id


async def test_folder_that_is_missing_or_empty_removes_nothing(app, tools, folder):
    (folder / "a.md").write_text("текст")
    await look(app, tools)
    (folder / "a.md").unlink()
    assert list((await look(app, tools))[0]) == ["a.md"]
    folder.rmdir()
    assert list((await look(app, tools))[0]) == ["a.md"]


async def test_links_are_never_followed(app, tools, folder, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "keys.md").write_text("пароль")
    (folder / "keys.md").symlink_to(secret / "keys.md")
    (folder / "sub").symlink_to(secret)
    (folder / "loop").symlink_to("loop")
    (folder / "a.md").write_text("текст")
    found, _ = await look(app, tools)
    assert list(found) == ["a.md"]


async def test_bad_file_is_listed_with_its_fault_and_disturbs_nothing(app, tools, folder):
    (folder / "a.pdf").write_bytes(corpus.encrypted_pdf())
    (folder / "b.md").write_text("текст")
    (folder / "c.md").write_bytes(b"")
    (folder / "d.docx").write_bytes(corpus.docx_file())
    found, progress = await look(app, tools)
    assert {name: one.fault for name, one in found.items()} == {
        "a.pdf": "encrypted", "b.md": "", "c.md": "empty", "d.docx": "",
    }  # fmt: skip
    assert (progress["new"], progress["failed"]) == (2, 2)
    assert (await look(app, tools))[1]["failed"] == 0  # not read again until it changes


async def test_edit_stays_until_the_file_changes(app, tools, folder, boss):
    (folder / "a.md").write_text("из файла")
    found, _ = await look(app, tools)
    async with app.units.write(boss) as unit:
        await service.edit(unit, found["a.md"].id, await prepare("A", "исправлено"), None)
    assert (await look(app, tools))[0]["a.md"].content == "исправлено"
    (folder / "a.md").write_text("новое из файла")
    assert (await look(app, tools))[0]["a.md"].content == "новое из файла"


async def test_name_of_another_document_is_left_alone(app, tools, folder, boss):
    async with app.units.write(boss) as unit:
        await service.paste(unit, await prepare("a", "вставлено"), None)
    (folder / "a.md").write_text("из файла")
    found, progress = await look(app, tools)
    assert (found["a.md"].content, progress["taken"]) == ("вставлено", 1)


async def test_deleting_a_watched_document_deletes_its_file(app, tools, folder, client, people):
    (folder / "sub").mkdir()
    (folder / "sub" / "a.md").write_text("текст")
    (folder / "b.md").write_text("останется")
    found, _ = await look(app, tools)
    admin = client.signed_in(people.admin.token)
    answer = await admin.delete(f"/admin/wiki-rag/documents/{found['sub - a.md'].id}")
    assert answer.status == 200
    assert not (folder / "sub" / "a.md").exists()
    assert list((await look(app, tools))[0]) == ["b.md"]
    watching.unlink(folder, "gone.md")


async def test_file_that_is_too_large_is_never_opened(app, tools, folder, monkeypatch):
    monkeypatch.setattr(tools.uploads, "limit_bytes", 10)
    (folder / "a.md").write_text("x" * 11)
    (folder / "b.md").write_text("мал")
    found, _ = await look(app, tools)
    assert (found["a.md"].fault, found["b.md"].fault) == ("too_large", "")
