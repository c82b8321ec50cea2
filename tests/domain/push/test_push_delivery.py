"""A message that waits for a person reaches the phones of those who may see it, and nobody else's."""

from urllib.parse import quote

import pytest
from sqlalchemy import select
from tests.support.people import sign_in_again
from tests.support.push import Browser, PushService, said
from tests.support.visitor import Visitor

from secretary.assistant import service as assistants
from secretary.assistant.hours.shapes import BusinessHours
from secretary.assistant.models import Request
from secretary.assistant.service import AssistantFields
from secretary.conversations.handover import service as handover
from secretary.kernel.errors import RateLimited, SecretaryError, Upstream
from secretary.kernel.jobs import claim, complete
from secretary.operations.push.delivery import TELL, Postman
from secretary.operations.push.models import PushDevice, PushKey

OUTBOX = "outbox.push"


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"push_hosts": ("127.0.0.1",), "allowed_private_hosts": ("127.0.0.1",)})


@pytest.fixture
def service(run):
    started = PushService()
    run(started.start())
    yield started
    run(started.stop())


class Phone:
    """A browser that somebody has switched notifications on in."""

    def __init__(self, api, service, name):
        self.api, self.browser, self.name = api, Browser(), name
        self.endpoint = f"{service.url}/send/{quote(name)}"

    async def switch_on(self, **fields):
        body = {"endpoint": self.endpoint, "p256dh": self.browser.p256dh, "auth": self.browser.auth, "name": self.name}
        answer = await self.api.post("/admin/push/devices", body | fields)
        assert answer.status == 201, answer.text
        self.id = answer.json()["device"]["id"]
        return answer.json()["device"]


@pytest.fixture
def phone(client, people, service, run):
    """The admin's; the key has been asked for, as a browser must."""
    admin = client.signed_in(people.admin.token)
    assert run(admin.get("/admin/push/key")).status == 200
    return Phone(admin, service, "Телефон")


async def work_off(app):
    """Every job of push that is due, as a worker does them; what a handler raised comes back."""
    handlers = Postman(app.units, app.devices, app.http, "mailto:owner@example.com").handlers()
    raised = []
    while True:
        async with app.units.write() as unit:
            jobs = await claim(unit, list(handlers), unit.new_id(), 60)
        if not jobs:
            return raised
        for job in jobs:
            try:
                await handlers[job.kind](job)
            except SecretaryError as error:
                raised.append(error)
            if job.kind == OUTBOX:
                async with app.units.write() as unit:
                    await complete(unit, job)


async def leave_message(client, *, urgency="срочно", name="Ольга"):
    visitor = await Visitor.arrive(client)
    for text in ("позовите человека", "Хочу вернуть лампу", "да", "+7 900 000-00-00", name, urgency, "утром"):
        await visitor.say(text)
    return visitor


async def office(app):
    """Somebody is always there."""
    every = {day: [{"from": "00:00", "to": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    async with app.units.write() as unit:
        assistant = await assistants.get_default(unit)
        fields = AssistantFields(hours=BusinessHours.model_validate({"weekly": every}))
        await assistants.change(unit, assistant, fields)


async def test_a_message_taken_reaches_the_phone(app, client, phone, service):
    await phone.switch_on()
    visitor = await leave_message(client)
    assert await work_off(app) == []
    [body] = service.bodies
    notice = said(phone.browser, body)
    assert notice["title"] == "Срочное сообщение: Ольга"
    assert notice["body"] == "Хочу вернуть лампу"
    assert notice["session_id"] == visitor.session_id
    headers = service.headers[0]
    assert (headers["content-encoding"], headers["urgency"], headers["ttl"]) == ("aes128gcm", "high", "86400")
    assert headers["topic"] == notice["id"].replace("-", "")
    assert "лампу".encode() not in body


async def test_conversation_that_waits_for_a_person_reaches_the_phone_as_long_as_it_waits(app, client, phone, service):
    await phone.switch_on()
    await office(app)
    visitor = await Visitor.arrive(client)
    for text in ("Сколько стоит доставка?", "Позовите оператора"):
        await visitor.say(text)
    assert await work_off(app) == []
    [body] = service.bodies
    notice = said(phone.browser, body)
    assert (notice["kind"], notice["title"]) == ("handover", "Клиент ждёт человека")
    assert (notice["body"], notice["session_id"]) == ("Позовите оператора", visitor.session_id)
    assert service.headers[0]["urgency"] == "high"
    assert 0 < int(service.headers[0]["ttl"]) <= 600
    other = await Visitor.arrive(client)
    await other.say("Позовите оператора")
    async with app.units.write() as unit:
        await handover.give_back(unit, other.session_id)
    assert await work_off(app) == []
    assert len(service.bodies) == 1, "nobody waits any more"


async def test_the_sender_proves_who_he_is_with_the_key_that_browsers_know(app, client, phone, service):
    await phone.switch_on()
    await leave_message(client)
    await work_off(app)
    claims = service.sender(0, app.units.clock())
    key = (await phone.api.get("/admin/push/key")).json()["public_key"]
    assert claims["key"] == key
    assert claims["sub"] == "mailto:owner@example.com"


async def test_only_those_who_may_see_the_message_are_told(app, client, people, phone, service):
    stranger = Phone(client.signed_in(people.user.token), service, "user")
    guest = client.signed_in(people.guest.token)
    await phone.switch_on()
    await stranger.switch_on()
    browser = Browser()
    body = {"endpoint": f"{service.url}/send/g", "p256dh": browser.p256dh, "auth": browser.auth}
    assert (await guest.post("/admin/push/devices", body)).status == 403
    async with app.units.write() as unit:
        row = await unit.db.get(PushDevice, stranger.id)
        row.user_id, row.session_id = people.guest.id, await session_of(app, people.guest)
    await leave_message(client)
    await work_off(app)
    assert len(service.bodies) == 1
    assert said(phone.browser, service.bodies[0])["kind"] == "request"


async def session_of(app, person):
    return (await app.authenticator.authenticate(person.token)).session_id


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_has_left_is_forgotten(app, client, phone, service, status):
    await phone.switch_on()
    service.answers = [(status, {})]
    await leave_message(client)
    assert await work_off(app) == []
    assert (await phone.api.get("/admin/push/devices")).json() == {"devices": [], "total": 0}
    logs = (await phone.api.get("/admin/audit/logs?resource=push_device&action=delete")).json()["logs"]
    assert logs[0]["details"] == {"reason": "gone"}


@pytest.mark.parametrize(
    ("answer", "kind", "retryable"),
    [((503, {}), Upstream, True), ((400, {}), Upstream, False), ((429, {"Retry-After": "7"}), RateLimited, True)],
)
async def test_a_refusal_is_tried_again_where_that_may_help(app, client, phone, service, answer, kind, retryable):
    await phone.switch_on()
    service.answers = [answer]
    await leave_message(client)
    [error] = await work_off(app)
    assert isinstance(error, kind)
    assert getattr(error, "retryable", True) is retryable
    assert kind is Upstream or error.retry_after_s == 7
    assert phone.endpoint not in str(error)
    assert (await phone.api.get("/admin/push/devices")).json()["total"] == 1


async def test_what_somebody_has_dealt_with_rings_no_more(app, client, phone, service):
    await phone.switch_on()
    await leave_message(client)
    request_id = (await phone.api.get("/admin/requests")).json()["requests"][0]["id"]
    await phone.api.put(f"/admin/requests/{request_id}", {"status": "done"})
    await work_off(app)
    assert service.bodies == []


async def test_a_sign_in_that_is_over_hears_nothing(app, client, people, phone, service):
    again = client.signed_in(await sign_in_again(app, people.admin))
    lost = Phone(again, service, "lost")
    await lost.switch_on()
    assert (await again.post("/admin/auth/logout")).status == 204
    await leave_message(client)
    await work_off(app)
    assert service.bodies == []
    assert (await phone.api.get("/admin/push/devices")).json()["total"] == 0


async def test_one_conversation_tells_each_device_once(app, client, phone, service):
    await phone.switch_on()
    await leave_message(client)
    async with app.units.write() as unit:
        request = (await unit.db.execute(select(Request))).scalars().one()
        postman = Postman(app.units, app.devices, app.http, "mailto:owner@example.com")
        await postman.message_taken(unit, request.id, None)
    await work_off(app)
    async with app.units.write() as unit:
        await postman.message_taken(unit, request.id, None)
    await work_off(app)
    assert len(service.bodies) == 1


async def test_the_same_browser_is_one_device_whoever_signs_in(client, people, phone, service):
    first = await phone.switch_on()
    assert (await phone.switch_on())["id"] == first["id"]
    user = Phone(client.signed_in(people.user.token), service, phone.name)
    assert (await user.switch_on())["id"] == first["id"]
    assert (await phone.api.get("/admin/push/devices")).json()["total"] == 0
    assert (await user.api.get("/admin/push/devices")).json()["total"] == 1


async def test_another_users_device_is_not_there(client, people, phone):
    device = await phone.switch_on()
    other = client.signed_in(people.user.token)
    assert (await other.delete(f"/admin/push/devices/{device['id']}")).status == 404
    assert (await phone.api.delete(f"/admin/push/devices/{device['id']}")).status == 200
    assert (await phone.api.delete(f"/admin/push/devices/{device['id']}")).status == 404


async def test_a_try_out_reaches_the_callers_own_devices(app, client, people, phone, service):
    await phone.switch_on(language="en")
    await Phone(client.signed_in(people.user.token), service, "other").switch_on()
    answer = await phone.api.post("/admin/push/test")
    assert (answer.status, answer.json()["devices"]) == (202, 1)
    assert await work_off(app) == []
    assert [said(phone.browser, body)["title"] for body in service.bodies] == ["Notifications work"]


async def test_nothing_stored_or_shown_lets_others_write_to_a_browser(app, client, phone):
    await phone.switch_on()
    shown = await phone.api.get("/admin/push/devices")
    async with app.units.read() as unit:
        device = (await unit.db.execute(select(PushDevice))).scalars().one()
        key = (await unit.db.execute(select(PushKey))).scalars().one()
    for secret in (phone.endpoint, phone.browser.auth, phone.browser.p256dh):
        assert secret not in f"{device.sealed_address} {device.name} {device.host} {shown.text}"
    async with app.units.read() as unit:
        private = await app.devices.private_key(unit)
    assert private not in key.sealed_private


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"endpoint": "https://169.254.169.254/latest/meta-data"}, 422, "bad_push_address"),
        ({"endpoint": "https://example.com/push"}, 422, "bad_push_address"),
        ({"auth": "A" * 30}, 422, "bad_push_keys"),
        ({"p256dh": "A" * 87}, 422, "bad_push_keys"),
        ({"name": "x" * 10_000}, 422, "bad_request"),
        ({"surprise": 1}, 422, "bad_request"),
    ],
)
async def test_bad_devices_are_refused(phone, fields, status, code):
    body = {"endpoint": phone.endpoint, "p256dh": phone.browser.p256dh, "auth": phone.browser.auth}
    answer = await phone.api.post("/admin/push/devices", body | fields)
    assert (answer.status, answer.json()["code"]) == (status, code)


async def test_the_oldest_of_too_many_devices_goes(client, phone, service):
    await phone.switch_on()
    for number in range(20):
        await Phone(phone.api, service, f"p{number}").switch_on()
    names = [device["name"] for device in (await phone.api.get("/admin/push/devices")).json()["devices"]]
    assert len(names) == 20
    assert phone.name not in names


async def test_of_several_who_ask_first_one_makes_the_key(app):
    first = await app.devices._make_key(app.units)
    assert await app.devices._make_key(app.units) == first
    assert await app.devices.public_key(app.units) == first


async def test_without_devices_nothing_is_sent(app, client, service):
    await leave_message(client)
    assert await work_off(app) == []
    assert service.bodies == []


def test_jobs_of_push_have_a_handler(app):
    assert {TELL, OUTBOX} <= set(app.worker._handlers)
