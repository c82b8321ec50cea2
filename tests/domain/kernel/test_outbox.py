"""The outbox: sent in order, once a key, tried again, and what could not be sent is there to be sent again."""

import pytest

from secretary.kernel.errors import Upstream
from secretary.kernel.jobs import claim, complete, fail, resend
from secretary.kernel.jobs.retry import failure_of
from secretary.kernel.outbox import Outgoing, handlers_for, send_later, unsent


def _message(key: str, conversation: str = "c1", channel: str = "telegram") -> Outgoing:
    return Outgoing(channel, key, {"text": key}, conversation)


async def _put(units, outgoing: Outgoing) -> str:
    async with units.write() as unit:
        return await send_later(unit, outgoing)


async def _send_once(units, senders) -> list[str]:
    """What a worker does, one round of it."""
    handlers = handlers_for(senders)
    async with units.write() as unit:
        jobs = await claim(unit, handlers.keys(), unit.new_id(), 60, 10)
    for job in jobs:
        try:
            await handlers[job.kind](job)
        except Upstream as error:
            async with units.write() as unit:
                await fail(unit, job, failure_of(error), 0.0)
        else:
            async with units.write() as unit:
                await complete(unit, job)
    return [job.id for job in jobs]


@pytest.fixture
def sent() -> list[Outgoing]:
    return []


@pytest.fixture
def senders(sent):
    async def send(outgoing: Outgoing) -> None:
        sent.append(outgoing)

    return {"telegram": send}


async def test_what_is_put_in_reaches_its_channel_with_its_key(units, sent, senders):
    message = _message("m1")
    await _put(units, message)
    await _put(units, _message("x", channel="whatsapp"))
    await _send_once(units, senders)
    assert sent == [message]


async def test_a_conversation_keeps_its_order_and_does_not_wait_for_another(units, sent, senders):
    for message in (_message("a1", "a"), _message("a2", "a"), _message("b1", "b")):
        await _put(units, message)
    await _send_once(units, senders)
    assert [message.idempotency_key for message in sent] == ["a1", "b1"]
    await _send_once(units, senders)
    assert sent[-1].idempotency_key == "a2"


async def test_messages_without_a_conversation_do_not_wait_for_each_other(units, sent, senders):
    for key in ("m1", "m2"):
        await _put(units, _message(key, conversation=""))
    await _send_once(units, senders)
    assert len(sent) == 2


async def test_a_key_is_sent_once_even_when_it_comes_again_after_it_was_sent(units, sent, senders):
    first = await _put(units, _message("m1"))
    await _send_once(units, senders)
    assert await _put(units, _message("m1")) == first
    await _send_once(units, senders)
    assert len(sent) == 1


async def test_what_the_provider_refuses_is_listed_and_can_be_sent_again(units, sent, senders):
    refusals = [Upstream("telegram_refused", en="", ru="", retryable=False)]

    async def send(outgoing: Outgoing) -> None:
        if refusals:
            raise refusals.pop()
        sent.append(outgoing)

    await _put(units, _message("m1"))
    await _send_once(units, {"telegram": send})
    async with units.read() as unit:
        [dead] = (await unsent(unit)).jobs
    assert dead.last_error == "telegram_refused"
    async with units.write() as unit:
        await resend(unit, dead.id)
    await _send_once(units, {"telegram": send})
    assert [message.idempotency_key for message in sent] == ["m1"]
    async with units.read() as unit:
        assert (await unsent(unit)).total == 0
