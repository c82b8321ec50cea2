"""Linking one's own messenger: by a code that is good once, for ten minutes, at one bot, for one user."""

import pytest
from sqlalchemy import select
from tests.domain.owner.conftest import ANNA, BORIS, customer, in_english, link, new_bot, wants_person

from secretary.channels.models import ChannelRun
from secretary.channels.owner.models import LinkCode, OperatorLink


async def invitation(client, bot, user):
    return (await client.signed_in(user.token).post("/admin/owner-links", {"instance_id": bot.id})).json()


async def links(client, user):
    return (await client.signed_in(user.token).get("/admin/owner-links")).json()["links"]


async def test_code_links_whoever_sends_it(client, bot, people):
    await link(client, bot, people.admin)
    [shown] = await links(client, people.admin)
    assert (shown["name"], shown["morning"], shown["evening"]) == ("Анна", True, True)
    assert shown["instance"] == {"id": bot.id, "kind": "telegram", "name": "Бот"}
    assert "chat" not in str(shown)
    assert await links(client, people.other) == []


async def test_code_comes_as_the_payload_of_start_too(client, bot, people):
    made = await invitation(client, bot, people.admin)
    assert await bot.hear(ANNA, "/start", is_start=True, payload=made["text"].removeprefix("/start "))
    assert len(await links(client, people.admin)) == 1


async def test_address_of_the_bot_is_part_of_the_link(app, client, bot, people):
    assert (await invitation(client, bot, people.admin))["url"] == ""
    async with app.units.write() as unit:
        identity = {"link": "https://t.me/vector_bot"}
        unit.db.add(ChannelRun(instance_id=bot.id, since=unit.now(), identity=identity))
    made = await invitation(client, bot, people.admin)
    assert made["url"] == "https://t.me/vector_bot?start=" + made["text"].removeprefix("/start ")


async def test_code_is_kept_as_its_digest(app, client, bot, people):
    made = await invitation(client, bot, people.admin)
    async with app.units.read() as unit:
        [row] = await unit.db.scalars(select(LinkCode))
    assert row.digest not in made["text"]
    assert made["text"].split("_", 1)[1] not in row.digest


async def test_code_is_good_once(client, bot, people):
    made = await invitation(client, bot, people.admin)
    await bot.hear(ANNA, made["text"], is_start=True)
    await bot.hear(BORIS, made["text"], is_start=True)
    assert [chat for chat, *_ in await bot.letters()] == ["anna-7", "boris-8"]
    assert [row["name"] for row in await links(client, people.admin)] == ["Анна"]


async def test_code_is_good_for_ten_minutes(client, bot, people, clock):
    made = await invitation(client, bot, people.admin)
    clock.pass_(minutes=11)
    assert await bot.hear(in_english(ANNA), made["text"], is_start=True)
    [(_, text, _, _)] = await bot.letters()
    assert "This code is no good" in text
    assert await links(client, people.admin) == []


async def test_newer_code_makes_the_older_worthless(client, bot, people):
    older, newer = await invitation(client, bot, people.admin), await invitation(client, bot, people.admin)
    await bot.hear(ANNA, older["text"], is_start=True)
    assert await links(client, people.admin) == []
    await bot.hear(ANNA, newer["text"], is_start=True)
    assert len(await links(client, people.admin)) == 1


async def test_code_of_another_bot_is_worthless(app, client, bot, people):
    other = await new_bot(app, name="Второй")
    made = await invitation(client, bot, people.admin)
    await other.hear(ANNA, made["text"], is_start=True)
    assert await links(client, people.admin) == []


async def test_one_person_is_one_user_at_a_bot(client, bot, people, app):
    await link(client, bot, people.admin, ANNA)
    await link(client, bot, people.admin, BORIS)
    assert [row["name"] for row in await links(client, people.admin)] == ["Борис"]
    own = await new_bot(app, people.user.id)
    await link(client, own, people.user, ANNA)
    await link(client, own, people.admin, ANNA)
    assert await links(client, people.user) == []


async def test_nothing_more_comes_after_unlink(client, bot, people):
    await link(client, bot, people.admin)
    assert await bot.hear(ANNA, "/unlink")
    assert "Отвязано" in (await bot.letters())[0][1]
    assert await links(client, people.admin) == []
    assert not await bot.hear(ANNA, "/unlink"), "to a stranger this is a message like any other"


@pytest.mark.parametrize("text", ["/start", "link_short", "Здравствуйте", "/start ref_12345678901234567890", ""])
async def test_what_is_no_code_passes(bot, text):
    assert not await bot.hear(ANNA, text, is_start=text.startswith("/start"))


async def test_user_links_himself_to_bots_that_he_sees_only(app, client, bot, people):
    theirs = await new_bot(app, people.other.id)
    user = client.signed_in(people.user.token)
    for foreign in (theirs.id, bot.id, "nope"):
        assert (await user.post("/admin/owner-links", {"instance_id": foreign})).status == 404
    mine = await new_bot(app, people.user.id)
    assert (await user.post("/admin/owner-links", {"instance_id": mine.id})).status == 201


async def test_widget_is_no_messenger(client, people):
    admin = client.signed_in(people.admin.token)
    [widget] = (await admin.get("/admin/widget/instances")).json()["instances"]
    refused = await admin.post("/admin/owner-links", {"instance_id": widget["id"]})
    assert (refused.status, refused.json()["code"]) == (422, "not_a_messenger")


async def test_summaries_are_switched_and_foreign_links_are_not_there(client, bot, people):
    await link(client, bot, people.admin)
    admin, other = client.signed_in(people.admin.token), client.signed_in(people.other.token)
    [shown] = await links(client, people.admin)
    url = f"/admin/owner-links/{shown['id']}"
    changed = await admin.put(url, {"morning": False})
    assert (changed.json()["link"]["morning"], changed.json()["link"]["evening"]) == (False, True)
    assert (await other.put(url, {"morning": True})).status == 404
    assert (await other.delete(url)).status == 404
    assert (await admin.delete(url)).status == 200
    assert (await admin.delete(url)).status == 404


async def test_who_may_see_no_customers_is_told_nothing(app, client, bot, people):
    await link(client, bot, people.admin)
    async with app.units.write() as unit:
        [row] = await unit.db.scalars(select(OperatorLink))
        row.user_id = people.guest.id  # somebody who may not see customers any more
    await wants_person(bot, await customer(bot, "Где мой заказ?"))
    assert await bot.letters() == []
