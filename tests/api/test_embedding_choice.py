"""Who embeds is chosen at run time: the new vectors are computed beside the answering, and every way to go wrong."""

import asyncio

import pytest
from sqlalchemy import delete, func, select
from tests.domain.search.library import Library, vector_of
from tests.support.embedding_service import EmbeddingService
from tests.support.llm_admin import made
from tests.support.llm_upstream import LlmUpstream, replying

from secretary.app import Ports
from secretary.app.embedding import ChosenVectors
from secretary.app.search import PassageVectors
from secretary.assistant.embedding.choice import EmbeddingReady
from secretary.audit.models import AuditEntry
from secretary.kernel.events import EventBus
from secretary.kernel.jobs.table import Job
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.models import ChunkVector
from secretary.usage.models import CallStatus, UsageRow

URL = "/admin/knowledge/embedding"
NOTHING = {"provider_id": "", "model": "", "question_prefix": "", "passage_prefix": ""}
DELIVERY, HOURS = "# Логистика\n\nКурьер приезжает утром.", "# Часы\n\nМы открыты с девяти."
ASKED = "привезти"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"allowed_private_hosts": ("127.0.0.1",)})


@pytest.fixture
def ports(database):
    return Ports(models={}, database=database)


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def library(app, run):
    """Two documents in a collection of their own, beside those of the first start."""
    library = Library(app.units)
    run(library.open())
    run(library.put("delivery.md", DELIVERY))
    run(library.put("hours.md", HOURS))
    return library


async def provider(admin, upstream, **more):
    fields = {"provider_type": "custom", "base_url": upstream.base_url, "model_name": "m", "api_key": "k"} | more
    return (await made(admin, **fields))["id"]


async def choose(admin, **fields):
    answer = await admin.put(URL, fields)
    assert answer.status == 200, answer.text
    return answer.json()


async def until(admin, is_so):
    """What is shown once it is so."""
    async with asyncio.timeout(20):
        while not is_so(shown := (await admin.get(URL)).json()):
            await asyncio.sleep(0)
    return shown


async def whole(admin, wanted):
    return await until(admin, lambda shown: (shown["answering"], shown["lacking"]) == ([wanted], 0))


async def stored(app):
    async with app.units.read() as unit:
        counted = select(ChunkVector.model, func.count()).group_by(ChunkVector.model)
        return dict((await unit.db.execute(counted)).all())


async def best(app, library, question=ASKED):
    found = await app.search.find(question, [library.collection_id])
    return (found.passages[0].text if found.passages else "", found.engine)


async def test_chosen_model_answers_by_meaning_once_it_knows_everything(app, admin, library):
    before = (await admin.get(URL)).json()
    assert (before["provider_id"], before["wanted"], before["answering"]) == ("", "", [])
    service = EmbeddingService()
    async with service.open() as upstream:
        chosen_id = await provider(admin, upstream)
        shown = await choose(admin, provider_id=chosen_id, model="e", question_prefix="q: ", passage_prefix="p: ")
        assert (shown["dimensions"], shown["model"], shown["question_prefix"]) == (40, "e", "q: ")
        assert shown["wanted"].startswith(f"{chosen_id}/e@40#")
        done = await whole(admin, shown["wanted"])
        assert await stored(app) == {shown["wanted"]: done["texts"]}
        text, engine = await best(app, library)
    assert text.startswith("Курьер")
    assert engine.endswith(f"words+vectors:{shown['wanted']}")
    assert (service.read[-1], service.keys) == (f"q: {ASKED}", {"Bearer k"})
    assert all(text.startswith("p: ") for text in service.read[:-1])
    await app.ledger.flush()
    async with app.units.read() as unit:
        rows = (await unit.db.scalars(select(UsageRow).where(UsageRow.action == "embed"))).all()
        [row] = await unit.db.scalars(select(AuditEntry).where(AuditEntry.resource == "embedding"))
    assert {(row.status, row.model, row.source) for row in rows} == {(CallStatus.DONE, "e", "knowledge")}
    assert (row.resource_id, row.details) == (chosen_id, {"model": "e", "dimensions": 40})


async def test_former_model_answers_until_the_new_one_knows_everything(app, admin, library):
    first, second = EmbeddingService(), EmbeddingService(texts_until_death=1)
    async with first.open() as one, second.open() as other:
        old = (await choose(admin, provider_id=await provider(admin, one), model="old"))["wanted"]
        await whole(admin, old)
        new = (await choose(admin, provider_id=await provider(admin, other), model="new"))["wanted"]
        waiting = await until(admin, lambda shown: shown["last_code"])
        assert (waiting["wanted"], waiting["answering"], waiting["lacking"]) == (new, [old], waiting["texts"])
        text, engine = await best(app, library)
        assert (text[:6], engine.split(":")[-1]) == ("Курьер", old)
        second.texts_until_death = None
        await library.put("price.md", "# Цены\n\nРоза стоит 150 ₽.")
        assert (await whole(admin, new))["last_code"] == ""
        assert (await best(app, library))[1].endswith(new)
        await library.put("price.md", "# Цены\n\nРоза стоит 160 ₽.")
        await whole(admin, new)
        assert set(await stored(app)) == {new}


async def test_back_to_the_packaged_models_asks_the_provider_nothing_more(app, admin, library):
    service = EmbeddingService()
    async with service.open() as upstream:
        wanted = (await choose(admin, provider_id=await provider(admin, upstream), model="e"))["wanted"]
        await whole(admin, wanted)
        shown = await choose(admin)
        assert {name: shown[name] for name in NOTHING} == NOTHING
        assert (shown["wanted"], shown["last_code"]) == ("", "")
        asked = len(service.read)
        assert (await best(app, library, "курьер"))[1].endswith("words")
        assert len(service.read) == asked
    assert (await admin.get(URL)).json()["answering"] == []


async def test_other_dimensions_are_other_vectors_and_computed_anew(app, admin, library):
    service = EmbeddingService(40)
    async with service.open() as upstream:
        chosen_id = await provider(admin, upstream)
        await whole(admin, (await choose(admin, provider_id=chosen_id, model="e"))["wanted"])
        service.dimensions = 36
        text, _ = await best(app, library, "курьер")  # by words: the vectors of before cannot be asked any more
        assert text.startswith("Курьер")
        done = await whole(admin, f"{chosen_id}/e@36")
        assert (done["dimensions"], (await stored(app))[f"{chosen_id}/e@36"]) == (36, done["texts"])
        assert (await best(app, library))[0].startswith("Курьер")


async def test_service_that_dies_halfway_leaves_the_words_and_is_tried_again(app, admin, library):
    service, slept = EmbeddingService(), asyncio.Event()

    async def sleep(_):
        slept.set()
        service.texts_until_death = None

    async with service.open() as upstream:
        await choose(admin, provider_id=await provider(admin, upstream), model="e")
        await app.passage_vectors.close()
        service.texts_until_death = len(service.read)
        vectors = PassageVectors(app.units, app.search, sleep)
        await library.put("price.md", "# Цены\n\nРоза стоит 150 ₽.")
        assert (await best(app, library, "курьер"))[0].startswith("Курьер")
        await slept.wait()
        assert (await until(admin, lambda shown: not shown["lacking"]))["last_code"] == ""
        await vectors.close()


async def test_question_does_not_wait_for_a_model_that_hangs(app, admin, library):
    service = EmbeddingService()
    app.embedding._wait_s = 0.05
    async with service.open() as upstream:
        wanted = (await choose(admin, provider_id=await provider(admin, upstream), model="e"))["wanted"]
        await whole(admin, wanted)
        service.hangs = True
        for _ in range(3):
            text, engine = await best(app, library, "курьер")
            assert (text[:6], engine.split(":")[-1]) == ("Курьер", "words")
        assert upstream.received[-1].json["input"] == ["курьер"]
        assert [one.json["input"] for one in upstream.received].count(["курьер"]) == 1
        assert (await admin.get(URL)).json()["last_code"] == "embedding_too_slow"


async def test_of_a_text_that_is_too_long_its_beginning_is_read(app, admin, library):
    service = EmbeddingService()
    service.longest = 400
    await library.put("long.md", "# Доставка\n\n" + "Курьер везёт розу. " * 60)
    async with service.open() as upstream:
        wanted = (await choose(admin, provider_id=await provider(admin, upstream), model="e"))["wanted"]
        done = await whole(admin, wanted)
        assert (await best(app, library, "привезти розу " * 60))[1].endswith(wanted)
    assert (done["last_code"], max(map(len, service.read)) <= 400) == ("", True)


async def test_gemini_is_asked_in_its_own_words(app, admin, library):
    async def embedding(exchange):
        asked = exchange.received.json["requests"]
        vectors = [vector_of(one["content"]["parts"][0]["text"]) for one in asked]
        await replying(200, {"embeddings": [{"values": one} for one in vectors]})(exchange)

    async with LlmUpstream(embedding) as upstream:
        chosen_id = await provider(admin, upstream, provider_type="gemini")
        wanted = (await choose(admin, provider_id=chosen_id, model="gemini-embedding-001"))["wanted"]
        await whole(admin, wanted)
        assert (await best(app, library))[0].startswith("Курьер")
        asked = {one.path.rpartition("/")[2] for one in upstream.received}
    assert asked == {"gemini-embedding-001:batchEmbedContents"}


async def test_what_cannot_embed_is_refused_and_changes_nothing(client, people, admin):
    user = client.signed_in(people.user.token)
    assert (await user.put(URL, {})).status == 403
    assert (await client.get(URL)).status == 401
    dead = EmbeddingService(texts_until_death=0)
    async with dead.open() as upstream:
        own = await made(user, provider_type="custom", base_url="https://9.9.9.9/v1", model_name="m")
        claude = await made(admin, provider_type="claude", api_key="k")
        shared = await provider(admin, upstream)
        off = await provider(admin, upstream, enabled=False)
        for body, status, code in (
            ({"provider_id": own["id"], "model": "e"}, 404, "no_such_provider"),
            ({"provider_id": "nope", "model": "e"}, 404, "no_such_provider"),
            ({"provider_id": claude["id"], "model": "e"}, 422, "embedding_unsuitable"),
            ({"provider_id": shared}, 422, "embedding_without_model"),
            ({"provider_id": shared, "model": "e"}, 422, "embedding_not_tried"),
            ({"provider_id": off, "model": "e"}, 422, "embedding_not_tried"),
            ({"provider_id": "local", "model": "../x"}, 404, "no_such_local_model"),
            ({"provider_id": shared, "model": "e" * 121}, 422, "bad_request"),
        ):
            answer = await admin.put(URL, body)
            assert (answer.status, answer.json()["code"]) == (status, code), answer.text
    assert (await admin.get(URL)).json()["provider_id"] == ""


async def test_owners_questions_are_asked_again_when_the_new_model_answers(app, admin, library):
    heard = []
    app.units.bus.subscribe(EmbeddingReady, heard.append)
    assert (await admin.post("/admin/knowledge/regression", {"question": ASKED})).status == 201
    async with EmbeddingService().open() as upstream:
        chosen_id = await provider(admin, upstream)
        await app.self_test.watch.close()
        async with app.units.write() as unit:
            await unit.db.execute(delete(Job).where(Job.kind == "regression.ask"))
        wanted = (await choose(admin, provider_id=chosen_id, model="e"))["wanted"]
        assert heard == []
        async with asyncio.timeout(20):
            while not heard:
                await asyncio.sleep(0)
        assert heard == [EmbeddingReady(wanted)]
        assert (await admin.get(URL)).json()["answering"] == [wanted]
        await app.self_test.watch.close()
        async with app.units.read() as unit:
            jobs = (await unit.db.scalars(select(Job.kind).where(Job.kind == "regression.ask"))).all()
    assert jobs == ["regression.ask"]


async def test_other_process_hears_of_the_choice_within_a_second(app, admin, library):
    now = [0.0]
    elsewhere = ChosenVectors(
        UnitFactory(app.database, EventBus()), app.embedding._place_of, None, monotonic=lambda: now[0]
    )
    assert await elsewhere.models() == ()
    async with EmbeddingService().open() as upstream:
        wanted = (await choose(admin, provider_id=await provider(admin, upstream), model="e"))["wanted"]
        assert await elsewhere.models() == ()
        now[0] = 1.0
        models = await elsewhere.models()
        assert [one.name for one in models] == [wanted]
        now[0] = 2.0
        assert await elsewhere.models() is models
        assert len(await models[0].of_question("a")) == 40
    await elsewhere.close()


async def test_provider_that_is_gone_leaves_the_words_and_says_so(app, admin, library):
    async with EmbeddingService().open() as upstream:
        chosen_id = await provider(admin, upstream)
        wanted = (await choose(admin, provider_id=chosen_id, model="e"))["wanted"]
        await whole(admin, wanted)
        assert (await admin.delete(f"/admin/llm/providers/{chosen_id}")).status == 200
    assert (await best(app, library, "курьер"))[0].startswith("Курьер")
    assert (await admin.get(URL)).json()["last_code"] == "embedding_provider_gone"
