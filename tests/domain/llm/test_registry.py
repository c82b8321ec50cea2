"""Providers as they are stored and tried: what is sealed for whom, and what a test leaves behind."""

import asyncio

import pytest
from tests.domain.llm.test_router import Factory, Rig
from tests.support.models import ScriptedModel

from secretary.kernel.errors import Internal, NotFound
from secretary.kernel.http import HttpClient
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import SYSTEM, Actor
from secretary.llm.errors import llm_error
from secretary.llm.registry import places, service, trial
from secretary.llm.registry.fields import NewProvider, ProviderFields
from secretary.llm.registry.trial import Trial
from secretary.llm.specs import spec_of

VAULT = Vault(["k" * 43])
USER = Actor("user", "u1", "user")


@pytest.fixture
def rig(units, run):
    made = Rig(units, [])
    yield made
    run(made.ledger.close())


async def store(units, **fields):
    async with units.write() as unit:
        return await service.create(unit, VAULT, NewProvider.model_validate({"provider_type": "openai"} | fields))


class Scripted(Factory):
    """Makes one model for everything."""

    def __init__(self, *script) -> None:
        self.model = ScriptedModel(script)

    def chat(self, spec):
        self.spec = spec
        return self.model


async def test_adapter_gets_the_secrets_as_they_were_typed(units):
    row = await store(units, api_key=" sk-1 ", proxy_url="socks5://u:p@9.9.9.9:1080", config={"total_s": 7})
    spec = spec_of(row, VAULT)
    assert (spec.api_key, spec.proxy.url, spec.limits.total_s) == ("sk-1", "socks5://u:p@9.9.9.9:1080", 7)
    assert spec.base_url == "https://api.openai.com/v1"
    assert "sk-1" not in repr(spec)
    assert "u:p" not in repr(spec)


async def test_sealed_key_of_one_provider_opens_in_no_other(units):
    one, other = await store(units, api_key="sk-1"), await store(units)
    other.sealed_key = one.sealed_key
    with pytest.raises(Internal):
        spec_of(other, VAULT)


async def test_secrets_are_not_part_of_what_a_body_prints():
    body = NewProvider(provider_type="openai", api_key="sk-1", proxy_url="http://u:p@h")
    assert "sk-1" not in repr(body)
    assert "u:p" not in repr(body)


async def test_new_type_begins_with_its_own_first_model(units):
    row = await store(units, model_name="gpt-4o")
    async with units.write() as unit:
        row = await service.find(unit, row.id, to_change=True)
        await service.change(unit, VAULT, row, ProviderFields(provider_type="deepseek"))
    assert row.model_name == "deepseek-v4-flash"


async def test_name_that_changes_its_mind_is_checked_where_it_leads():
    async def inside(host, port):
        from ipaddress import ip_address

        return [ip_address("9.9.9.9"), ip_address("10.0.0.1")]

    http = HttpClient(resolve=inside)
    for check in (places.check_address, places.check_proxy):
        with pytest.raises(Exception, match="address_not_allowed"):
            await check(http, "https://rebinding.example")
    await http.aclose()


async def test_name_without_an_address_is_a_readable_refusal():
    async def nowhere(host, port):
        raise OSError

    http = HttpClient(resolve=nowhere)
    with pytest.raises(Exception, match="address_unknown"):
        await places.check_address(http, "https://typo.example")
    await http.aclose()


async def test_test_of_a_provider_is_counted_as_one(units, rig):
    row, factory = await store(units, enabled=False), Scripted("re", "ady")
    tried = await Trial(units, rig.router, factory, VAULT).run(SYSTEM, row.id)
    assert (tried.text, tried.error, tried.attempt.code) == ("ready", None, "")
    assert [(one[0], one[2]) for one in await rig.rows()] == [(row.backend, "")]
    assert factory.model.prompts[0].sampling.max_tokens == trial.MAX_TOKENS


async def test_test_tells_the_breaker_of_the_real_backend(units, rig):
    row = await store(units)
    rig.backends.look_again()
    known = (await rig.backends.refreshed()).named()[row.backend]
    known.model.script = (llm_error("llm_no_money"),)
    it = Trial(units, rig.router, Scripted(), VAULT)
    assert (await it.run(SYSTEM, row.id)).error.code == "llm_no_money"
    assert known.breaker.retry_in_s > 0
    known.model.script = ("ready",)
    assert (await it.run(SYSTEM, row.id)).error is None
    assert known.breaker.retry_in_s == 0


async def test_silent_provider_ends_the_test(units, rig, monkeypatch):
    row, factory = await store(units, enabled=False), Scripted("ready")
    it = Trial(units, rig.router, factory, VAULT)
    await it.run(SYSTEM, row.id)  # its price is known from now on
    monkeypatch.setattr(trial, "LONGEST_S", 0.3)
    factory.model.script = (asyncio.Event(),)
    tried = await it.run(SYSTEM, row.id)
    assert tried.error.code == "llm_timeout"
    assert factory.model.cancelled == 1


async def test_unreadable_key_is_told_and_not_asked_with(units, rig):
    row, factory = await store(units, enabled=False, api_key="sk-1"), Scripted("ready")
    tried = await Trial(units, rig.router, factory, Vault(["z" * 43])).run(SYSTEM, row.id)
    assert tried.error.code == "secret_unreadable"
    assert factory.model.prompts == []


async def test_foreign_provider_is_not_tried(units, rig):
    row = await store(units)
    with pytest.raises(NotFound):
        await Trial(units, rig.router, Scripted(), VAULT).run(USER, row.id)
