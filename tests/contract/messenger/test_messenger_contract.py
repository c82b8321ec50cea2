"""What every messenger promises the house, whichever provider is behind it."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.contract.messenger.services import SERVICES, Service, address_of

from secretary.channels.messenger import Outgoing, Said, Tapped
from secretary.conversations.ports import QuickReply, Source
from secretary.kernel.errors import Invalid, Upstream

pytestmark = pytest.mark.parametrize("open_service", SERVICES, ids=lambda one: one.__name__)
Open = Callable[[], Any]
LONG = "Лодка **быстрая**, цена `400`. " * 400


async def answered(service: Service, text: str, **about: Any) -> list[str]:
    """Somebody asks, and is answered; the ids of the parts."""
    await service.say("?")
    [said] = await service.heard(1)
    parts = service.messenger.render(Outgoing(text, **about), service.view.settings)
    return [await service.line.send(address_of(said), part) for part in parts]


async def fails(service: Service) -> Upstream:
    with pytest.raises(Upstream) as failed:
        await answered(service, "Да")
    assert service.token not in f"{failed.value} {failed.value.__context__!r} {failed.value.__cause__!r}"
    return failed.value


async def test_what_is_said_is_heard_and_can_be_answered(open_service: Open) -> None:
    async with open_service() as service:
        await service.say("Вы открыты? 😀 שלום")
        [said] = await service.heard(1)
        assert isinstance(said, Said)
        assert (said.text, said.is_group, said.is_addressed, said.is_start) == (
            "Вы открыты? 😀 שלום",
            False,
            True,
            False,
        )
        assert said.person.key
        assert said.message_id
        [sent] = await answered(service, "Да, **до шести**.")
        assert sent
        assert len(service.shown()) == 1


async def test_a_long_answer_comes_whole_in_order_and_in_pieces_that_fit(open_service: Open) -> None:
    async with open_service() as service:
        ids = await answered(service, LONG)
        shown = service.shown()
        limit = service.messenger.capabilities.max_characters
        assert len(set(ids)) == len(ids) == len(shown) > 1
        assert limit
        assert all(len(text.encode("utf-16-le")) // 2 <= limit for text in shown)
        plain = " ".join(shown).replace("*", "").replace("`", "").split()
        assert plain == LONG.replace("*", "").replace("`", "").split()


async def test_rendering_twice_gives_the_same(open_service: Open) -> None:
    """A message that was sent in part goes on from where it stood."""
    async with open_service() as service:
        message = Outgoing(LONG, [Source(title="Прайс", url="https://a.example")], [QuickReply(label="Да", value="да")])
        render = service.messenger.render
        assert render(message, service.view.settings) == render(message, service.view.settings)
        assert len(render(Outgoing(""), service.view.settings)) == 1


async def test_a_button_that_is_tapped_says_its_value(open_service: Open) -> None:
    async with open_service() as service:
        buttons = [QuickReply(label="Да", value="Да, беру"), QuickReply(label="Нет", value="Нет, дорого")]
        await answered(service, "Берёте?", buttons=buttons, actions=[[QuickReply(label="Взять", value="!take:1")]])
        for number in range(3):
            await service.tap("", number)
        taps = [one for one in await service.heard(4) if isinstance(one, Tapped)]
        assert [one.value for one in taps] == ["Да, беру", "Нет, дорого", "!take:1"]
        assert [address_of(one) for one in taps] == [address_of(taps[0])] * 3


@pytest.mark.parametrize(
    ("about", "code", "is_retryable"),
    [
        (("refuse", {"status": 500}), "channel_unreachable", True),
        (("refuse", {"status": 429, "retry_after": 3}), "channel_busy", True),
        (("close", {}), "channel_unreachable", True),
        (("close", {"is_done": True}), "channel_unreachable", True),
    ],
)
async def test_what_passes_is_tried_again(open_service: Open, about: Any, code: str, is_retryable: bool) -> None:
    async with open_service() as service:
        kind, details = about
        service.fake.misbehave(kind, methods=[service.sending], **details)
        failed = await fails(service)
        assert (failed.code, failed.retryable) == (code, is_retryable)
        await answered(service, "Да")


async def test_a_token_that_was_taken_back_stops_the_instance(open_service: Open) -> None:
    async with open_service() as service:
        await service.say("?")
        [said] = await service.heard(1)
        await service.revoke()
        for work in (service.line.open("", ""), service.line.send(address_of(said), text(service))):
            with pytest.raises(Upstream) as failed:
                await work
            assert (failed.value.code, failed.value.retryable) == ("channel_token", False)


def text(service: Service) -> Any:
    return service.messenger.render(Outgoing("Да"), service.view.settings)[0]


async def test_a_file_is_fetched_as_far_as_it_is_wanted(open_service: Open) -> None:
    async with open_service() as service:
        await service.send_file(5_000)
        [said] = await service.heard(1)
        assert isinstance(said, Said)
        [file] = said.files
        assert file.kind == "file"
        data, media_type = await service.line.fetch(file.ref, 10_000)
        assert (len(data), media_type) == (5_000, "application/octet-stream")
        with pytest.raises(Invalid, match="channel_file_too_large"):
            await service.line.fetch(file.ref, 4_999)


async def test_only_the_provider_is_believed(open_service: Open) -> None:
    async with open_service() as service:
        believed = {}
        for signature in ("right", "wrong", "empty", "absent"):
            request, secret = service.knock(signature)
            believed[signature] = service.messenger.admits(request, service.view.settings, service.secrets, secret)
        assert believed == {"right": True, "wrong": False, "empty": False, "absent": False}


async def test_without_a_secret_nobody_is_believed(open_service: Open) -> None:
    async with open_service() as service:
        nothing = service.messenger.secrets()
        for signature in ("right", "wrong", "empty", "absent"):
            request, _ = service.knock(signature)
            assert not service.messenger.admits(request, service.view.settings, nothing, "")


async def test_it_cannot_start_without_what_it_needs(open_service: Open) -> None:
    async with open_service() as service:
        with pytest.raises(Invalid) as refused:
            service.messenger.ready(service.messenger.settings(), service.messenger.secrets())
        assert refused.value.fields
        assert service.messenger.identity(service.messenger.settings(), service.messenger.secrets()) == ""
        assert service.messenger.identity(service.view.settings, service.secrets)


async def test_a_person_is_written_to_by_his_key(open_service: Open) -> None:
    async with open_service() as service:
        await service.say("?")
        [said] = await service.heard(1)
        assert isinstance(said, Said)
        assert await service.line.send(service.messenger.address_of(said.person.key), text(service))


@pytest.mark.parametrize("payload", [{}, {"update_id": 1}, {"kind": "new"}, {"entry": 5}, {"message": []}])
async def test_what_nobody_knows_breaks_nothing(open_service: Open, payload: dict[str, Any]) -> None:
    async with open_service() as service:
        assert all(type(one).__name__ == "Unknown" for one in service.messenger.read(payload, service.view))


async def test_connecting_asks_nobody_and_closing_may_be_repeated(open_service: Open) -> None:
    async with open_service() as service:
        line = service.messenger.connect(service.view, service.secrets)
        await line.close()
        await line.close()
        assert not service.fake.calls
        capabilities = service.messenger.capabilities
        assert capabilities.max_file_bytes > 0
        assert capabilities.pace.per_second > 0
