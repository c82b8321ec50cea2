"""One business number at Meta: who we are, sending, files. Implements `channels.messenger.Connection`."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import structlog
from pydantic import JsonValue

from secretary.adapters.channels.whatsapp.faults import fault, refused
from secretary.adapters.channels.whatsapp.graph import Graph
from secretary.adapters.channels.whatsapp.rendering import SEND
from secretary.adapters.channels.whatsapp.settings import WhatsAppSecrets, WhatsAppSettings
from secretary.channels.messenger import Address, Identity, OutFile, Part, RawUpdate
from secretary.kernel.errors import Internal, Upstream
from secretary.kernel.http import HttpClient

_FIELDS: Final = "id,display_phone_number,verified_name"
_MEDIA_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
_log = structlog.get_logger()


class WhatsAppConnection:
    """The requests of one instance."""

    def __init__(self, http: HttpClient, settings: WhatsAppSettings, secrets: WhatsAppSecrets) -> None:
        self._graph = Graph(http, settings.api_url, secrets.access_token)
        self._settings = settings
        self._verify_token = secrets.verify_token

    async def open(self, webhook_url: str, webhook_secret: str) -> Identity:
        """Who we are, by the number's own record; and have Meta send us this number's updates.

        A refusal of the latter is logged: the owner can enter the address at Meta himself. Repeatable.
        """
        del webhook_secret  # Meta signs with the app's secret
        number = self._settings.phone_number_id
        try:
            about = await self._graph.get(f"{number}?fields={_FIELDS}")
        except Upstream as error:
            raise _clearer(error) from error
        if webhook_url.startswith("https://"):
            await self._subscribe(webhook_url)
        shown = str(about.get("display_phone_number") or "")
        digits = "".join(filter(str.isdigit, shown))
        return Identity(
            str(about.get("id") or number),
            " · ".join(filter(None, [str(about.get("verified_name") or ""), shown])),
            f"https://wa.me/{digits}" if digits else "",
        )

    async def _subscribe(self, webhook_url: str) -> None:
        """An app gets nothing of an account that it is not subscribed to; a number may have an address of its own."""
        override = {"override_callback_uri": webhook_url, "verify_token": self._verify_token}
        try:
            if self._settings.waba_id:
                await self._graph.post(f"{self._settings.waba_id}/subscribed_apps", {})
            await self._graph.post(self._settings.phone_number_id, {"webhook_configuration": override})
        except Upstream as error:
            if error.retryable:
                raise
            _log.warning("whatsapp_webhook_not_entered", code=error.code)

    def poll(self, after: int | None) -> AsyncIterator[Sequence[RawUpdate]]:
        """Meta cannot be asked for updates."""
        del after
        raise Internal("channel_does_not_poll", en="WhatsApp is not polled.", ru="WhatsApp не опрашивают.")

    async def send(self, address: Address, part: Part, shown_id: str = "") -> str:
        """Bring one part; a file is brought to Meta first. Meta takes no idempotency key."""
        del shown_id
        body = dict(part.body)
        if part.file is not None:
            kind = str(body["type"])
            about = body[kind]
            media_id = await self._graph.upload(self._settings.phone_number_id, part.file, _type_of(part.file))
            body[kind] = {**(about if isinstance(about, dict) else {}), "id": media_id}
        where = {name: value for name, value in address.items() if value}
        answer = await self._post({"recipient_type": "individual", **where, **body}, part.method)
        return _message_id(answer)

    async def typing(self, address: Address, quoted_id: str = "") -> None:
        """Show for 25 seconds at most that we are at it; that needs the customer's message, which is then read."""
        del address
        if not quoted_id or not self._settings.typing_enabled:
            return
        await self._post({"status": "read", "message_id": quoted_id, "typing_indicator": {"type": "text"}}, SEND)

    async def show(self, address: Address, answer_id: str, text: str, shown_id: str = "") -> str:
        """Nothing: WhatsApp has neither drafts nor edits."""
        del address, answer_id, text, shown_id
        return ""

    async def tapped(self, callback_id: str, text: str = "") -> None:
        """Nothing: a tap is a message here."""
        del callback_id, text

    async def fetch(self, ref: Mapping[str, JsonValue], max_bytes: int) -> tuple[bytes, str]:
        media_id = ref.get("id")
        if not isinstance(media_id, str) or not _MEDIA_ID.fullmatch(media_id):
            raise fault("channel_file_gone")
        return await self._graph.download(media_id, max_bytes)

    async def close(self) -> None:
        """Nothing is held: the HTTP client is the house's."""

    async def _post(self, body: Mapping[str, Any], method: str) -> Mapping[str, Any]:
        path = f"{self._settings.phone_number_id}/{method}"
        return await self._graph.post(path, {"messaging_product": "whatsapp", **body})


def _message_id(answer: Mapping[str, Any]) -> str:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    found = first.get("id") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""


def _type_of(file: OutFile) -> str:
    kind = file.media_type.partition(";")[0].strip().lower()
    return kind if re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", kind) else "application/octet-stream"


def _clearer(error: Upstream) -> Upstream:
    """Meta says no more than "unsupported get request" where the number's id is wrong or not this token's."""
    if error.code != "channel_refused" or "(100)" not in error.en:
        return error
    return refused(
        "Meta knows no number with this id that the access token may use."
        " Copy the phone number ID (not the number itself) from WhatsApp › API Setup.",
        "Meta не знает номера с таким идентификатором, доступного этому токену."
        " Скопируйте Phone number ID (не сам номер) из раздела WhatsApp › API Setup.",
    )
