"""Several processes on one database: uploads of one name at once, edits meanwhile, a worker that dies half-way."""

import asyncio
import os
import time

import orjson
import pytest
from sqlalchemy import func, select
from tests.domain.documents.importing import unhurried, work
from tests.support.databases import drop, migrated_postgresql, migrated_sqlite
from tests.support.process import start

from secretary.accounts import service as accounts
from secretary.accounts.models import Role
from secretary.app import Ports, build
from secretary.kernel.db import Database
from secretary.kernel.errors import Conflict
from secretary.kernel.events import EventBus
from secretary.kernel.jobs import claim
from secretary.kernel.unit import Actor, UnitFactory
from secretary.knowledge.documents import imports, service
from secretary.knowledge.documents.jobs import clear_away
from secretary.knowledge.documents.passages import prepare
from secretary.knowledge.documents.reading import read_document
from secretary.knowledge.models import Chunk, Document, DocumentState, DocumentVersion
from secretary.migrations import migrate
from secretary.settings import Settings


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request, run, tmp_path, worker_id):
    database = run(
        migrated_sqlite(tmp_path)
        if request.param == "sqlite"
        else migrated_postgresql(f"documents_{worker_id}_{os.getpid()}")
    )
    yield database
    run(drop(database))


@pytest.fixture
def house(shared, tmp_path, run):
    """A program, a second door to its database, and a user who sends things."""
    settings = Settings(_env_file=None, data_dir=tmp_path, secret_key="k" * 43)
    app = build(settings, Ports(models={}, database=shared))
    other = Database(shared.url)

    async def someone():
        async with app.units.write() as unit:
            user = await accounts.create_user(unit, "someone", "!", Role.ADMIN)
        return Actor("user", user.id, "admin")

    yield app, UnitFactory(other, EventBus()), run(someone())
    run(other.close())
    run(app.http.aclose())


async def sent(app, units, actor, name, content):
    async def chunks():
        yield content

    received = await app.documents.uploads.keep(units.new_id(), chunks())
    async with units.write(actor) as unit:
        return await imports.upload(unit, name, received, None)


async def test_uploads_of_one_name_at_once_are_one_document_with_all_versions(house):
    app, other, actor = house
    texts = [f"text number {number}".encode() for number in range(6)]
    results = await asyncio.gather(
        *(sent(app, units, actor, "a.md", text) for text, units in zip(texts, [app.units, other] * 3, strict=True)),
        return_exceptions=True,
    )
    asked = [one for one in results if not isinstance(one, BaseException)]
    assert all(isinstance(one, Conflict) for one in results if isinstance(one, BaseException))
    assert asked
    await asyncio.gather(work(app.units, app.documents), work(other, app.documents))
    await work(app.units, app.documents)
    async with app.units.read() as unit:
        [document] = await unit.db.scalars(select(Document))
        numbers = list(await unit.db.scalars(select(DocumentVersion.number).order_by(DocumentVersion.number)))
        chunks = list(await unit.db.scalars(select(Chunk)))
    assert (document.state, numbers) == (DocumentState.READY, list(range(1, len(asked) + 1)))
    assert [chunk.text for chunk in chunks] == [document.content]


async def test_two_edits_at_once_are_one_version_and_one_conflict(house):
    app, other, actor = house
    async with app.units.write(actor) as unit:
        document = await service.paste(unit, await prepare("A", "первый"), None)

    async def edit(units, content):
        text = await prepare("A", content)
        async with units.write(actor) as unit:
            await service.edit(unit, document.id, text, 1)

    results = await asyncio.gather(edit(app.units, "второй"), edit(other, "третий"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "NoneType"]
    async with app.units.read() as unit:
        assert (await service.find(unit, document.id)).version == 2


class Dies(BaseException):
    """As a process does, in the middle of something."""


class DeadlyReader:
    async def read(self, source, name, charset=""):
        raise Dies


async def test_worker_that_dies_while_reading_leaves_a_job_that_goes_on(house):
    app, other, actor = house
    asked = await sent(app, app.units, actor, "a.md", b"text to keep")
    async with app.units.write() as unit:
        [job] = await claim(unit, [imports.READ], unit.new_id(), 0.0)
    with pytest.raises(Dies):
        await read_document(app.units, unhurried(app.documents, reader=DeadlyReader()), job)
    async with app.units.read() as unit:
        assert (await service.find(unit, asked.document.id)).state is DocumentState.READING
    await clear_away(app.units, app.documents)  # a job that is there is waited for
    assert await work(other, app.documents) == [imports.READ]
    async with app.units.read() as unit:
        document = await service.find(unit, asked.document.id)
    assert (document.state, document.content, document.version) == (DocumentState.READY, "text to keep", 1)


async def test_document_that_nobody_reads_any_more_says_so(house):
    app, _, actor = house
    asked = await sent(app, app.units, actor, "a.md", b"text")
    async with app.units.write() as unit:
        from secretary.kernel.jobs import cancel

        await cancel(unit, asked.job_id)
    await clear_away(app.units, app.documents)
    async with app.units.read() as unit:
        document = await service.find(unit, asked.document.id)
    assert (document.state, document.fault) == (DocumentState.FAILED, "interrupted")


async def test_document_deleted_before_it_is_read_stays_deleted(house):
    app, _, actor = house
    asked = await sent(app, app.units, actor, "a.md", b"text")
    async with app.units.write(actor) as unit:
        from secretary.knowledge.documents import storing

        await storing.remove(unit, await service.find_to_change(unit, asked.document.id))
    assert await work(app.units, app.documents) == [imports.READ]
    async with app.units.read() as unit:
        assert (await unit.db.execute(select(func.count()).select_from(Document))).scalar_one() == 0
    assert not list((app.data_dir / "uploads").iterdir())


async def test_file_that_is_gone_is_told(house):
    app, _, actor = house
    asked = await sent(app, app.units, actor, "a.md", b"text")
    for path in (app.data_dir / "uploads").iterdir():
        path.unlink()
    await work(app.units, app.documents)
    async with app.units.read() as unit:
        assert (await service.find(unit, asked.document.id)).fault == "file_gone"


def test_killed_in_mid_walk_it_goes_on_and_reads_each_page_once(tmp_path, run, site):
    site.page("/", "Главная", "начало", "/one", "/two", "/three")
    for name in ("one", "two", "three"):
        site.page(f"/{name}", name, f"text of {name}")
    site.holding.add("/two")

    async def ask():
        database = Database(f"sqlite:///{tmp_path / 'secretary.db'}")
        await migrate(database)
        async with UnitFactory(database, EventBus()).write() as unit:
            job_id = await imports.site(unit, site.url, 20, [])
        await database.close()
        return job_id

    async def look(job_id):
        database = Database(f"sqlite:///{tmp_path / 'secretary.db'}")
        async with UnitFactory(database, EventBus()).read() as unit:
            job = await imports.find_import(unit, job_id)
            titles = list(await unit.db.scalars(select(Document.title).order_by(Document.title)))
            versions = (await unit.db.execute(select(func.count()).select_from(DocumentVersion))).scalar_one()
        await database.close()
        return job, titles, versions

    job_id = run(ask())
    environment = {"SECRETARY_ROLES": "worker", "ALLOWED_PRIVATE_HOSTS": "127.0.0.1"}
    process = start(tmp_path, environment)
    assert site.held.wait(60), process.poll()
    process.kill()
    process.wait(10)
    process.stdout.close()
    assert run(look(job_id))[1] == ["one", "Главная"]
    site.holding.clear()
    site.release.set()
    process = start(tmp_path, environment)
    deadline = time.monotonic() + 60
    while (found := run(look(job_id)))[0].state.value != "done" and time.monotonic() < deadline:
        assert process.poll() is None, process.stdout.read()
    process.terminate()
    process.wait(15)
    process.stdout.close()
    assert found[1:] == (["one", "three", "two", "Главная"], 4)
    assert orjson.loads(orjson.dumps(found[0].progress))["stored"] == 4
    assert site.asked.count("/one") == 1
