"""The widget's public endpoints: who may call from where, and what a visitor can never reach."""

from datetime import timedelta

import orjson
import pytest
from tests.support.client import Client
from tests.support.visitor import Visitor

from secretary.app import Ports
from secretary.kernel.clock import utc_now

SHOP = "https://shop.example"


class MovableClock:
    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return utc_now() + self.ahead


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def ports(database, clock):
    return Ports(models={}, database=database, clock=clock)


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


async def make(admin, **fields):
    answer = await admin.post("/admin/widget/instances", {"name": "Shop", **fields})
    assert answer.status == 200, answer.text
    return answer.json()["instance"]


def from_site(client, origin):
    return Client(client.app, client.admin_api, origin)


async def test_page_of_ours_may_use_a_widget_without_a_list(client):
    answer = await client.get("/widget/status?instance=default")
    assert (answer.status, answer.json()["enabled"]) == (200, True)
    assert answer.headers["access-control-allow-origin"] == "http://testserver"
    assert "origin" in answer.headers["vary"]


async def test_other_site_is_refused_with_words_that_say_what_to_do(client):
    answer = await from_site(client, SHOP).get("/widget/status?instance=default")
    assert (answer.status, answer.json()["code"]) == (403, "origin_not_allowed")
    assert SHOP in answer.json()["detail"]


@pytest.mark.parametrize(
    "origin",
    ["https://shop.example.evil.example", "http://shop.example", "https://shop.example:8443", "https://sub.shop.example",
     "https://evilshop.example", "null", ""],
)  # fmt: skip
async def test_only_the_exact_origin_counts(client, admin, origin):
    widget = await make(admin, allowed_domains=["shop.example"])
    assert widget["allowed_domains"] == [SHOP]
    assert (await from_site(client, SHOP).get(f"/widget/status?instance={widget['id']}")).status == 200
    assert (await from_site(client, origin).get(f"/widget/status?instance={widget['id']}")).status == 403


async def test_same_origin_get_without_origin_header_is_ours(client):
    headers = {"sec-fetch-site": "same-origin"}
    assert (await from_site(client, "").get("/widget/status?instance=default", headers=headers)).status == 200


@pytest.mark.parametrize("path", ["/widget/chat/session", "/widget/chat/session/x", "/widget/chat/session/x/stream"])
async def test_preflight_tells_only_allowed_sites_what_they_may_send(client, admin, path):
    widget = await make(admin, allowed_domains=[SHOP])
    allowed = await from_site(client, SHOP).request("OPTIONS", f"{path}?instance={widget['id']}")
    assert allowed.status == 204
    assert allowed.headers["access-control-allow-origin"] == SHOP
    assert "authorization" in allowed.headers["access-control-allow-headers"]
    refused = await from_site(client, "https://evil.example").request("OPTIONS", f"{path}?instance={widget['id']}")
    assert refused.status == 403
    assert "access-control-allow-origin" not in refused.headers


async def test_conversation_from_an_allowed_site(client, admin):
    widget = await make(admin, allowed_domains=[SHOP])
    visitor = await Visitor.arrive(from_site(client, SHOP), widget["id"])
    assert "300" in await visitor.say("Сколько стоит доставка?")
    assert [message["role"] for message in await visitor.history()] == ["user", "assistant"]


async def test_visitor_without_a_good_token_is_told_to_begin(client, visitor):
    for token in ("", "nonsense", visitor.token[:-3] + "abc", visitor.token.split(".")[0] + "."):
        answer = await client.get(visitor.url(), headers={"authorization": f"Bearer {token}"})
        assert answer.status == 401


async def test_other_visitors_conversations_do_not_exist_for_him(client, visitor):
    answer_id = (await visitor.ask("Сколько стоит доставка?"))["id"]
    stranger = await Visitor.arrive(client)
    his_own, stranger.session_id = stranger.session_id, visitor.session_id
    assert (await client.get(stranger.url(), headers=stranger.headers)).status == 404
    assert (await stranger.post("привет")).status == 404
    assert (await stranger.resume(answer_id)).status == 404
    assert (await stranger.cancel(answer_id)).status == 404
    stranger.session_id = his_own
    assert (await stranger.resume(answer_id)).status == 404
    assert (await stranger.cancel(answer_id)).status == 404


async def test_token_of_one_widget_opens_nothing_in_another(client, admin, visitor):
    widget = await make(admin)
    visitor.instance = widget["id"]
    assert (await visitor.post("привет")).status == 404


async def test_token_ends_after_thirty_days_and_is_renewed_on_the_way(client, visitor, clock):
    clock.ahead = timedelta(days=20)
    renewed = (await client.get(visitor.url(), headers=visitor.headers)).json()["token"]
    clock.ahead = timedelta(days=31)
    assert (await client.get(visitor.url(), headers=visitor.headers)).status == 401
    visitor.token = renewed
    assert (await client.get(visitor.url(), headers=visitor.headers)).status == 200


async def test_prompts_and_secrets_never_leave_the_server(client, admin, visitor):
    widget = await make(admin, system_prompt="TOP-SECRET-PROMPT", allowed_domains=["hidden-customer.example"])
    mine = await Visitor.arrive(client, widget["id"])
    said = await mine.post("Сколько стоит доставка?")
    everything = said.text + orjson.dumps(await mine.history()).decode()
    everything += (await client.get(f"/widget.js?instance={widget['id']}")).text
    everything += (await client.get(f"/widget/status?instance={widget['id']}")).text
    assert "TOP-SECRET-PROMPT" not in everything
    assert "hidden-customer" not in everything


async def test_message_limit_counts_the_visitor_and_his_address_over_all_his_conversations(client, admin):
    widget = await make(admin, rate_limit_count=2, rate_limit_hours=1)
    first = await Visitor.arrive(client, widget["id"])
    assert (await first.post("раз", "message-1")).status == 200
    assert (await first.post("два", "message-2")).status == 200
    limited = await first.post("три")
    assert (limited.status, limited.json()["code"]) == (429, "message_limit")
    assert int(limited.headers["retry-after"]) > 0
    assert (await first.post("два", "message-2")).status == 200, "a repeated message is not a new one"
    again = await Visitor.arrive(client, widget["id"])
    assert (await again.post("четыре")).status == 429
    elsewhere = Client(client.app, client.admin_api, address="203.0.113.200")
    assert (await (await Visitor.arrive(elsewhere, widget["id"])).post("пять")).status == 200


async def test_window_of_the_message_limit_passes(client, admin, clock):
    widget = await make(admin, rate_limit_count=1, rate_limit_hours=1)
    visitor = await Visitor.arrive(client, widget["id"])
    await visitor.post("раз")
    assert (await visitor.post("два")).status == 429
    clock.ahead = timedelta(hours=1, seconds=1)
    assert (await visitor.post("три")).status == 200


async def test_flood_from_an_address_is_slowed_whatever_headers_it_sends(
    settings, ports, database, run, admin_api, client
):
    from secretary.app import build

    strict = build(settings.model_copy(update={"rate_limit_enabled": True, "rate_limit_chat": 3}), ports)
    flooding = Client(strict, admin_api)
    await strict.turns.start(everything=True)
    body = {"source_id": "default", "language": "ru"}
    statuses = [
        (
            await flooding.post(
                "/widget/chat/session?instance=default", body, headers={"x-forwarded-for": f"10.0.0.{n}"}
            )
        ).status
        for n in range(5)
    ]
    assert statuses == [201, 201, 201, 429, 429]
    await strict.close()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "bad_json"),
        (b"[1]", "bad_field"),
        (b'{"message_id": "12345678"}', "bad_field"),
        (b'{"content": "", "message_id": "12345678"}', "empty_message"),
        (b'{"content": "   ", "message_id": "12345678"}', "empty_message"),
        (b'{"content": "a\\u0000b", "message_id": "12345678"}', "bad_characters"),
        (b'{"content": "\\ud800", "message_id": "12345678"}', "bad_json"),
        (b'{"content": "%b", "message_id": "12345678"}' % (b"x" * 4097), "message_too_long"),
        (b'{"content": "hi", "message_id": "%b"}' % (b"x" * 65), "bad_field"),
        (b"[" * 5000, "bad_json"),
    ],
)
async def test_bad_input_gets_a_clear_error_and_stores_nothing(client, visitor, content, code):
    for language, alphabet in (("ru", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"), ("en", "abcdefghijklmnopqrstuvwxyz")):
        headers = visitor.headers | {"accept-language": language}
        answer = await client.request("POST", visitor.url("/stream"), content=content, headers=headers)
        assert (answer.status, answer.json()["code"]) == (422, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert any(letter in alphabet for letter in answer.json()["detail"])
    assert await visitor.history() == []


async def test_ten_megabytes_are_refused(client, visitor):
    content = b'{"content": "%b", "message_id": "12345678"}' % (b"x" * 10_000_000)
    answer = await client.request("POST", visitor.url("/stream"), content=content, headers=visitor.headers)
    assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert await visitor.history() == []


@pytest.mark.parametrize("path", ["/widget/status", "/widget.js"])
async def test_unknown_widget(client, path):
    assert (await client.get(f"{path}?instance=nope")).status == 404


async def test_widget_that_is_switched_off(client, admin):
    widget = await make(admin)
    visitor = await Visitor.arrive(client, widget["id"])
    await admin.put(f"/admin/widget/instances/{widget['id']}", {"enabled": False})
    client.app.desk._instances.clear()
    assert (await client.get(f"/widget/status?instance={widget['id']}")).json()["enabled"] is False
    assert (await client.get(f"/widget.js?instance={widget['id']}")).text.startswith("/*")
    assert (await visitor.post("привет")).status == 404


async def test_script_carries_the_settings_safely(client, admin):
    nasty = "</script><script>alert(1)</script>\u2028'\"`${x}"
    widget = await make(admin, title=nasty, primary_color="#112233", suggestions=["<img src=x>"])
    script = await client.get(f"/widget.js?instance={widget['id']}")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    first_line = script.text.split("\n")[0]
    assert "<" not in first_line
    assert "\u2028" not in first_line
    shown = orjson.loads(first_line.removeprefix("{const __AI_SECRETARY__=").removesuffix(";"))
    assert (shown["title"], shown["primary_color"], shown["instance"]) == (nasty, "#112233", widget["id"])
    assert shown["origin"] == "http://testserver"
    again = await client.get(f"/widget.js?instance={widget['id']}", headers={"if-none-match": script.headers["etag"]})
    assert again.status == 304


async def test_tunnel_address_is_where_the_widget_calls_and_may_call_from(client, admin):
    widget = await make(admin, tunnel_url="https://tunnel.example/path")
    assert '"origin":"https://tunnel.example"' in (await client.get(f"/widget.js?instance={widget['id']}")).text
    tunnel = from_site(client, "https://tunnel.example")
    assert (await tunnel.get(f"/widget/status?instance={widget['id']}")).status == 200
