"""The router: somebody answers as long as anybody can, nobody is asked twice for what was said, and all is written down."""

import asyncio
from contextlib import aclosing
from datetime import time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from tests.support.models import ScriptedModel

from secretary.kernel.errors import Internal, Upstream
from secretary.llm.errors import llm_error
from secretary.llm.models import OwnPrice, Provider, ProviderConfig
from secretary.llm.ports import Delta, Finish, Image, Message, Prompt, Sampling
from secretary.llm.prices import PriceBook
from secretary.llm.providers import ProviderSpec, ProviderType
from secretary.llm.routing import router as module
from secretary.llm.routing.accounting import Accounting
from secretary.llm.routing.ask import Ask, Origin
from secretary.llm.routing.backends import Backends
from secretary.llm.routing.chain import ChainLink, Circumstances, When
from secretary.llm.routing.patience import Patience
from secretary.llm.routing.router import Router
from secretary.usage.events import LimitChanged
from secretary.usage.ledger import Ledger
from secretary.usage.models import CallStatus, Measure, Period, UsageLimit, UsageRow
from secretary.usage.ports import LimitReached
from secretary.usage.rules import Limits

PROMPT = Prompt([Message("user", "Hi")], Sampling(max_tokens=100))
BUSY = llm_error("llm_overloaded")


class Factory:
    """Makes scripted models for stored providers."""

    def chat(self, spec: ProviderSpec) -> ScriptedModel:
        return ScriptedModel([spec.model], name=spec.name)

    def embedder(self, spec: ProviderSpec) -> None:
        return None


def spec_of(row: Provider) -> ProviderSpec:
    return ProviderSpec(row.backend, row.provider_type, row.model_name, "https://example.com")


class Rig:
    """A router over scripted models and a real ledger."""

    def __init__(self, units, fixed) -> None:
        async def utc(_):
            return ZoneInfo("UTC")

        self.units, self.slept = units, []
        self.ledger = Ledger(units, Limits(units, utc))
        self.backends = Backends(units, Factory(), spec_of, {model.name: model for model in fixed})

        async def sleep(seconds):
            self.slept.append(seconds)

        self.router = Router(self.backends, Accounting(self.ledger, PriceBook(units)), random=Random(1), sleep=sleep)

    def ask(self, *chain, prompt=PROMPT, now=None, owner_id=None):
        links = [link if isinstance(link, ChainLink) else ChainLink(backend=link) for link in chain or ("auto",)]
        origin = Origin("widget", "s1", "a1", owner_id=owner_id)
        return Ask(lambda _: prompt, origin, links, now or Circumstances("en"))

    async def say(self, *chain, **more):
        said = [piece async for piece in self.router.stream(self.ask(*chain, **more))]
        assert isinstance(said[-1], Finish)
        return "".join(piece.text for piece in said if isinstance(piece, Delta))

    async def rows(self):
        await self.ledger.flush()
        async with self.units.read() as unit:
            rows = (await unit.db.scalars(select(UsageRow).order_by(UsageRow.id))).all()
        return sorted((row.backend, row.status, row.code) for row in rows)

    async def store(self, provider_id, **fields):
        async with self.units.write() as unit:
            now = unit.now()
            fields = {
                "provider_type": ProviderType.OPENAI,
                "model_name": provider_id,
                "config": ProviderConfig(),
            } | fields
            unit.db.add(Provider(id=provider_id, name=provider_id, created=now, updated=now, **fields))
            await unit.db.flush()
        self.backends.look_again()

    async def limit(self, value, measure=Measure.UNITS, currency=""):
        await self.ledger.flush()
        async with self.units.write() as unit:
            row = UsageLimit(id=unit.new_id(), service_type="llm", limit_type=Period.DAILY, measure=measure)
            row.limit_value, row.hard_limit, row.currency = value, True, currency
            row.created = row.updated = unit.now()
            unit.db.add(row)
            await unit.db.flush()
            unit.record(LimitChanged(row.id, "create"))


@pytest.fixture
def rig(units, run):
    made = []

    def make(*models):
        made.append(Rig(units, models))
        return made[-1]

    yield make
    for one in made:
        run(one.ledger.close())


def model(name, *script, **more):
    return ScriptedModel(script or (name,), name=name, **more)


async def test_next_backend_answers_while_nothing_was_said(rig):
    down, up = model("down", BUSY), model("up")
    it = rig(down, up)
    assert await it.say() == "up"
    assert await it.rows() == [("down", CallStatus.FAILED, "llm_overloaded")] * 2 + [("up", CallStatus.DONE, "")]
    assert len(down.prompts) == 2


async def test_nobody_takes_over_in_mid_sentence(rig):
    other = model("other")
    it = rig(model("first", "Half a", llm_error("llm_truncated")), other)
    with pytest.raises(Upstream) as raised:
        await it.say()
    assert raised.value.code == "llm_truncated"
    assert other.prompts == []


async def test_last_backend_is_tried_again_after_as_long_as_it_asks(rig):
    class Flaky(ScriptedModel):
        async def stream(self, prompt):
            self.script = ("back",) if self.prompts else (llm_error("llm_rate_limited", retry_after_s=2),)
            async for piece in super().stream(prompt):
                yield piece

    it = rig(Flaky(name="only"))
    assert await it.say() == "back"
    assert len(it.slept) == 1
    assert 2 <= it.slept[0] <= 2.1


async def test_wait_that_is_too_long_is_not_waited(rig):
    it = rig(model("only", llm_error("llm_rate_limited", retry_after_s=600)))
    with pytest.raises(Upstream) as raised:
        await it.say()
    assert (raised.value.code, raised.value.retry_after_s, it.slept) == ("llm_rate_limited", 600, [])
    with pytest.raises(Upstream):
        await it.say()
    assert len(it.backends.named()["only"].model.prompts) == 1  # it is left alone meanwhile


async def test_backend_that_keeps_failing_costs_nobody_any_more_time(rig):
    down = model("down", llm_error("llm_unreachable"))
    it = rig(down, model("up"))
    for _ in range(5):
        assert await it.say() == "up"
    assert len(down.prompts) == 4  # two questions with one retry each


async def test_silent_backend_is_left_for_the_next(rig, monkeypatch):
    monkeypatch.setattr(module, "WITH_OTHERS", Patience(1, 0.01, 0, 0))
    silent = model("silent", asyncio.Event())
    it = rig(silent, model("up"))
    assert await it.say() == "up"
    assert silent.cancelled == 1
    assert ("silent", CallStatus.FAILED, "llm_timeout") in await it.rows()


async def test_budget_leads_down_the_ladder(rig):
    it = rig(model("local"))
    await it.store("big", config=ProviderConfig(price=OwnPrice(input=100, output=100_000, currency="RUB")))
    await it.store("small", config=ProviderConfig(price=OwnPrice(input=1, output=10, currency="RUB")))
    chain = ("cloud:big", "cloud:small", "local")
    assert await it.say(*chain) == "big"
    await it.limit(11_000_000, Measure.COST, "RUB")
    assert [await it.say(*chain) for _ in range(2)] == ["big", "small"]
    await it.limit(1)
    with pytest.raises(LimitReached):
        await it.say(*chain)


async def test_links_hold_only_under_their_conditions(rig):
    it = rig(model("night"), model("letters"), model("rest"))
    chain = (
        ChainLink(backend="night", when=When(hours="21:00-08:00")),
        ChainLink(backend="letters", when=When(min_characters=100, sources=["mail"])),
        "rest",
    )
    assert await it.say(*chain, now=Circumstances("en", "mail", 200, time(23))) == "night"
    assert await it.say(*chain, now=Circumstances("en", "mail", 200, time(8))) == "letters"
    assert await it.say(*chain, now=Circumstances("en", "widget", 200, time(12))) == "rest"


async def test_model_without_the_language_is_not_asked(rig):
    it = rig(model("english", languages=frozenset({"en"})))
    assert await it.router.candidates(it.ask(now=Circumstances("ru"))) == []
    with pytest.raises(Upstream) as raised:
        await it.say(now=Circumstances("ru"))
    assert raised.value.code == "llm_none"


async def test_picture_goes_to_nobody_who_does_not_see(rig):
    picture = Prompt([Message("user", ("What is it?", Image("image/png", b"x")))])
    it = rig(model("blind"))
    with pytest.raises(Upstream) as raised:
        await it.say(prompt=picture)
    assert raised.value.code == "llm_unable"
    assert it.backends.named()["blind"].model.prompts == []


async def test_provider_serves_its_owner_and_the_installations_everybody(rig, units):
    it = rig(model("local"))
    async with units.write() as unit:
        from secretary.accounts.models import Role, User

        now = unit.now()
        unit.db.add(
            User(id="u1", username="u1", username_key="u1", password_hash="x", role=Role.USER, created=now, updated=now)
        )
        await unit.db.flush()
    await it.store("own", owner_id="u1", default_of="u1")
    await it.store("all", default_of="")
    assert [one.name for one in await it.router.candidates(it.ask(owner_id="u1"))] == [
        "cloud:own",
        "cloud:all",
        "local",
    ]
    assert [one.name for one in await it.router.candidates(it.ask(owner_id="u2"))] == ["cloud:all", "local"]
    assert await it.router.candidates(it.ask("cloud:own", owner_id="u2")) == []


async def test_change_is_heard_by_the_next_question_and_keeps_what_has_not_changed(rig, units):
    it = rig()
    await it.store("one")
    assert await it.say() == "one"
    gate = it.backends.named()["cloud:one"].gate
    await it.store("two", default_of="")
    assert await it.say() == "two"
    assert it.backends.named()["cloud:one"].gate is gate
    async with units.write() as unit:
        row = await unit.db.get(Provider, "one")
        row.model_name, row.updated = "changed", row.updated + timedelta(seconds=1)
    it.backends.look_again()
    assert await it.say("cloud:one") == "changed"


async def test_caller_who_leaves_stops_the_call_and_pays_for_what_was_said(rig, units):
    talker = model("talker", "x" * 300, asyncio.Event())
    it = rig(talker)
    async with aclosing(it.router.stream(it.ask())) as pieces:
        await anext(pieces)
    assert talker.cancelled == 1
    assert await it.rows() == [("talker", CallStatus.CANCELLED, "cancelled")]
    async with units.read() as unit:
        row = (await unit.db.scalars(select(UsageRow))).one()
    assert (row.completion_tokens, row.details) == (100, {"estimated": True})
    assert row.prompt_tokens > 0


async def test_provider_takes_no_more_calls_at_once_than_it_may(rig):
    it = rig()
    await it.store("narrow", config=ProviderConfig(max_concurrency=2))
    await it.backends.refreshed()
    narrow, running, most, release = it.backends.named()["cloud:narrow"].model, 0, 0, asyncio.Event()

    async def stream(_):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await release.wait()
        yield Delta("said")
        running -= 1
        yield Finish("stop", "m")

    narrow.stream = stream
    tasks = [asyncio.create_task(it.say()) for _ in range(6)]
    while running < 2 or it.backends.named()["cloud:narrow"].gate.waiting < 4:
        await asyncio.sleep(0)
    release.set()
    assert await asyncio.gather(*tasks) == ["said"] * 6
    assert most == 2


async def test_provider_that_nobody_can_speak_to_stops_no_other(rig):
    it = rig(model("local"))

    def spec(row):
        if row.id == "broken":
            raise Internal("unreadable_secret", en="No.", ru="Нет.")
        return spec_of(row)

    it.backends._spec_of = spec
    await it.store("broken", default_of="")
    await it.store("whole")
    assert await it.say() == "whole"


async def test_other_models_of_a_provider_share_its_queue_and_are_made_once(rig):
    it = rig()
    await it.store("one")
    backends = await it.backends.refreshed()
    backend = backends.named()["cloud:one"]
    other = backends.with_model(backend, "other")
    assert (other.gate, other.model.script) == (backend.gate, ["other"])
    assert backends.with_model(backend, "other") is other
    assert backends.with_model(backend, "one") is backend
