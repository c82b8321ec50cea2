"""On the way out: in parts, in order, at a pace, each part recorded; and what happens when the provider does not take it."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.support.pigeon import raw, refused, window

from secretary.channels.incoming import queries as incoming
from secretary.channels.incoming import receipts
from secretary.channels.letters import queue_of
from secretary.channels.models import ChannelDelivery, ChannelReceipt, ChannelThread
from secretary.channels.outgoing.outlet import MessengerOutlet
from secretary.channels.outgoing.pace import Pacer
from secretary.channels.ports import Pace
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatSession
from secretary.kernel import outbox
from secretary.kernel.errors import Conflict
from secretary.kernel.jobs import claim
from secretary.kernel.outbox import unsent

HOUR = timedelta(hours=1)


async def deliveries(loft):
    async with loft.app.units.read() as unit:
        rows = await unit.db.scalars(select(ChannelDelivery).order_by(ChannelDelivery.message_id, ChannelDelivery.part))
        return [(row.part, row.state.value, row.provider_message_id, row.error) for row in rows]


async def test_a_long_answer_goes_out_in_parts_and_each_is_recorded(loft, pigeon):
    pigeon.longest = 4
    await loft.says(7, "Tell me a story")
    assert await deliveries(loft) == [(1, "queued", None, "")]
    await loft.deliver()
    assert loft.texts == ["The ", "answ", "er"]
    assert await deliveries(loft) == [(number, "sent", f"out-{number}", "") for number in (1, 2, 3)]


async def test_a_repetition_goes_on_from_where_it_stood(loft, pigeon):
    pigeon.longest = 4
    await loft.says(7, "Tell me a story")
    calls = 0

    async def third_fails(part):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise refused("channel_unreachable", retryable=True)

    loft.post.before = third_fails
    await loft.deliver_one()
    assert loft.texts == ["The ", "answ"]
    await loft.deliver()
    assert loft.texts == ["The ", "answ", "er"]


async def job_of(loft, lease_s=60):
    async with loft.app.units.write() as unit:
        (job,) = await claim(unit, [outbox.PREFIX + queue_of(loft.pigeon.kind, loft.id)], unit.new_id(), lease_s)
    return job


async def test_what_is_going_out_when_an_instance_stops_is_recorded_first(loft):
    await loft.says(7, "Tell me a story")
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slowly(part):
        begun.set()
        await may_end.wait()

    loft.post.before = slowly
    handling = asyncio.create_task(loft.sender().handle(await job_of(loft)))
    await begun.wait()
    handling.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await handling
    assert loft.texts == ["The answer"]
    assert await deliveries(loft) == [(1, "sent", "out-1", "")]
    assert not await loft.deliver_one()


async def test_a_provider_that_does_not_answer_holds_no_stopping_instance(loft, monkeypatch):
    monkeypatch.setattr("secretary.channels.outgoing.sender.FAREWELL_S", 0.01)
    await loft.says(7, "Tell me a story")
    begun = asyncio.Event()

    async def never(part):
        begun.set()
        await asyncio.Event().wait()

    loft.post.before = never
    handling = asyncio.create_task(loft.sender().handle(await job_of(loft)))
    await begun.wait()
    handling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await handling
    assert await deliveries(loft) == [(1, "queued", None, "")]


async def test_what_went_out_after_its_lease_is_not_sent_again_by_the_next_holder(loft):
    await loft.says(7, "Tell me a story")
    late = await job_of(loft, lease_s=0)
    again = []

    async def meanwhile(part):
        if not again:
            again.append(await job_of(loft))

    loft.post.before = meanwhile
    await loft.sender().handle(late)
    await loft.sender().handle(again[0])
    assert loft.texts == ["The answer"]
    assert not await loft.deliver_one()


async def test_order_is_kept_in_a_conversation_while_others_go_on(loft):
    await loft.says(7, "Tell me a story")
    await loft.says(7, "Another story")
    await loft.says(8, "A story for eight")
    loft.post.faults = [refused("channel_busy", retryable=True, retry_after_s=0)]
    await loft.deliver()
    assert [chat for chat, _, _ in loft.post.sent] in (["8", "7", "7"], ["7", "8", "7"], ["7", "7", "8"])
    assert len(loft.texts) == 3


async def test_a_customer_who_blocked_us_is_no_dead_letter_and_is_marked(loft):
    await loft.says(7, "Tell me a story")
    loft.post.faults = [refused("channel_blocked")]
    await loft.deliver()
    assert await deliveries(loft) == [(1, "failed", None, "channel_blocked")]
    async with loft.app.units.read() as unit:
        assert (await unit.db.scalars(select(ChannelThread))).one().left is not None
        assert (await unsent(unit)).total == 0


async def test_what_cannot_be_sent_is_a_dead_letter_and_the_next_one_goes_out(loft):
    await loft.says(7, "Tell me a story")
    await loft.says(7, "Another story")
    loft.post.faults = [refused("channel_refused")]
    await loft.deliver()
    async with loft.app.units.read() as unit:
        assert [job.last_error for job in (await unsent(unit)).jobs] == ["channel_refused"]
    assert loft.texts == ["The answer"]


async def test_a_chat_that_moved_is_written_to_at_its_new_address(loft):
    await loft.says(7, "Tell me a story")
    loft.post.faults = [refused("channel_moved", retryable=True, fields={"address": {"chat": 77}})]
    await loft.deliver()
    assert loft.post.sent[0][0] == "77"


async def test_states_only_go_forward(loft):
    await loft.says(7, "Tell me a story")
    await loft.deliver()
    for number, state in enumerate(("read", "delivered", "sent")):
        await loft.bring(raw(100 + number, 7, state=state, of="out-1"))
        assert (await deliveries(loft))[0][1] == "read"


async def test_of_how_far_a_message_has_come_nothing_but_that_is_kept(loft):
    await loft.says(7, "Tell me a story")
    await loft.deliver()
    unknown, known = raw(100, 7, state="read", of="out-9"), raw(101, 7, state="read", of="out-1")
    await loft.bring(unknown, known, raw(102, 7, say="Thanks"))
    assert (await deliveries(loft))[0][1] == "read"
    async with loft.app.units.read() as unit:
        assert set(await unit.db.scalars(select(ChannelReceipt.key))) == {"2", "102"}


async def test_a_group_hears_whose_question_is_answered(loft):
    await loft.says(7, "Tell me a story", group=True)
    await loft.deliver()
    assert loft.post.sent == [("7", "The answer", "2")]


async def test_nothing_is_shown_of_an_answer_that_is_there_at_once(loft):
    await loft.says(7, "Tell me a story")
    assert loft.post.shown == []
    assert loft.post.typed == []


async def test_an_answer_that_grows_is_shown_and_its_end_takes_its_place(loft, model):
    gate = asyncio.Event()
    model.script = ("Once upon a time ", gate, "there was a shop.")
    loft.post.show_id = "shown-1"
    loft._next += 1
    async with loft.app.units.write() as unit:
        await receipts.store(unit, loft.id, [raw(2, 7, say="Tell me a story")])
    loft.app.messaging.intake.wake(loft.id, ["7"])
    while not loft.post.shown:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.02):
                await asyncio.Event().wait()
    gate.set()
    await loft.settle()
    await loft.deliver()
    assert loft.post.typed
    assert loft.post.shown == ["Once upon a time "]
    assert loft.post.sent == [("7", "Once upon a time there was a shop.", "shown-1")]


async def test_no_answer_is_said_to_be_none(loft, model):
    model.script = (RuntimeError("broken"),)
    await loft.says(7, "Tell me a story")
    await loft.deliver()
    assert len(loft.texts) == 1


class Time:
    def __init__(self):
        self.now, self.slept = 100.0, []

    async def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds


async def test_the_pace_is_kept_for_the_instance_and_for_each_chat():
    time = Time()
    pacer = Pacer(Pace(per_second=10, per_chat_s=1), clock=lambda: time.now, sleep=time.sleep)
    for chat in ("a", "b", "a"):
        await pacer.wait(chat)
    assert time.slept == [0.1, 0.9]


async def test_a_429_holds_everybody_up():
    time = Time()
    pacer = Pacer(Pace(per_second=10), clock=lambda: time.now, sleep=time.sleep)
    pacer.pause(5)
    await pacer.wait("a")
    assert time.slept == [5.0]


@pytest.mark.parametrize("template", ["", "hello_again"])
async def test_outside_the_window_only_a_template_goes_out(loft, pigeon, template):
    pigeon.capabilities = window()
    await loft.says(7, "Tell me a story")
    async with loft.app.units.write() as unit:
        row = await unit.db.get(type((await loft.line()).row), loft.id)
        row.settings = {**row.settings, "template_name": template}
        thread = (await unit.db.scalars(select(ChannelThread))).one()
        thread.last_inbound -= timedelta(hours=25)
    async with loft.app.units.write() as unit:
        session = await unit.db.get(ChatSession, thread.session_id)
        message = await handover.say_notice(unit, session, "Are you still there?")
        outlet = MessengerOutlet([pigeon])
        if template:
            await outlet.send(unit, session, message.id, is_automatic=True)
        else:
            with pytest.raises(Conflict, match="window_closed"):
                await outlet.send(unit, session, message.id, is_automatic=True)
        assert (await incoming.thread_of(unit.db, session.id)).id == thread.id


async def test_what_was_given_up_is_sent_again_when_a_person_wants_it(loft, client, people):
    await loft.says(7, "Tell me a story")
    loft.post.faults = [refused("channel_refused")]
    await loft.deliver()
    admin = client.signed_in(people.admin.token)
    session = (await admin.get("/admin/inbox")).json()["sessions"][0]
    part = (await admin.get(f"/admin/inbox/{session['id']}")).json()["session"]["deliveries"][0]
    assert (part["state"], part["error"]) == ("failed", "channel_refused")
    url = f"/admin/inbox/{session['id']}/messages/{part['message_id']}/resend"
    assert (await client.signed_in(people.other.token).post(url, {})).status == 404
    assert (await admin.post(url, {})).status == 202
    assert await deliveries(loft) == [(1, "queued", None, "")]
    await loft.deliver()
    assert loft.texts == ["The answer"]
    answer = await admin.post(url, {})
    assert (answer.status, answer.json()["code"]) == (409, "not_undelivered")


async def test_links_to_our_own_pages_can_be_opened_from_a_messenger(loft, model, app):
    model.script = ("See the [policy](/privacy-policy) and [us](https://shop.example).",)
    app.lines._public_url = "https://secretary.example"
    await app.lines.drop(loft.id)
    await loft.says(7, "Tell me a story")
    await loft.deliver()
    assert "[policy](https://secretary.example/privacy-policy)" in loft.texts[0]
