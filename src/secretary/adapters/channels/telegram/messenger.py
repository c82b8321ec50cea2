"""Telegram as a messenger: implements `channels.messenger.Messenger`."""

import hmac
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from secretary.adapters.channels.telegram.api import BotApi
from secretary.adapters.channels.telegram.connection import MAX_DOWNLOAD, TelegramConnection
from secretary.adapters.channels.telegram.reading.batches import split_body
from secretary.adapters.channels.telegram.reading.texts import Us
from secretary.adapters.channels.telegram.reading.updates import read_update
from secretary.adapters.channels.telegram.rendering.keyboard import MAX_BUTTONS
from secretary.adapters.channels.telegram.rendering.messages import MAX_CAPTION, MAX_TEXT, parts_of
from secretary.adapters.channels.telegram.settings import TelegramSecrets, TelegramSettings, check_ready
from secretary.channels.messenger import Address, Incoming, Outgoing, Part, RawUpdate, Said, Tapped, WebhookRequest
from secretary.channels.ports import Capabilities, InstanceView, Pace
from secretary.kernel.http import HttpClient

KIND = "telegram"
_SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 -- the header's name


class TelegramMessenger:
    """Every bot of this process. Who a bot is, Telegram says when its connection is opened or has sent something."""

    kind = KIND
    # 30 messages a second in all and one a second in a chat (core.telegram.org/bots/faq, 2026-11), less what others
    # of our processes may send.
    capabilities = Capabilities(
        streams=True,
        buttons=True,
        markdown=True,
        max_characters=MAX_TEXT,
        max_caption=MAX_CAPTION,
        max_buttons=MAX_BUTTONS,
        voice=True,
        files=True,
        max_file_bytes=MAX_DOWNLOAD,
        edits=True,
        typing=True,
        starts=False,
        pace=Pace(per_second=28.0, per_chat_s=1.05),
    )
    settings = TelegramSettings
    secrets = TelegramSecrets
    polls = True

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._us: dict[str, Us] = {}

    def identity(self, settings: TelegramSettings, secrets: TelegramSecrets) -> str:
        """As the port says: a bot, whatever its token is now."""
        del settings
        return secrets.bot_token.partition(":")[0]

    def address_of(self, person_key: str) -> Address:
        """As the port says."""
        return {"chat_id": int(person_key) if person_key.lstrip("-").isdigit() else person_key}

    def connect(self, instance: InstanceView[TelegramSettings], secrets: TelegramSecrets) -> TelegramConnection:
        """As the port says."""
        number = secrets.bot_token.partition(":")[0]
        known = self._us.get(instance.id)
        if number.isdigit() and (known is None or known.id != int(number)):
            self._us[instance.id] = Us(int(number))

        def met(bot_id: int, username: str) -> None:
            self._us[instance.id] = Us(bot_id, username)

        api = BotApi(self._http, secrets.bot_token, instance.settings.api_url, secrets.proxy)
        return TelegramConnection(api, met, types=instance.settings.typing_enabled)

    def ready(self, settings: TelegramSettings, secrets: TelegramSecrets) -> None:
        """As the port says."""
        del settings
        check_ready(secrets)

    def admits(
        self, request: WebhookRequest, settings: TelegramSettings, secrets: TelegramSecrets, webhook_secret: str
    ) -> bool:
        """As the port says."""
        del settings, secrets
        given = request.headers.get(_SECRET_HEADER, "")
        return bool(webhook_secret) and hmac.compare_digest(given.encode(), webhook_secret.encode())

    def handshake(self, request: WebhookRequest, secrets: TelegramSecrets) -> None:
        """Telegram never asks."""
        del request, secrets

    def split(self, body: bytes) -> Sequence[RawUpdate]:
        """As the port says."""
        return split_body(body)

    def read(self, payload: Mapping[str, JsonValue], instance: InstanceView[TelegramSettings]) -> Sequence[Incoming]:
        """As the port says."""
        return read_update(payload, self._us.get(instance.id, Us(0)), instance.settings.groups)

    def render(self, message: Outgoing, settings: TelegramSettings) -> Sequence[Part]:
        """As the port says."""
        del settings
        return parts_of(message)

    def admitted(self, said: Said | Tapped, settings: TelegramSettings) -> bool:
        """As the port says: everybody, or those on the list and the administrators."""
        if not settings.allowed_users:
            return True
        names = {said.person.key, f"@{said.person.username.lower()}"} - {"@"}
        return not names.isdisjoint([*settings.allowed_users, *settings.admin_users])
