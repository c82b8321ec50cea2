"""WhatsApp as a messenger: what it is and can do. Implements `channels.messenger.Messenger`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import JsonValue

from secretary.adapters.channels.whatsapp.border import challenge_of, is_signed
from secretary.adapters.channels.whatsapp.connection import WhatsAppConnection
from secretary.adapters.channels.whatsapp.options import MAX_ROWS
from secretary.adapters.channels.whatsapp.reading import read
from secretary.adapters.channels.whatsapp.rendering import MAX_CAPTION, MAX_TEXT, render
from secretary.adapters.channels.whatsapp.settings import WhatsAppSecrets, WhatsAppSettings
from secretary.adapters.channels.whatsapp.splitting import split
from secretary.channels.messenger import (
    Address,
    Connection,
    Incoming,
    Outgoing,
    Part,
    RawUpdate,
    Said,
    Tapped,
    WebhookRequest,
)
from secretary.channels.ports import Capabilities, InstanceView, Pace
from secretary.kernel.errors import Invalid
from secretary.kernel.http import HttpClient

KIND = "whatsapp"
_NEEDED = {
    "phone_number_id": ("the phone number ID", "идентификатор номера (Phone number ID)"),
    "access_token": ("the access token", "токен доступа"),
    "app_secret": ("the app secret", "секрет приложения (App secret)"),
    "verify_token": ("the verify token", "проверочный токен (Verify token)"),
}


class WhatsAppMessenger:
    """Business numbers at Meta's Cloud API."""

    kind = KIND
    settings = WhatsAppSettings
    secrets = WhatsAppSecrets
    polls = False
    capabilities = Capabilities(
        streams=False,
        buttons=True,
        markdown=True,
        max_characters=MAX_TEXT,
        max_caption=MAX_CAPTION,
        max_buttons=MAX_ROWS,
        voice=True,
        files=True,
        max_file_bytes=100_000_000,
        typing=True,
        starts=False,
        reply_window=timedelta(hours=24),
        # 80 a second for a number; to one person 1 in 6 s in the long run, but 45 at once are taken (Meta, 2026-05):
        # the parts of one answer go out together, and who writes too much is told to wait by 131056.
        pace=Pace(per_second=80.0),
    )

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def connect(self, instance: InstanceView[WhatsAppSettings], secrets: WhatsAppSecrets) -> Connection:
        return WhatsAppConnection(self._http, instance.settings, secrets)

    def identity(self, settings: WhatsAppSettings, secrets: WhatsAppSecrets) -> str:
        """The number: one token may serve all numbers of a business."""
        return settings.phone_number_id if secrets.access_token else ""

    def address_of(self, person_key: str) -> Address:
        """A number, or the id of who hides it."""
        return {"to": person_key} if person_key.isdigit() else {"recipient": person_key}

    def ready(self, settings: WhatsAppSettings, secrets: WhatsAppSecrets) -> None:
        """Without the app's secret no update could be believed, and without the verify token Meta would send none."""
        for name, (en, ru) in _NEEDED.items():
            if not getattr(settings, name, "") and not getattr(secrets, name, ""):
                raise Invalid(
                    "channel_not_ready",
                    en=f"Enter {en} first.",
                    ru=f"Сначала укажите {ru}.",
                    fields={"field": name},
                )

    def admits(self, request: WebhookRequest, settings: Any, secrets: WhatsAppSecrets, webhook_secret: str) -> bool:
        del settings, webhook_secret
        return is_signed(request, secrets.app_secret)

    def handshake(self, request: WebhookRequest, secrets: WhatsAppSecrets) -> str | None:
        return challenge_of(request, secrets)

    def split(self, body: bytes) -> Sequence[RawUpdate]:
        return split(body)

    def read(self, payload: Mapping[str, JsonValue], instance: InstanceView[WhatsAppSettings]) -> Sequence[Incoming]:
        return read(payload, instance.settings.phone_number_id)

    def render(self, message: Outgoing, settings: WhatsAppSettings) -> Sequence[Part]:
        return render(message, settings)

    def admitted(self, said: Said | Tapped, settings: WhatsAppSettings) -> bool:
        """By number, or by the id of who hides it. A block outweighs; an empty allow-list lets everybody in."""
        known = {said.person.key, said.person.phone.removeprefix("+")} - {""}
        if known & set(settings.blocked_phones):
            return False
        return not settings.allowed_phones or bool(known & set(settings.allowed_phones))
