"""The service that stands for Meta is as strict as Meta: what it lets through would get through there."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import aiohttp
import pytest
from tests.support.fakes.whatsapp import FakeWhatsApp
from tests.support.fakes.whatsapp.description import described, problems_of_message, problems_of_update
from tests.support.fakes.whatsapp.people import update_of
from tests.support.fakes.whatsapp.service import signed
from tests.support.fakes.whatsapp.world import WINDOW_S

ID, TOKEN, PHONE = "1065", "EAA", "79991234567"
TO = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": PHONE}
Post = Callable[[dict[str, Any]], Any]


def text(body: str) -> dict[str, Any]:
    return TO | {"type": "text", "text": {"body": body}}


def buttons(*titles: str, body: str = "?", ids: list[str] | None = None) -> dict[str, Any]:
    made = [{"type": "reply", "reply": {"id": (ids or titles)[n], "title": title}} for n, title in enumerate(titles)]
    return TO | {
        "type": "interactive",
        "interactive": {"type": "button", "body": {"text": body}, "action": {"buttons": made}},
    }


def rows(*titles: str, **more: str) -> dict[str, Any]:
    made = [{"id": str(n), "title": title, **more} for n, title in enumerate(titles)]
    action = {"button": "Выбрать", "sections": [{"rows": made}]}
    return TO | {"type": "interactive", "interactive": {"type": "list", "body": {"text": "?"}, "action": action}}


def template(*parameters: str, name: str = "answer", language: str = "ru") -> dict[str, Any]:
    body = {"type": "body", "parameters": [{"type": "text", "text": one} for one in parameters]}
    about = {"name": name, "language": {"policy": "deterministic", "code": language}, "components": [body]}
    return TO | {"type": "template", "template": about}


async def asked(fake: FakeWhatsApp, body: dict[str, Any], token: str = TOKEN) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(f"{fake.api_url}/{ID}/messages", json=body) as answer:
            return answer.status, await answer.json()


async def service() -> AsyncGenerator[FakeWhatsApp, None]:
    async with FakeWhatsApp() as fake:
        fake.number(ID, TOKEN, "shh")
        fake.template("answer", "ru")
        await fake.people.say(ID, PHONE, "?")
        yield fake


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (text("x" * 4097), 100),
        (text(" \n "), 100),
        (text("👍" * 2049), 100),
        (TO | {"type": "text"}, 100),
        (TO | {"type": "poll", "poll": {}}, 131051),
        ({"type": "text", "text": {"body": "x"}}, 100),
        (text("x") | {"to": "", "recipient": ""}, 100),
        (text("x") | {"to": "15550000000"}, 131026),
        (text("x") | {"to": "RU.13491208655302741918"}, 131026),
        (buttons("a", "b", "c", "d"), 100),
        (buttons("x" * 21), 100),
        (buttons("a", "a", ids=["1", "2"]), 100),
        (buttons("a", "b", ids=["1", "1"]), 100),
        (buttons("a", body="x" * 1025), 100),
        (rows(*map(str, range(11))), 100),
        (rows("x" * 25), 100),
        (rows("x", description="x" * 73), 100),
        (TO | {"type": "image", "image": {"id": "1"}}, 131053),
        (template("a", "b"), 132000),
        (template("a", language="de"), 132001),
        (template("a\nb"), 132018),
        (template("a     b"), 132018),
        (template("x" * 1025), 132005),
    ],
)
async def test_what_meta_refuses_is_refused(body: dict[str, Any], code: int) -> None:
    async for fake in service():
        status, answer = await asked(fake, body)
        assert status >= 400
        assert answer["error"]["code"] == code


@pytest.mark.parametrize(
    "body",
    [text("x" * 4096), buttons("a", "b" * 20), rows(*map(str, range(10))), template("x" * 1024), TO | {
        "type": "reaction", "reaction": {"message_id": "m", "emoji": "👍"}
    }],
)  # fmt: skip
async def test_what_meta_takes_is_taken(body: dict[str, Any]) -> None:
    async for fake in service():
        status, answer = await asked(fake, body)
        assert (status, fake.violations) == (200, [])
        assert answer["messages"][0]["id"].startswith("wamid.")


async def test_the_window_closes_after_a_day_and_opens_with_a_message() -> None:
    async for fake in service():
        fake.world.numbers[ID].people[PHONE].last_wrote -= WINDOW_S + 1
        assert (await asked(fake, text("x")))[1]["error"]["code"] == 131047
        assert (await asked(fake, template("x")))[0] == 200
        await fake.people.say(ID, PHONE, "?")
        assert (await asked(fake, text("x")))[0] == 200


async def test_without_the_token_there_is_nothing() -> None:
    async for fake in service():
        assert (await asked(fake, text("x"), "guessed"))[1]["error"]["code"] == 190
        file = fake.world.keep(b"x", "image/png")
        async with aiohttp.ClientSession() as session, session.get(f"{fake.url}/media/{file.id}") as answer:
            assert answer.status == 401


async def test_statuses_follow_by_themselves_where_told() -> None:
    heard: list[dict[str, Any]] = []
    async with FakeWhatsApp(progress=("sent", "delivered")) as fake:
        number = fake.number(ID, TOKEN, "shh")
        await fake.people.person(ID, PHONE, user_id="RU.1")
        await fake.people.say(ID, PHONE, "?")
        fake.deliver = lambda _, update: heard.append(update)  # type: ignore[method-assign]
        fake.people._deliver = fake.deliver
        await asked(fake, text("x"))
        [sent] = number.sent
    states = [one["entry"][0]["changes"][0]["value"]["statuses"][0] for one in heard]
    assert [(one["id"], one["status"], one["recipient_user_id"]) for one in states] == [
        (sent, "sent", "RU.1"),
        (sent, "delivered", "RU.1"),
    ]


def test_a_signature_is_of_the_body_and_the_secret() -> None:
    right = signed("shh", b"{}")
    assert right != signed("shh", b"{} ")
    assert right != signed("shh", b"{}", "wrong")
    assert signed("shh", b"{}", "empty") == signed("", b"{}")
    assert signed("shh", b"{}", "absent") == {}


def test_what_the_description_forbids_is_noticed() -> None:
    described()
    assert problems_of_message(text("x")) == []
    assert problems_of_message(text("x") | {"silent": True})
    assert problems_of_message({**text("x"), "recipient_type": "everybody"})
    assert problems_of_message(TO | {"type": "image", "image": {"caption": "no id"}})
    assert problems_of_message({"messaging_product": "whatsapp", "status": "seen", "message_id": "m"})


def test_what_no_example_has_is_noticed_in_an_update() -> None:
    described()
    from tests.support.fakes.whatsapp.world import Number

    number = Number(ID, TOKEN, "shh")
    message = {"id": "m", "from": PHONE, "timestamp": "1", "type": "text", "text": {"body": "x"}}
    assert problems_of_update(update_of(number, {"messages": [message]})) == []
    assert problems_of_update(update_of(number, {"messages": [message | {"mood": "good"}]}))
