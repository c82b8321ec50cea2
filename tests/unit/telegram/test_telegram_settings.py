"""What an owner may set, who may write, and who may knock at a webhook."""

from typing import Any

import pytest
from pydantic import ValidationError

from secretary.adapters.channels.telegram.messenger import TelegramMessenger
from secretary.adapters.channels.telegram.settings import TelegramSecrets, TelegramSettings
from secretary.channels.messenger import Person, Said, WebhookRequest
from secretary.kernel.errors import Invalid
from secretary.kernel.http import HttpClient

TELEGRAM = TelegramMessenger(HttpClient())
SECRETS = TelegramSecrets(bot_token="700100:AAE-x_y")


def test_users_are_numbers_or_names_however_they_are_typed() -> None:
    settings = TelegramSettings(allowed_users=[42, "@Anna", "https://t.me/Boris_1", " 7 "])  # type: ignore[list-item]
    assert settings.allowed_users == ["42", "@anna", "@boris_1", "7"]


@pytest.mark.parametrize("user", ["", "Анна", "a b", "@ab", "-5", "x" * 40])
def test_what_is_no_user_is_refused(user: str) -> None:
    with pytest.raises(Invalid, match="telegram_bad_user"):
        TelegramSettings(allowed_users=[user])


@pytest.mark.parametrize(
    ("url", "kept"),
    [("", ""), ("https://api.telegram.org/", ""), (" http://bots.example:8081/ ", "http://bots.example:8081")],
)
def test_another_server_may_be_used(url: str, kept: str) -> None:
    assert TelegramSettings(api_url=url).api_url == kept


@pytest.mark.parametrize("url", ["bots.example", "ftp://x", "https://", "https://x?a=1"])
def test_what_is_no_server_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="telegram_bad_api_url"):
        TelegramSettings(api_url=url)


def test_a_button_has_words_and_may_have_a_prompt() -> None:
    settings = TelegramSettings.model_validate(
        {"action_buttons": [{"label": "Цены", "prompt": "Сколько?", "icon": "x"}]}
    )
    assert settings.action_buttons[0].value == "Сколько?"
    with pytest.raises(ValidationError):
        TelegramSettings.model_validate({"action_buttons": [{"label": ""}]})


@pytest.mark.parametrize(
    ("secrets", "code", "field"),
    [
        ({}, "telegram_token_missing", "bot_token"),
        ({"bot_token": "hello"}, "telegram_token_wrong", "bot_token"),
        ({"bot_token": "700100:AA/../x"}, "telegram_token_wrong", "bot_token"),
        ({"bot_token": "700100:A AE"}, "telegram_token_wrong", "bot_token"),
        ({"bot_token": "700100:AAE", "proxy": "host:1080"}, "telegram_proxy_wrong", "proxy"),
    ],
)
def test_a_bot_starts_only_with_what_it_needs(secrets: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        TELEGRAM.ready(TelegramSettings(), TelegramSecrets(**secrets))
    assert refused.value.fields["field"] == field


def test_a_bot_with_a_token_and_a_proxy_may_start() -> None:
    TELEGRAM.ready(TelegramSettings(), SECRETS)
    TELEGRAM.ready(TelegramSettings(), TelegramSecrets(bot_token=" 1:a\n", proxy="socks5://u:p@h:1080"))


@pytest.mark.parametrize(
    ("about", "who", "may"),
    [
        ({}, Person("7"), True),
        ({"allowed_users": ["7"]}, Person("7"), True),
        ({"allowed_users": ["7"]}, Person("8", username="seven"), False),
        ({"allowed_users": ["@anna"]}, Person("7", username="Anna"), True),
        ({"allowed_users": ["@anna"]}, Person("8"), False),
        ({"allowed_users": ["7"], "admin_users": ["8"]}, Person("8"), True),
        ({"admin_users": ["8"]}, Person("7"), True),
    ],
)
def test_who_may_write(about: dict[str, Any], who: Person, may: bool) -> None:
    assert TELEGRAM.admitted(Said("1", who, {}), TelegramSettings(**about)) is may


@pytest.mark.parametrize(
    ("given", "secret", "admits"),
    [("right", "right", True), ("wrong", "right", False), ("", "right", False), (None, "right", False), ("", "", False),
     (None, "", False), ("ключ", "right", False)],
)  # fmt: skip
def test_only_telegram_knows_the_secret(given: str | None, secret: str, admits: bool) -> None:
    headers = {} if given is None else {"x-telegram-bot-api-secret-token": given}
    request = WebhookRequest(headers, {}, b"{}")
    assert TELEGRAM.admits(request, TelegramSettings(), SECRETS, secret) is admits
    assert TELEGRAM.handshake(request, SECRETS) is None


def test_a_bot_is_known_by_its_number_and_its_token_is_not_in_what_is_printed() -> None:
    assert TELEGRAM.identity(TelegramSettings(), SECRETS) == "700100"
    assert "AAE-x_y" not in repr(SECRETS)
