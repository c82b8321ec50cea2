"""Summaries in the owner's messenger: counts since the last one, and what waits; silence where there is nothing."""

from datetime import UTC, datetime, time

from tests.domain.owner.conftest import ANNA, BORIS, customer, link, new_bot, wants_person

from secretary.channels.owner.jobs import SUM_UP, schedules, send_summaries
from secretary.kernel.jobs import NewJob, enqueue


async def summarise(bot, occasion="evening"):
    async with bot.app.units.write() as unit:
        await send_summaries(unit, occasion)
    return [text for _, text, _, _ in await bot.letters()]


async def test_nothing_is_sent_when_there_is_nothing_to_say(client, bot, people):
    await link(client, bot, people.admin)
    assert await summarise(bot) == []


async def test_summary_counts_since_the_last_one(client, bot, people, clock):
    await link(client, bot, people.admin)
    await customer(bot, "Старое", name="Пётр")
    clock.pass_(hours=1)
    assert "Разговоров: 1" in (await summarise(bot))[0]
    clock.pass_(hours=1)
    assert await summarise(bot) == [], "all of it was told"
    await customer(bot, "Новое", "И ещё", name="Иван")
    session_id = await customer(bot, "Где мой заказ?", name="Ольга")
    await wants_person(bot, session_id)
    await bot.letters()
    clock.pass_(hours=1)
    [text] = await summarise(bot, "morning")
    assert text.startswith("☀️ Доброе утро!")
    assert "Разговоров: 2" in text
    assert "Ждут человека: 1" in text
    assert "• Ольга: «Где мой заказ?»" in text


async def test_who_switched_a_summary_off_gets_none(client, bot, people, clock):
    await link(client, bot, people.admin)
    admin = client.signed_in(people.admin.token)
    [own] = (await admin.get("/admin/owner-links")).json()["links"]
    await admin.put(f"/admin/owner-links/{own['id']}", {"evening": False})
    await customer(bot, "Вопрос")
    clock.pass_(hours=1)
    assert await summarise(bot, "evening") == []
    assert len(await summarise(bot, "morning")) == 1


async def test_summary_is_of_ones_own_conversations(app, client, people, clock, bot):
    own = await new_bot(app, people.user.id)
    await link(client, own, people.user, BORIS)
    await customer(bot, "Чужое")
    clock.pass_(hours=1)
    assert await summarise(own) == []
    await customer(own, "Моё", name="Пётр", owner_id=people.user.id)
    clock.pass_(hours=1)
    [text] = await summarise(own)
    assert "Разговоров: 1" in text


async def test_summary_on_request_says_that_there_is_nothing_and_counts_again_later(client, bot, people, clock):
    await link(client, bot, people.admin)
    assert await bot.hear(ANNA, "/summary")
    assert [text for _, text, _, _ in await bot.letters()] == ["Ничего нового, никто не ждёт."]
    await customer(bot, "Вопрос")
    clock.pass_(hours=1)
    await bot.hear(ANNA, "/summary")
    assert "Разговоров: 1" in (await bot.letters())[0][1]
    assert "Разговоров: 1" in (await summarise(bot))[0]


async def test_job_sums_up_on_the_clock_of_the_business(client, bot, people, clock):
    morning, evening = schedules("Europe/Moscow")
    assert (morning.rule.at, evening.rule.at, morning.zone) == (time(9), time(20), "Europe/Moscow")
    await link(client, bot, people.admin)
    await customer(bot, "Вопрос")
    clock.moment = datetime(2026, 3, 2, 17, tzinfo=UTC)
    async with bot.app.units.write() as unit:
        await enqueue(unit, NewJob(SUM_UP, evening.payload))
    assert "🌙" in (await bot.letters())[0][1]
