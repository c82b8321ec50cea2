"""The endpoints of messengers: settings with secrets that nobody sees again, starting and stopping, state, log, sessions."""

import pytest
from sqlalchemy import select

from secretary.channels.files import MAX_BYTES
from secretary.channels.models import ChannelInstance
from secretary.channels.running.logbook import note
from secretary.conversations.models import ChatSession

TOKEN = "700100:AAEsecretsecretsecret"
META = {"phone_number_id": "106", "access_token": "t" * 30, "verify_token": "verify-me-please", "app_secret": "s" * 30}


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


async def made(who, kind="telegram", **fields):
    answer = await who.post(f"/admin/{kind}/instances", {"name": "Shop", **fields})
    assert answer.status == 200, answer.text
    return answer.json()["instance"]


async def test_a_token_is_stored_sealed_and_shown_by_its_last_letters(app, admin):
    bot = await made(admin, bot_token=TOKEN)
    assert (bot["bot_token"], bot["has_token"]) == ("…cret", True)
    async with app.units.read() as unit:
        row = (await unit.db.scalars(select(ChannelInstance).where(ChannelInstance.id == bot["id"]))).one()
    assert TOKEN not in f"{row.sealed_secrets} {row.settings}"
    for path in ("", "?include_token=true"):
        assert TOKEN not in (await admin.get(f"/admin/telegram/instances/{bot['id']}{path}")).text
    assert (await app.lines.get(bot["id"])).secrets.bot_token == TOKEN


async def test_saving_what_was_shown_changes_no_secret_and_an_empty_one_takes_it_away(app, admin):
    bot = await made(admin, bot_token=TOKEN)
    url = f"/admin/telegram/instances/{bot['id']}"
    changed = (await admin.put(url, {"bot_token": bot["bot_token"], "name": "Renamed"})).json()["instance"]
    assert changed["name"] == "Renamed"
    assert (await app.lines.get(bot["id"])).secrets.bot_token == TOKEN
    assert (await admin.put(url, {"bot_token": ""})).json()["instance"]["has_token"] is False


@pytest.mark.parametrize(("kind", "fields"), [("telegram", {"bot_token": TOKEN}), ("whatsapp", META)])
async def test_two_instances_with_one_token_or_number_are_refused(admin, kind, fields):
    await made(admin, kind, **fields)
    answer = await admin.post(f"/admin/{kind}/instances", {"name": "Second", **fields})
    assert (answer.status, answer.json()["code"]) == (409, "channel_taken_twice")
    assert (await admin.get(f"/admin/{kind}/instances")).json()["total"] == 1


async def test_what_is_missing_is_named_when_an_instance_is_started(admin):
    bot = await made(admin)
    answer = await admin.post(f"/admin/telegram/instances/{bot['id']}/start", {})
    assert (answer.status, answer.json()["code"], answer.json()["field"]) == (
        422,
        "telegram_token_missing",
        "bot_token",
    )
    number = await made(admin, "whatsapp", phone_number_id="106")
    answer = await admin.post(f"/admin/whatsapp/instances/{number['id']}/start", {})
    assert (answer.status, answer.json()["field"]) == (422, "access_token")


async def test_one_that_is_switched_off_cannot_be_started(admin):
    bot = await made(admin, bot_token=TOKEN, enabled=False)
    answer = await admin.post(f"/admin/telegram/instances/{bot['id']}/start", {})
    assert (answer.status, answer.json()["code"]) == (409, "channel_disabled")


@pytest.mark.parametrize(("kind", "fields"), [("telegram", {"bot_token": TOKEN}), ("whatsapp", META)])
async def test_starting_and_stopping_is_remembered(admin, kind, fields):
    url = f"/admin/{kind}/instances/{(await made(admin, kind, **fields))['id']}"
    for action, wanted in (("start", True), ("restart", True), ("stop", False)):
        assert (await admin.post(f"{url}/{action}", {})).status == 200
        assert (await admin.get(url)).json()["instance"]["auto_start"] is wanted
    status = (await admin.get(f"{url}/status")).json()["status"]
    assert (status["running"], status["status"], status["has_token"], status["active_sessions"]) == (
        False,
        "stopped",
        True,
        0,
    )


async def test_the_log_shows_its_last_lines(app, admin):
    bot = await made(admin, bot_token=TOKEN)
    async with app.units.write() as unit:
        for number in range(5):
            note(unit, bot["id"], f"event_{number}", code="x")
    said = (await admin.get(f"/admin/telegram/instances/{bot['id']}/logs?lines=2")).json()
    assert [entry["event"] for entry in said["entries"]] == ["event_3", "event_4"]
    assert said["logs"].splitlines()[1].endswith("INFO event_4 code=x")


@pytest.mark.parametrize(("kind", "window", "per_chat_s"), [("telegram", None, 1.05), ("whatsapp", 86400.0, 0.0)])
async def test_what_a_messenger_can_do_is_told_as_far_as_we_go(app, admin, kind, window, per_chat_s):
    can = (await admin.get(f"/admin/{kind}/abilities")).json()
    assert (can["reply_window"], can["pace"]["per_chat_s"], can["starts"]) == (window, per_chat_s, False)
    assert can["max_characters"] == app.lines.messengers[kind].capabilities.max_characters
    assert can["max_file_bytes"] == MAX_BYTES  # of which WhatsApp would give more


async def test_the_oldest_bot_answers_the_endpoints_of_old(admin):
    assert (await admin.get("/admin/telegram/config")).status == 404
    saved = (await admin.post("/admin/telegram/config", {"bot_token": TOKEN, "allowed_users": [7, "@Anna"]})).json()
    assert (saved["status"], saved["config"]["allowed_users"]) == ("ok", ["7", "@anna"])
    status = (await admin.get("/admin/telegram/status")).json()["status"]
    assert (status["has_token"], status["allowed_users_count"], status["running"]) == (True, 2, False)
    for action in ("start", "restart", "stop"):
        assert (await admin.post(f"/admin/telegram/{action}", {})).status == 200
    assert (await admin.get("/admin/telegram/sessions")).json() == {"sessions": [], "total": 0}
    assert (await admin.delete("/admin/telegram/sessions")).json()["status"] == "ok"


async def test_a_pair_is_registered_shown_and_cleared(app, user):
    bot = await made(user, bot_token=TOKEN)
    session = (await user.post("/admin/chat/sessions", {"title": "Kept"})).json()["session"]
    url = f"/admin/telegram/instances/{bot['id']}/sessions"
    pair = {
        "user_id": "7",
        "chat_session_id": session["id"],
        "username": "anna",
        "first_name": "Anna",
        "last_name": "K",
    }
    assert (await user.post(url, pair)).status == 200
    listed = (await user.get(url)).json()
    assert [(row["user_id"], row["chat_session_id"], row["first_name"]) for row in listed["sessions"]] == [
        ("7", session["id"], "Anna")
    ]
    assert (await user.delete(url)).json()["message"].startswith("1 ")
    assert (await user.get(url)).json()["sessions"][0]["chat_session_id"] is None
    async with app.units.read() as unit:
        assert await unit.db.get(ChatSession, session["id"]) is not None


async def test_a_conversation_of_another_assistant_is_not_handed_to_a_bot(user):
    bot = await made(user, bot_token=TOKEN, system_prompt="Another one")
    session = (await user.post("/admin/chat/sessions", {"title": "Kept"})).json()["session"]
    answer = await user.post(
        f"/admin/telegram/instances/{bot['id']}/sessions", {"user_id": "7", "chat_session_id": session["id"]}
    )
    assert (answer.status, answer.json()["code"]) == (409, "other_assistant")


async def test_others_see_no_bot_that_is_not_theirs(client, people, user):
    bot = await made(user, bot_token=TOKEN)
    other = client.signed_in(people.other.token)
    assert (await other.get("/admin/telegram/instances")).json()["total"] == 0
    assert (await other.get(f"/admin/telegram/instances/{bot['id']}")).status == 404
    assert (await other.post(f"/admin/telegram/instances/{bot['id']}/start", {})).status == 404
    guest = client.signed_in(people.guest.token)
    assert (await guest.get("/admin/telegram/instances")).status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"allowed_users": ["not a name!"]},
        {"api_url": "ftp://x"},
        {"mode": "carrier-pigeon"},
        {"welcome_message": "x" * 5000},
        {"action_buttons": [{"label": ""}]},
        {"bot_token": 7},
    ],
)
async def test_wrong_settings_are_refused_and_nothing_is_stored(admin, wrong):
    answer = await admin.post("/admin/telegram/instances", {"name": "Shop", **wrong})
    assert answer.status in {400, 422}
    assert (await admin.get("/admin/telegram/instances")).json()["total"] == 0


async def test_deleting_a_bot_keeps_its_conversations(app, user):
    bot = await made(user, bot_token=TOKEN)
    session = (await user.post("/admin/chat/sessions", {"title": "Kept"})).json()["session"]
    await user.post(
        f"/admin/telegram/instances/{bot['id']}/sessions", {"user_id": "7", "chat_session_id": session["id"]}
    )
    assert (await user.delete(f"/admin/telegram/instances/{bot['id']}")).json()["status"] == "ok"
    assert (await user.get(f"/admin/chat/sessions/{session['id']}")).status == 200
