"""Every webhook proves its sender: absent, wrong and empty are refused; a repetition changes nothing; no other door."""

import hashlib
import hmac

import orjson
import pytest
from sqlalchemy import func, select

from secretary.channels.models import ChannelInstance, ChannelReceipt

TOKEN = "700100:AAEsecretsecretsecret"
APP_SECRET = "app-secret-of-meta"
UPDATE = {
    "update_id": 5,
    "message": {
        "message_id": 1, "date": 1_790_000_000, "text": "hello", "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Anna"},
    },
}  # fmt: skip
CHANGE = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "id": "1",
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {"display_phone_number": "1555", "phone_number_id": "106"},
                        "contacts": [{"profile": {"name": "Anna"}, "wa_id": "79990000001"}],
                        "messages": [
                            {
                                "from": "79990000001",
                                "id": "wamid.1",
                                "timestamp": "1790000000",
                                "type": "text",
                                "text": {"body": "hello"},
                            }
                        ],
                    },
                }
            ],
        }
    ],
}
SECRETS = {
    "telegram": {"bot_token": TOKEN},
    "whatsapp": {
        "access_token": "t" * 30,
        "verify_token": "verify-me",
        "app_secret": APP_SECRET,
        "phone_number_id": "106",
    },
}


async def made(client, people, kind):
    body = {"name": "Mine", "auto_start": True, **SECRETS[kind]}
    answer = await client.signed_in(people.admin.token).post(f"/admin/{kind}/instances", body)
    assert answer.status == 200, answer.text
    return answer.json()["instance"]


def signed(app, kind, instance, body, with_=None):
    if kind == "telegram":
        right = app.lines.webhook_secret(instance["id"])
        return {"x-telegram-bot-api-secret-token": right if with_ is None else with_}
    right = "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": right if with_ is None else with_}


async def push(client, instance, body, headers):
    headers = {"content-type": "application/json", **headers}
    return (await client.request("POST", instance["webhook_url"], content=body, headers=headers)).status


async def receipts(app):
    async with app.units.read() as unit:
        return await unit.db.scalar(select(func.count()).select_from(ChannelReceipt))


KINDS = [("telegram", UPDATE), ("whatsapp", CHANGE)]


@pytest.mark.parametrize(("kind", "update"), KINDS)
async def test_a_right_signature_is_taken_once(app, client, people, kind, update):
    instance, body = await made(client, people, kind), orjson.dumps(update)
    for _ in range(3):
        assert await push(client, instance, body, signed(app, kind, instance, body)) == 200
    await app.messaging.intake.close()
    assert await receipts(app) == 1


@pytest.mark.parametrize(("kind", "update"), KINDS)
@pytest.mark.parametrize("given", ["", "wrong", "sha256=", "sha256=" + "0" * 64, None])
async def test_absent_wrong_and_empty_are_refused(app, client, people, kind, update, given):
    instance, body = await made(client, people, kind), orjson.dumps(update)
    headers = {} if given is None else signed(app, kind, instance, body, given)
    assert await push(client, instance, body, headers) == 403
    assert await receipts(app) == 0


@pytest.mark.parametrize(("kind", "update"), KINDS)
async def test_without_a_secret_nobody_is_believed(app, client, people, kind, update):
    """Not even who signs with the empty secret."""
    instance, body = await made(client, people, kind), orjson.dumps(update)
    async with app.units.write() as unit:
        (await unit.db.get(ChannelInstance, instance["id"])).sealed_secrets = None
    await app.lines.drop(instance["id"])
    app.lines.webhook_secret = lambda _: "" if kind == "telegram" else "x"
    empty = "sha256=" + hmac.new(b"", body, hashlib.sha256).hexdigest()
    assert (
        await push(client, instance, body, signed(app, kind, instance, body, "" if kind == "telegram" else empty))
        == 403
    )


@pytest.mark.parametrize(("kind", "update"), KINDS)
async def test_a_signature_of_another_body_or_instance_proves_nothing(app, client, people, kind, update):
    instance, body = await made(client, people, kind), orjson.dumps(update)
    other = signed(app, kind, {"id": "another"}, body + b" ")
    assert await push(client, instance, body, other) == 403


@pytest.mark.parametrize("path", ["/webhooks/telegram/unknown", "/webhooks/nobody/unknown", "/webhooks/widget/x"])
async def test_unknown_addresses_are_unknown(client, path):
    for method in ("GET", "POST"):
        assert (await client.request(method, path)).status == 404


@pytest.mark.parametrize(("kind", "update"), KINDS)
async def test_a_stopped_instance_asks_its_provider_to_come_again(app, client, people, kind, update):
    instance, body = await made(client, people, kind), orjson.dumps(update)
    await client.signed_in(people.admin.token).post(f"/admin/{kind}/instances/{instance['id']}/stop", {})
    await app.lines.drop(instance["id"])
    assert await push(client, instance, body, signed(app, kind, instance, body)) == 503
    assert await receipts(app) == 0


async def test_signed_nonsense_is_a_bad_request(app, client, people):
    for kind in ("telegram", "whatsapp"):
        instance = await made(client, people, kind)
        for body in (b"", b"[", b"null", b"7"):
            assert await push(client, instance, body, signed(app, kind, instance, body)) in {200, 400}
    assert await receipts(app) == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=42", 200),
        ("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=42", 403),
        ("hub.mode=subscribe&hub.verify_token=&hub.challenge=42", 403),
        ("hub.challenge=42", 403),
    ],
)
async def test_meta_is_answered_only_with_the_verify_token(client, people, query, status):
    instance = await made(client, people, "whatsapp")
    answer = await client.get(f"{instance['webhook_url']}?{query}")
    assert answer.status == status
    assert status != 200 or answer.text == "42"
