"""From a receipt to a message: in order, once, for whom it is meant, and never in the way of others."""

import asyncio

from sqlalchemy import select
from tests.support.pigeon import raw

from secretary.assistant import service as assistants
from secretary.channels.incoming import intake
from secretary.channels.incoming import receipts as storing
from secretary.channels.models import ChannelLogEntry, ChannelReceipt, ChannelThread
from secretary.conversations.contacts import service as contacts
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.kernel.limits import WindowLimiter


async def messages(loft, who=7):
    async with loft.app.units.read() as unit:
        found = select(ChatMessage).join(ChatSession).where(ChatSession.contact_key == str(who))
        return list((await unit.db.scalars(found.order_by(ChatMessage.seq))).all())


async def questions(loft, who=7):
    return [row.content for row in await messages(loft, who) if row.role == "user"]


async def receipts(loft):
    async with loft.app.units.read() as unit:
        rows = await unit.db.scalars(select(ChannelReceipt).order_by(ChannelReceipt.order))
        return {row.key: row.state.value for row in rows}


async def test_a_message_is_stored_answered_and_queued(loft):
    await loft.says(7, "Tell me a story")
    assert [(row.role, row.content) for row in await messages(loft)] == [
        ("user", "Tell me a story"),
        ("assistant", "The answer"),
    ]
    assert await loft.deliver() == 1
    assert loft.post.sent == [("7", "The answer", "")]


async def test_a_repeated_update_changes_nothing(loft):
    update = raw(5, 7, say="Once")
    await loft.bring(update)
    await loft.bring(update, update)
    assert await questions(loft) == ["Once"]
    await loft.deliver()
    assert loft.texts == ["The answer"]


async def test_what_came_together_is_taken_in_the_order_in_which_it_was_written(loft):
    await loft.bring(raw(12, 7, say="third"), raw(10, 7, say="first"), raw(11, 7, say="second"))
    assert await questions(loft) == ["first", "second", "third"]


async def test_a_late_update_is_waited_for(loft, loop):
    await loft.bring(raw(20, 7, say="before", follows=True))
    async with loft.app.units.write() as unit:
        await storing.store(unit, loft.id, [raw(22, 7, say="later", follows=True)])
    loft.app.messaging.intake.wake(loft.id, ["7"])
    await loft.bring(raw(21, 7, say="sooner", follows=True))
    assert await questions(loft) == ["before", "sooner", "later"]


async def test_what_comes_alone_goes_behind_what_waits(loft):
    async with loft.app.units.write() as unit:
        await storing.store(unit, loft.id, [raw(10, 7, say="before")])
    await loft.bring(raw(11, 7, say="after"))
    assert await questions(loft) == ["before", "after"]


async def test_what_comes_at_the_same_time_is_taken_in_order_and_once(loft):
    line, office = await loft.line(), loft.app.messaging.intake
    texts = [f"number {number}" for number in range(10, 16)]
    updates = [raw(10 + place, 7, say=text) for place, text in enumerate(texts)]
    await asyncio.gather(*(office.bring(line, [update]) for update in [*updates, *updates]))
    await loft.settle()
    assert await questions(loft) == texts


async def test_one_that_comes_alone_and_cannot_be_read_is_put_aside(loft):
    await loft.bring(raw(1, 7, **{"break": "oops"}))
    await loft.bring(raw(2, 7, say="one"))
    assert await questions(loft) == ["one"]
    assert await receipts(loft) == {"1": "broken", "2": "taken"}


async def test_one_that_cannot_be_read_is_put_aside_and_the_others_go_on(loft):
    await loft.bring(raw(1, 7, say="one"), raw(2, 7, **{"break": "oops"}), raw(3, 7, say="two"))
    assert await questions(loft) == ["one", "two"]
    assert await receipts(loft) == {"1": "taken", "2": "broken", "3": "taken"}
    async with loft.app.units.read() as unit:
        events = set(await unit.db.scalars(select(ChannelLogEntry.event)))
    assert "update_not_understood" in events


async def test_an_album_is_one_message(loft, monkeypatch):
    monkeypatch.setattr(intake, "ALBUM_S", 0.02)
    line, office = await loft.line(), loft.app.messaging.intake
    pieces = [
        raw(10, 7, say="", files=["photo"], album="a"),
        raw(11, 7, say="Which of them is yours?", files=["photo"], album="a"),
        raw(12, 7, say="", files=["file"], album="a"),
    ]
    for piece in pieces:  # as webhooks bring them
        await office.bring(line, [piece])
    await office.bring(line, [raw(13, 7, say="", files=["photo"], album="b"), raw(14, 7, say="And?")])
    await loft.settle()
    asked = [row for row in await messages(loft) if row.role == "user"]
    assert [(row.content, row.attachment_count) for row in asked] == [
        ("Which of them is yours?", 3),
        ("", 1),
        ("And?", 0),
    ]
    assert set((await receipts(loft)).values()) == {"taken"}


async def test_words_are_not_kept_in_receipts(loft):
    await loft.says(7, "A secret wish")
    async with loft.app.units.read() as unit:
        assert set(await unit.db.scalars(select(ChannelReceipt.payload))) == {None}


async def test_unknown_updates_are_skipped(loft):
    await loft.bring(raw(1, 7, dance=True))
    assert await receipts(loft) == {"1": "skipped"}
    assert await messages(loft) == []


async def test_two_people_have_two_conversations_and_two_contacts(loft):
    await loft.says(7, "I am seven")
    await loft.says(8, "I am eight")
    async with loft.app.units.read() as unit:
        threads = list(await unit.db.scalars(select(ChannelThread)))
    assert len({thread.session_id for thread in threads}) == 2
    assert len({thread.contact_id for thread in threads}) == 2


async def test_a_conversation_goes_on_until_another_assistant_answers(loft):
    await loft.says(7, "first")
    await loft.says(7, "second")
    async with loft.app.units.write() as unit:
        other = await assistants.clone(unit, await assistants.get_default(unit), "Other")
        row = await unit.db.get(type((await loft.line()).row), loft.id)
        row.assistant_id = other.id
    await loft.app.lines.drop(loft.id)
    await loft.says(7, "third")
    async with loft.app.units.read() as unit:
        sessions = list(await unit.db.scalars(select(ChatSession).order_by(ChatSession.created, ChatSession.id)))
    assert [session.title for session in sessions if session.source == "pigeon"] == ["first", "third"]
    assert len({session.contact_id for session in sessions if session.source == "pigeon"}) == 1


async def test_somebody_who_is_blocked_is_not_heard(loft):
    await loft.says(7, "hello")
    async with loft.app.units.write() as unit:
        thread = (await unit.db.scalars(select(ChannelThread))).one()
        await contacts.block(unit, await contacts.get(unit, thread.contact_id), blocked=True)
    await loft.says(7, "again")
    assert await questions(loft) == ["hello"]


async def test_a_flood_is_answered_once_and_the_others_go_on(loft):
    limits = loft.app.messaging.intake._hearing.limits
    object.__setattr__(limits, "flood", WindowLimiter(2, 60))
    for _ in range(5):
        await loft.says(7, "spam")
    await loft.says(8, "a question")
    assert await questions(loft) == ["spam", "spam"]
    assert await questions(loft, 8) == ["a question"]
    await loft.deliver()
    assert loft.texts.count("The answer") == 3
    assert sum("Слишком много" in text for text in loft.texts) == 1


async def test_start_greets_and_keeps_where_he_came_from(loft):
    await loft.bring(raw(1, 7, start="spring-sale"))
    await loft.deliver()
    assert "секретарь" in loft.texts[0]
    async with loft.app.units.read() as unit:
        assert (await unit.db.scalars(select(ChannelThread))).one().referral == "spring-sale"


async def test_a_tap_is_a_message_and_is_told_to_the_provider(loft):
    await loft.bring(raw(1, 7, tap="Yes, please"))
    await loft.app.messaging.live.close()
    assert await questions(loft) == ["Yes, please"]
    assert loft.post.taps == ["tap-1"]


async def test_edits_and_withdrawals_show_in_the_conversation(loft):
    await loft.bring(raw(1, 7, say="Delivry?"))
    await loft.bring(raw(2, 7, edit="Delivery?", of=1))
    assert await questions(loft) == ["Delivery?"]
    await loft.bring(raw(3, 7, withdraw=1))
    rows = await messages(loft)
    assert (rows[0].content, rows[0].withdrawn is None) == ("", False)


async def test_what_a_dead_process_left_is_swept_up(loft):
    async with loft.app.units.write() as unit:
        await storing.store(unit, loft.id, [raw(1, 7, say="left behind")])
    await loft.app.messaging.intake.sweep(everything=True)
    await loft.settle()
    assert await questions(loft) == ["left behind"]


async def test_a_group_that_moved_goes_on_under_its_new_number_for_everybody_in_it(loft):
    for number, who in ((1, 7), (2, 8)):
        await loft.bring(raw(number, who, say="Tell me a story", thread=f"-5:{who}", group=True))
    await loft.bring(raw(3, 0, move="-100500", thread="-5"))
    await loft.bring(raw(4, 7, say="Another story", thread="-100500:7", group=True))
    async with loft.app.units.read() as unit:
        threads = {row.thread: row for row in await unit.db.scalars(select(ChannelThread))}
    assert set(threads) == {"-100500:7", "-100500:8"}
    assert await questions(loft, "-5:7") == ["Tell me a story", "Another story"]


async def test_where_we_were_put_out_nothing_can_be_sent_until_we_are_let_in(loft):
    await loft.says(7, "Tell me a story")
    for number, left in ((50, True), (51, False)):
        await loft.bring(raw(number, 7, leave=left))
        async with loft.app.units.read() as unit:
            assert ((await unit.db.scalars(select(ChannelThread))).one().left is not None) is left


async def test_a_stop_ends_the_answer_that_is_being_given(loft, model):
    model.script = ("Once upon a time ", asyncio.Event())
    async with loft.app.units.write() as unit:
        await storing.store(unit, loft.id, [raw(1, 7, say="Tell me a story")])
    loft.app.messaging.intake.wake(loft.id, ["7"])
    while not loft.app.turns._growing():
        await asyncio.wait({asyncio.ensure_future(asyncio.to_thread(bool))})
    await loft.bring(raw(2, 7, stop=True))
    assert [row.status.value for row in await messages(loft) if row.role == "assistant"] == ["cancelled"]
    await loft.deliver()
    assert loft.texts == ["Once upon a time "]
