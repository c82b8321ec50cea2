"""A provider's key and its proxy's password: in no answer, in no log line, in no export, whatever goes wrong."""

import pytest
import structlog
from tests.security.test_every_route import admin_calls, filled, status_of
from tests.support.llm_admin import BASE, made
from tests.support.llm_upstream import LlmUpstream

KEY = "sk-live-recognisable-4815162342"
PASSWORD = "pr0xy-recognisable-pass"
OWN_SECRETS = (KEY, PASSWORD)


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"allowed_private_hosts": ("127.0.0.1",)})


async def complain(exchange):
    """An upstream that repeats the key in everything it says."""
    await exchange.start(content_type="application/json", status=500)
    sent = exchange.received.headers.get("authorization", "")
    await exchange.send(b'{"error": {"message": "' + sent.encode() + b'", "code": "' + sent.encode() + b'"}}')
    await exchange.finish()


async def answers(client, app, ids):
    """What every GET of the admin API says to an admin."""
    for method, path, _ in admin_calls(app):
        if method == "GET":
            stream = await client.open("GET", filled(path, **ids))
            await stream.settle()
            yield path, b"".join(stream._exchange.chunks).decode(errors="replace")


async def test_stored_secrets_never_come_out(app, client, people, capfd):
    admin = client.signed_in(people.admin.token)
    with structlog.testing.capture_logs() as logged:
        async with LlmUpstream(complain) as upstream:
            row = await made(
                admin, provider_type="custom", base_url=upstream.base_url, model_name="m", api_key=KEY, name="Scan"
            )
            path = f"{BASE}/providers/{row['id']}"
            failed = await admin.post(f"{path}/test")
            assert failed.json()["available"] is False
            assert KEY in upstream.received[0].headers["authorization"]
            proxy = f"http://someone:{PASSWORD}@127.0.0.1:{upstream.port}"
            changed = await admin.put(path, {"proxy_url": proxy, "base_url": upstream.base_url, "api_key": KEY})
            through_proxy = await admin.post(f"{path}/test")
            bad = await admin.put(path, {"proxy_url": f"http://someone:{PASSWORD}@10.0.0.1", "api_key": f"{KEY} {KEY}"})
        said = [("test", failed.text), ("change", changed.text), ("proxy", through_proxy.text), ("bad", bad.text)]
        assert bad.status == 422
        await app.ledger.flush()
        said += [one async for one in answers(admin, app, {"provider_id": row["id"], "persona": "anna"})]
    assert len(said) > 30
    assert any(one["event"] == "backend_failed" for one in logged)
    assert any("Scan" in text for _, text in said)
    export = (await admin.get("/admin/audit/export?format=csv")).text
    assert row["id"] in export
    outside = capfd.readouterr()
    said += [("export", export), ("log", repr(logged)), ("stdout", outside.out), ("stderr", outside.err)]
    assert [(where, secret) for where, text in said for secret in OWN_SECRETS if secret in text] == []


async def test_include_key_changes_nothing_for_anybody(app, client, people):
    for role in ("admin", "user", "web"):
        caller = client.signed_in(getattr(people, role).token)
        row = await made(caller, api_key=KEY)
        plain = await caller.get(f"{BASE}/providers/{row['id']}")
        assert (await caller.get(f"{BASE}/providers/{row['id']}?include_key=true")).content == plain.content
        assert KEY not in plain.text
        assert await status_of(caller, "GET", f"{BASE}/providers?include_key=true") == 200
