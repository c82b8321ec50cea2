"""What the graph holds besides messages: numbers, files, templates, subscriptions."""

import hashlib
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.support.fakes.whatsapp.description import problems_of_answer
from tests.support.fakes.whatsapp.errors import Refused
from tests.support.fakes.whatsapp.world import Number, World

_MAX_FILE = 100 << 20


class Nodes:
    """Each method answers one endpoint; `given` is what was sent, `_id` the node that was asked for."""

    def __init__(self, world: World, url: Callable[[], str], violations: list[str]) -> None:
        self._world = world
        self._url = url
        self._violations = violations

    async def upload(self, number: Number, given: dict[str, Any]) -> dict[str, Any]:
        check_mine(number.id, given)
        if given.get("messaging_product") != "whatsapp" or not isinstance(given.get("file"), bytes):
            raise Refused(100, "The parameter messaging_product is required.")
        if len(given["file"]) > _MAX_FILE:
            raise Refused(131053, "File too large")
        return {"id": self._world.keep(given["file"], given["file_type"], given["file_name"]).id}

    async def get(self, number: Number, given: dict[str, Any]) -> dict[str, Any]:
        """A number, or a file's address: both are nodes of the graph."""
        file = self._world.files.get(given["_id"])
        if file is not None:
            return {
                "messaging_product": "whatsapp",
                "url": f"{self._url()}/media/{file.id}",
                "mime_type": file.media_type,
                "sha256": hashlib.sha256(file.data).hexdigest(),
                "file_size": str(file.size),
                "id": file.id,
            }
        check_mine(number.id, given)
        answer = {"id": number.id, "display_phone_number": number.display, "verified_name": number.name}
        self._violations += problems_of_answer(answer, "PhoneNumberInfo")
        return answer

    async def templates(self, number: Number, given: dict[str, Any]) -> dict[str, Any]:
        check_mine(number.waba_id, given)
        found = [
            {
                "name": one.name,
                "language": one.language,
                "status": one.status,
                "category": "UTILITY",
                "components": [{"type": "BODY", "text": one.text}],
                "id": str(index),
            }
            for index, one in enumerate(self._world.templates_of(given.get("name", "")))
        ]
        return {"data": found, "paging": {"cursors": {"before": "", "after": ""}}}

    async def subscribe(self, number: Number, given: dict[str, Any]) -> dict[str, Any]:
        check_mine(number.waba_id, given)
        number.is_subscribed = True
        return {"success": True}

    async def set_number(self, number: Number, given: dict[str, Any]) -> dict[str, Any]:
        """An own webhook for a number: asked at once whether it is ours."""
        check_mine(number.id, given)
        wanted = given.get("webhook_configuration") or {}
        if not await asks(wanted.get("override_callback_uri", ""), wanted.get("verify_token", "")):
            raise Refused(100, "The callback URL could not be validated.")
        number.webhook_url = wanted["override_callback_uri"]
        return {"success": True}


async def asks(url: str, verify_token: str) -> bool:
    """The handshake: does this address know the token?"""
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": "1158201444"}
    try:
        async with aiohttp.ClientSession() as session, session.get(url, params=query) as answer:
            return answer.status == 200 and await answer.text() == query["hub.challenge"]
    except (aiohttp.ClientError, ValueError):
        return False


def check_mine(wanted: str, given: dict[str, Any]) -> None:
    if given["_id"] != wanted:
        raise Refused(100, f"Unsupported request. Object with ID '{given['_id']}' does not exist", status=400)
