"""What an owner can set on a Telegram instance."""

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from secretary.channels.messenger import MessengerSettings
from secretary.kernel.errors import Invalid
from secretary.kernel.text import CleanText

API_URL: Final = "https://api.telegram.org"
TOKEN: Final = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,200}")
_USER: Final = re.compile(r"@?(?:\d{1,20}|[a-z][a-z0-9_]{3,31})")
_PROXY: Final = re.compile(r"(?:https?|socks5h?|socks4)://\S{1,500}")


def _user(given: object) -> str:
    """An id, or a name with its `@`, in lower case. Raises Invalid."""
    text = str(given).strip().lower().removeprefix("https://t.me/")
    if not _USER.fullmatch(text):
        raise Invalid(
            "telegram_bad_user",
            en=f"“{text[:60]}” is no Telegram user. Write the number of the account or the name like @maria.",
            ru=f"«{text[:60]}» — не пользователь Telegram. Укажите номер аккаунта или имя вида @maria.",
        )
    name = text.removeprefix("@")
    return name if name.isdigit() else f"@{name}"


def _api_url(url: str) -> str:
    """The address of a Bot API server without its last slash; empty for Telegram's own. Raises Invalid."""
    url = url.strip().rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
        raise Invalid(
            "telegram_bad_api_url",
            en="This is no address of a Bot API server. Write it like https://api.telegram.org or leave it empty.",
            ru="Это не адрес сервера Bot API. Укажите его в виде https://api.telegram.org или оставьте пустым.",
        )
    return "" if url == API_URL else url


Pasted = Annotated[str, AfterValidator(str.strip)]
UserRef = Annotated[str, BeforeValidator(_user)]


class ActionButton(BaseModel):
    """A button under the greeting; tapping it sends `value`, or the label where it is empty."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[CleanText, Field(max_length=50)] = ""
    label: Annotated[CleanText, Field(min_length=1, max_length=60)]
    value: Annotated[CleanText, Field(max_length=1000)] = Field(
        default="", validation_alias=AliasChoices("value", "prompt")
    )


class TelegramSettings(MessengerSettings):
    """The settings of one bot; empty texts stand for the default in the customer's language.

    With `allowed_users` nobody else but `admin_users` may write. `groups`: answer who addresses the bot, everybody, or
    nobody.
    """

    api_url: Annotated[str, Field(max_length=300), AfterValidator(_api_url)] = ""
    allowed_users: list[UserRef] = Field(default=[], max_length=1000)
    admin_users: list[UserRef] = Field(default=[], max_length=100)
    action_buttons: list[ActionButton] = Field(default=[], max_length=12)
    mode: Literal["auto", "polling", "webhook"] = "auto"
    groups: Literal["addressed", "all", "off"] = "addressed"


class TelegramSecrets(BaseModel):
    """What is sealed. `proxy` may hold a password: `socks5://user:password@host:port`."""

    model_config = ConfigDict(extra="ignore")

    bot_token: Pasted = Field(default="", max_length=300, repr=False)
    proxy: Pasted = Field(default="", max_length=500, repr=False)


def check_ready(secrets: TelegramSecrets) -> None:
    """Raises Invalid naming what is missing or cannot be right."""
    if not secrets.bot_token:
        raise _refused(
            "telegram_token_missing",
            "bot_token",
            en="Enter the bot's token: @BotFather in Telegram gives it.",
            ru="Укажите токен бота: его выдаёт @BotFather в Telegram.",
        )
    if not TOKEN.fullmatch(secrets.bot_token):
        raise _refused(
            "telegram_token_wrong",
            "bot_token",
            en="This is no bot token. Copy the whole line from @BotFather; it looks like 123456789:AAE…",
            ru="Это не токен бота. Скопируйте строку из @BotFather целиком; она выглядит так: 123456789:AAE…",
        )
    if secrets.proxy and not _PROXY.fullmatch(secrets.proxy):
        raise _refused(
            "telegram_proxy_wrong",
            "proxy",
            en="This is no proxy address. Write it like socks5://user:password@host:1080.",
            ru="Это не адрес прокси. Укажите его в виде socks5://имя:пароль@узел:1080.",
        )


def _refused(code: str, field: str, *, en: str, ru: str) -> Invalid:
    return Invalid(code, en=en, ru=ru, fields={"field": field})
