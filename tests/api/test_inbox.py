"""`/admin/inbox`: from a visitor's question to a person's reply and back, by the right people."""

import pytest
from sqlalchemy import update
from tests.support.visitor import Visitor

from secretary.conversations.attachments import service as attachments
from secretary.conversations.attachments.service import NewAttachment
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import AttachmentKind

URL = "/admin/inbox"


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


async def given_to(app, session_id, person):
    """A conversation of this user's own customer."""
    async with app.units.write() as unit:
        await unit.db.execute(update(ChatSession).where(ChatSession.id == session_id).values(owner_id=person.id))


async def do(client, visitor, what, body=None, status=200):
    answer = await client.post(f"{URL}/{visitor.session_id}/{what}", body)
    assert answer.status == status, answer.text
    return answer.json()


async def listed(client, query=""):
    answer = await client.get(URL + query)
    assert answer.status == 200, answer.text
    return answer.json()


async def counted(client):
    return (await client.get(URL + "/counts")).json()


async def test_person_takes_writes_and_gives_back(admin, visitor, people):
    await visitor.ask("Сколько стоит доставка?")
    [row] = (await listed(admin))["sessions"]
    assert (row["id"], row["state"], row["unread"], row["source"]) == (visitor.session_id, "secretary", 1, "widget")
    taken = (await do(admin, visitor, "take"))["session"]
    assert (taken["state"], taken["assignee"]["id"], taken["reason"]) == ("person", people.admin.id, "operator")
    assert taken["held_until"] is not None
    reply = {"text": "Триста рублей, это Анна.", "message_id": "operator-1"}
    first = await do(admin, visitor, "reply", reply, 201)
    assert (await do(admin, visitor, "reply", reply, 201))["message"] == first["message"]
    assert first["message"]["author_id"] == people.admin.id
    said = [(row["role"], row["content"]) for row in await visitor.history()]
    assert (said[-1], len(said)) == (("assistant", "Триста рублей, это Анна."), 3)
    shown = (await admin.get(f"/admin/chat/sessions/{visitor.session_id}")).json()["session"]["messages"]
    assert [row["author_id"] for row in shown] == [None, None, people.admin.id]
    assert (await counted(admin))["person"] == 1
    assert (await do(admin, visitor, "give-back"))["session"]["state"] == "secretary"
    assert await visitor.say("Часы работы?")
    assert (await listed(admin, "?unread=true"))["total"] == 1


async def test_customer_who_writes_to_a_person_is_not_answered_by_the_secretary(admin, visitor):
    await do(admin, visitor, "take")
    assert (await visitor.post("Часы работы?")).status == 200
    assert [row["role"] for row in await visitor.history()] == ["user"]
    [row] = (await listed(admin))["sessions"]
    assert (row["state"], row["unread"], row["last_message"]) == ("person", 1, "Часы работы?")
    await do(admin, visitor, "give-back")
    assert (await visitor.ask("Часы работы?"))["role"] == "assistant"


async def test_conversation_is_read_closed_and_opened(admin, visitor):
    await visitor.ask("Сколько стоит доставка?")
    assert (await do(admin, visitor, "read"))["session"]["unread"] == 0
    assert (await do(admin, visitor, "close"))["session"]["state"] == "closed"
    assert (await listed(admin, "?state=closed"))["total"] == 1
    assert (await do(admin, visitor, "reopen"))["session"]["state"] == "secretary"


async def test_filters_and_search(client, admin, people, visitor):
    await visitor.ask("Сколько стоит доставка?")
    other = await Visitor.arrive(client)
    await other.ask("Часы работы?")
    await do(admin, other, "take")
    ids = lambda found: [row["id"] for row in found["sessions"]]  # noqa: E731
    assert ids(await listed(admin, "?assignee=me")) == [other.session_id]
    assert ids(await listed(admin, f"?assignee={people.admin.id}")) == [other.session_id]
    assert ids(await listed(admin, "?assignee=none")) == [visitor.session_id]
    assert ids(await listed(admin, "?search=%D0%B4%D0%BE%D1%81%D1%82%D0%B0%D0%B2%D0%BA%D0%B0")) == [visitor.session_id]
    assert ids(await listed(admin, "?source=telegram")) == []
    assert (await listed(admin, "?limit=1"))["total"] == 2
    assert (await admin.get(URL + "?state=lost")).status == 422
    assert (await admin.get(URL + "?contact_id=nobody")).status == 404


async def test_panels_own_chats_are_no_part_of_it(admin, visitor):
    session = (await admin.post("/admin/chat/sessions", {"title": "Own"})).json()["session"]
    assert session["id"] not in [row["id"] for row in (await listed(admin))["sessions"]]
    assert (await admin.get(f"{URL}/{session['id']}")).status == 404
    assert (await admin.post(f"{URL}/{session['id']}/take")).status == 404


async def test_customer_of_nobody_is_seen_by_staff_and_steered_by_an_admin(client, user, admin, people, visitor):
    await visitor.ask("Сколько стоит доставка?")
    assert [row["id"] for row in (await listed(user))["sessions"]] == [visitor.session_id]
    assert (await user.get(f"{URL}/{visitor.session_id}")).status == 200
    for what, body in (("take", None), ("reply", {"text": "Привет"}), ("close", None), ("assign", {"user_id": None})):
        await do(user, visitor, what, body, 404)
    await do(client.signed_in(people.guest.token), visitor, "take", None, 403)


async def test_foreign_customer_is_unknown(app, client, user, people, visitor):
    await visitor.ask("Сколько стоит доставка?")
    await given_to(app, visitor.session_id, people.user)
    assert (await do(user, visitor, "take"))["session"]["assignee"]["id"] == people.user.id
    other = client.signed_in(people.other.token)
    assert (await listed(other))["total"] == 0
    assert (await other.get(f"{URL}/{visitor.session_id}")).status == 404
    await do(other, visitor, "take", {"force": True}, 404)


async def test_colleagues_do_not_take_from_each_other_by_chance(app, user, admin, people, visitor):
    await given_to(app, visitor.session_id, people.user)
    await do(user, visitor, "take")
    assert (await do(admin, visitor, "take", None, 409))["code"] == "taken_by_other"
    assert (await do(admin, visitor, "take", {"force": True}))["session"]["assignee"]["id"] == people.admin.id


async def test_conversation_is_given_only_to_who_may_answer_in_it(app, admin, people, visitor):
    await given_to(app, visitor.session_id, people.user)
    for who in (people.user, people.admin):
        assigned = await do(admin, visitor, "assign", {"user_id": who.id})
        assert (assigned["session"]["assignee"]["id"], assigned["session"]["state"]) == (who.id, "secretary")
    for nobody in (people.other.id, people.guest.id, "nobody"):
        assert (await do(admin, visitor, "assign", {"user_id": nobody}, 404))["code"] == "no_such_colleague"
    assert (await do(admin, visitor, "assign", {"user_id": None}))["session"]["assignee"] is None


async def test_names_of_colleagues_are_known_to_those_who_have_to_do_with_them(client, admin, user, people):
    async def named(one):
        found = (await one.get(URL + "/colleagues")).json()["colleagues"]
        return {each["id"]: each["answers_all"] for each in found}

    assert {people.user.id, people.other.id, people.admin.id} <= (await named(admin)).keys()
    assert people.guest.id not in await named(admin)
    his = await named(user)
    assert (his[people.user.id], his[people.admin.id]) == (False, True)
    assert people.other.id not in his
    assert (await client.signed_in(people.guest.token).get(URL + "/colleagues")).status == 403
    [own] = [
        each for each in (await user.get(URL + "/colleagues")).json()["colleagues"] if each["id"] == people.user.id
    ]
    assert own["name"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 4097, "a\u0000b"])
async def test_replies_that_are_none_are_refused(admin, visitor, text):
    await do(admin, visitor, "reply", {"text": text}, 422)
    assert await visitor.history() == []


@pytest.fixture
def photo(app, admin, visitor, run):
    """A photo that came along with a question, stored where the channels store files."""

    async def store():
        await visitor.ask("Сколько стоит доставка?")
        [asked, _] = await visitor.history()
        folder = app.settings.data_dir / "attachments" / "ab"
        folder.mkdir(parents=True)
        (folder / "cd.jpg").write_bytes(b"a photo")
        async with app.units.write() as unit:
            new = NewAttachment(AttachmentKind.PHOTO, 'фо"то.jpg', "image/jpeg")
            [row] = await attachments.add(unit, visitor.session_id, asked["id"], [new])
            await attachments.stored(unit, row.id, "ab/cd.jpg", 7, "image/jpeg")
        return row.id, asked["id"]

    return run(store())


async def test_files_of_a_conversation_are_listed_and_saved_never_shown_as_a_page(admin, visitor, photo):
    photo_id, message_id = photo
    shown = (await admin.get(f"{URL}/{visitor.session_id}")).json()["session"]
    assert [(one["id"], one["state"], one["size"]) for one in shown["attachments"][message_id]] == [
        (photo_id, "stored", 7)
    ]
    assert (shown["deliveries"], shown["window_closes_at"]) == ([], None)
    answer = await admin.get(f"{URL}/attachments/{photo_id}")
    assert (answer.status, answer.content, answer.headers["content-type"]) == (200, b"a photo", "image/jpeg")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_file_is_for_who_sees_the_conversation(app, client, people, visitor, photo):
    await given_to(app, visitor.session_id, people.user)
    assert (await client.signed_in(people.other.token).get(f"{URL}/attachments/{photo[0]}")).status == 404
    assert (await client.get(f"{URL}/attachments/{photo[0]}")).status == 401


async def test_path_leads_nowhere_else_and_what_would_run_is_bytes(app, admin, photo):
    (app.settings.data_dir / "secret").write_bytes(b"secret")
    for path, media_type, status in (
        ("../secret", "image/jpeg", 404),
        ("ab/nothing", "image/jpeg", 404),
        ("ab/cd.jpg", "text/html", 200),
        ("ab/cd.jpg", "image/svg+xml", 200),
    ):
        async with app.units.write() as unit:
            await attachments.stored(unit, photo[0], path, 7, media_type)
        answer = await admin.get(f"{URL}/attachments/{photo[0]}")
        assert answer.status == status
        assert status == 404 or answer.headers["content-type"] == "application/octet-stream"
