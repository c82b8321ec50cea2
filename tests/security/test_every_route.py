"""What every route answers to everybody, generated from the route table: nobody has to remember a new route here."""

import re

import pytest
from fastapi.routing import APIRoute
from pydantic import SecretStr
from tests.architecture.test_routes import guards
from tests.support.people import sign_in_again

from secretary.accounts import rights
from secretary.accounts.access import Public
from secretary.app.asgi import all_routes

UNKNOWN = "01900000-0000-7000-8000-000000000000"
ROLES = ("admin", "user", "web", "guest")
# A caller without rights learns nothing of what there is; one with rights may name things that are not there.
REFUSED = {401, 403}


def admin_calls(app):
    """(method, path, guards) of every route of the admin API."""
    for route in all_routes(app):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route.path, guards(route.dependant)


def filled(path, **ids):
    """With the caller's ids; an instance is one of the kind that the path speaks of."""
    kind = f"{path.split('/')[2]}_id" if path.count("/") > 2 else ""
    ids = {**ids, "instance_id": ids[kind]} if kind in ids else ids
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str(ids.get(found[1], UNKNOWN)), path)


async def status_of(client, method, path, body=None):
    """The status alone: a stream is left as soon as it has begun."""
    stream = await client.open(method, path, {} if body is None and method in {"POST", "PUT", "PATCH"} else body)
    await stream.settle()
    return stream.status


@pytest.mark.parametrize("role", [None, *ROLES])
async def test_routes_answer_roles_as_the_matrix_says(app, client, people, role):
    caller = client if role is None else client.signed_in(getattr(people, role).token)
    for method, path, needed in admin_calls(app):
        if path in {"/admin/auth/logout", "/admin/auth/change-password"}:
            continue  # they would end the session that the rest of the test needs; they have tests of their own
        status = await status_of(caller, method, filled(path))
        may = all(isinstance(guard, Public) for guard in needed) or (
            role is not None
            and all(isinstance(g, Public) or rights.reach(role, g.module, g.level) is not None for g in needed)
        )
        if may:
            assert status not in REFUSED or path.startswith("/admin/auth/"), (role, method, path, status)
            assert status < 500, (role, method, path, status)
        else:
            assert status == (401 if role is None else 403), (role, method, path, status)


async def test_dead_tokens_open_nothing(app, client, people, visitor):
    revoked = await sign_in_again(app, people.user)
    await client.signed_in(revoked).post("/admin/auth/logout")
    dead = {"revoked": revoked, "visitor": visitor.token, "cut": people.admin.token[:-2], "nonsense": "x.y.z"}
    for method, path, needed in admin_calls(app):
        if all(isinstance(guard, Public) for guard in needed):
            continue
        for name, token in dead.items():
            assert await status_of(client.signed_in(token), method, filled(path)) == 401, (name, method, path)


@pytest.mark.parametrize(
    "path",
    ["/admin/%66aq", "/admin//faq", "/ADMIN/faq", "/admin/faq/../requests", "/admin/requests;x", "/admin/requests/"],
)
async def test_spelling_a_path_differently_opens_nothing(client, path):
    assert (await client.get(path)).status in {401, 404, 405}


async def test_host_header_changes_no_right(client, people):
    guest = client.signed_in(people.guest.token)
    for host in ("localhost", "127.0.0.1", "testserver:80", "evil.example"):
        answer = await guest.get(
            "/admin/requests", headers={"host": host, "x-forwarded-host": "localhost", "x-real-ip": "127.0.0.1"}
        )
        assert answer.status == 403


BODIES = (
    {},
    {"title": "stolen"},
    {"name": "stolen"},
    {"content": "stolen"},
    {"text": "stolen"},
    {"value": 1},
    {"message_id": UNKNOWN},
    {"status": "done"},
)


async def belongings(client, person):
    """What a user owns, as the parameters of paths that name it."""
    owner = client.signed_in(person.token)
    widget = (await owner.post("/admin/widget/instances", {"name": "Mine", "system_prompt": "Mine"})).json()["instance"]
    telegram, whatsapp = [
        (await owner.post(f"/admin/{kind}/instances", {"name": "Mine", "system_prompt": "Mine"})).json()["instance"]
        for kind in ("telegram", "whatsapp")
    ]
    session = (await owner.post("/admin/chat/sessions", {"title": "Mine"})).json()["session"]
    asked = await owner.post(f"/admin/chat/sessions/{session['id']}/messages", {"content": "Сколько стоит доставка?"})
    note = await owner.post(f"/admin/chat/sessions/{session['id']}/notes", {"text": "Mine"})
    return {
        "instance_id": widget["id"],
        "telegram_id": telegram["id"],
        "whatsapp_id": whatsapp["id"],
        "assistant_id": widget["assistant_id"],
        "session_id": session["id"],
        "message_id": asked.json()["message"]["id"],
        "note_id": note.json()["note"]["id"],
    }


async def seen(client, person, ids):
    owner = client.signed_in(person.token)
    paths = (
        f"/admin/widget/instances/{ids['instance_id']}",
        f"/admin/telegram/instances/{ids['telegram_id']}",
        f"/admin/whatsapp/instances/{ids['whatsapp_id']}",
        f"/admin/assistants/{ids['assistant_id']}",
        f"/admin/chat/sessions/{ids['session_id']}",
        f"/admin/chat/sessions/{ids['session_id']}/notes",
    )
    return [(await owner.get(path)).json() for path in paths]


@pytest.mark.parametrize("role", ["other", "web", "guest"])
async def test_foreign_ids_show_and_change_nothing(app, client, people, role):
    ids = await belongings(client, people.user)
    before = await seen(client, people.user, ids)
    stranger = client.signed_in(getattr(people, role).token)
    tried = 0
    for method, path, _ in admin_calls(app):
        if not any(f"{{{name}" in path for name in ids):
            continue
        for body in BODIES if method in {"POST", "PUT", "PATCH"} else (None,):
            status = await status_of(stranger, method, filled(path, **ids), body)
            assert status in {403, 404, 405, 422}, (role, method, path, body, status)
            tried += 1
    assert tried > 50
    assert await seen(client, people.user, ids) == before


async def test_nested_ids_must_belong_together(client, people):
    mine, theirs = await belongings(client, people.user), await belongings(client, people.other)
    user = client.signed_in(people.user.token)
    base = f"/admin/chat/sessions/{mine['session_id']}"
    foreign = theirs["message_id"]
    answers = [
        await user.put(f"{base}/messages/{foreign}", {"content": "stolen"}),
        await user.delete(f"{base}/messages/{foreign}"),
        await user.post(f"{base}/messages/{foreign}/regenerate", {}),
        await user.post(f"{base}/messages/{foreign}/feedback", {"value": 1}),
        await user.post(f"{base}/messages/{foreign}/cancel", {}),
        await user.get(f"{base}/messages/{foreign}/stream"),
        await user.post(f"{base}/branches/switch", {"message_id": foreign}),
        await user.delete(f"{base}/notes/{theirs['note_id']}"),
    ]
    assert [answer.status for answer in answers] == [404] * len(answers)
    own_widget = f"/admin/widget/instances/{mine['instance_id']}"
    assert (await user.put(own_widget, {"assistant_id": theirs["assistant_id"]})).status == 404


async def test_token_of_another_installation_opens_nothing(app, client, settings, ports, people):
    from secretary.app import build

    other = build(settings.model_copy(update={"secret_key": SecretStr("z" * 43)}), ports)
    token = await sign_in_again(other, people.admin)
    assert (await client.signed_in(token).get("/admin/auth/me")).status == 401


@pytest.mark.parametrize("content", [b'{"a":' * 1000 + b"1" + b"}" * 1000, b"[" * 100_000])
async def test_json_nested_a_thousand_levels_deep_is_refused(client, people, content):
    admin = client.signed_in(people.admin.token)
    for path in ("/admin/assistants", "/admin/widget/instances", "/admin/faq"):
        answer = await admin.request("POST", path, content=content)
        assert answer.status in {400, 422}, (path, answer.status, answer.text[:200])
