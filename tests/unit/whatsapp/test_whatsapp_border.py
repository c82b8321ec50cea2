"""Only Meta gets in: its signature on every update, its question answered only with our token. Who may write."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.adapters.channels.whatsapp import WhatsAppMessenger
from secretary.adapters.channels.whatsapp.settings import API_URL, WhatsAppSecrets, WhatsAppSettings
from secretary.channels.messenger import Person, Said, WebhookRequest
from secretary.kernel.errors import Invalid
from secretary.kernel.http import HttpClient

SECRETS = WhatsAppSecrets(access_token="EAA", verify_token="проверка", app_secret="shh")
SETTINGS = WhatsAppSettings(phone_number_id="1065")
MESSENGER = WhatsAppMessenger(HttpClient())


def sign(body: bytes, key: str = "shh") -> str:
    return f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"


def request(body: bytes = b"{}", header: str | None = None, **query: str) -> WebhookRequest:
    headers = {} if header is None else {"x-hub-signature-256": header}
    return WebhookRequest(headers, {name.replace("_", ".", 1): value for name, value in query.items()}, body)


def admits(asked: WebhookRequest, secrets: WhatsAppSecrets = SECRETS) -> bool:
    return MESSENGER.admits(asked, SETTINGS, secrets, "house-secret")


def test_a_signature_of_the_raw_body_is_admitted() -> None:
    assert admits(request(b'{"a": 1}', sign(b'{"a": 1}')))


@pytest.mark.parametrize(
    "header",
    [None, "", "sha256=", sign(b"other"), sign(b"{}", "wrong"), sign(b"{}").removeprefix("sha256="), "sha1=x", "пёс", "\ud800"],
)  # fmt: skip
def test_an_absent_or_wrong_signature_is_not(header: str | None) -> None:
    assert not admits(request(b"{}", header))


def test_without_a_secret_nothing_is_admitted_not_even_an_empty_ones_signature() -> None:
    assert not admits(request(b"{}", sign(b"{}", "")), WhatsAppSecrets(access_token="EAA"))


@given(st.binary(min_size=1, max_size=50), st.integers(0, 49))
def test_one_changed_byte_is_noticed(body: bytes, at: int) -> None:
    changed = bytearray(body)
    changed[at % len(body)] ^= 1
    assert not admits(request(bytes(changed), sign(body)))


def test_the_handshake_repeats_the_challenge_to_who_knows_the_token() -> None:
    asked = request(hub_mode="subscribe", hub_verify_token="проверка", hub_challenge="1158201444")
    assert MESSENGER.handshake(asked, SECRETS) == "1158201444"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub_mode": "subscribe", "hub_challenge": "1"},
        {"hub_mode": "subscribe", "hub_verify_token": "wrong", "hub_challenge": "1"},
        {"hub_mode": "unsubscribe", "hub_verify_token": "проверка", "hub_challenge": "1"},
        {"hub_mode": "subscribe", "hub_verify_token": "проверка", "hub_challenge": "<script>"},
        {"hub_mode": "subscribe", "hub_verify_token": "проверка"},
    ],
)
def test_anybody_else_gets_nothing(query: dict[str, str]) -> None:
    assert MESSENGER.handshake(request(**query), SECRETS) is None


def test_an_empty_verify_token_answers_nobody() -> None:
    asked = request(hub_mode="subscribe", hub_verify_token="", hub_challenge="1")
    assert MESSENGER.handshake(asked, WhatsAppSecrets()) is None


@pytest.mark.parametrize("missing", ["phone_number_id", "access_token", "app_secret", "verify_token"])
def test_it_does_not_start_before_all_is_there(missing: str) -> None:
    MESSENGER.ready(SETTINGS, SECRETS)
    settings = SETTINGS.model_copy(update={missing: ""} if missing == "phone_number_id" else {})
    secrets = SECRETS.model_copy(update={missing: ""} if missing != "phone_number_id" else {})
    with pytest.raises(Invalid) as refused:
        MESSENGER.ready(settings, secrets)
    assert refused.value.fields == {"field": missing}


def test_two_numbers_may_share_a_token_but_not_two_instances_a_number() -> None:
    other = WhatsAppSettings(phone_number_id="1066")
    assert MESSENGER.identity(SETTINGS, SECRETS) != MESSENGER.identity(other, SECRETS)
    new_token = SECRETS.model_copy(update={"access_token": "new"})
    assert MESSENGER.identity(SETTINGS, SECRETS) == MESSENGER.identity(SETTINGS, new_token)
    assert MESSENGER.identity(WhatsAppSettings(), SECRETS) == ""
    assert MESSENGER.identity(SETTINGS, WhatsAppSecrets()) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+7 (999) 123-45-67", "79991234567"),
        ("8 999 123 45 67", "79991234567"),
        ("89991234567", "79991234567"),
        ("15551234567", "15551234567"),
        ("RU.13491208655302741918", "RU.13491208655302741918"),
    ],
)
def test_numbers_are_kept_as_whatsapp_writes_them(typed: str, kept: str) -> None:
    assert WhatsAppSettings(blocked_phones=[typed]).blocked_phones == [kept]


@pytest.mark.parametrize("typed", ["Анна", "12", "+7999123456789012", "+7 999 abc"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="bad_phone"):
        WhatsAppSettings(allowed_phones=[typed])


def said_by(phone: str, key: str = "") -> Said:
    return Said("m", Person(key or phone.lstrip("+"), phone=phone), {})


@pytest.mark.parametrize(
    ("allowed", "blocked", "said", "is_admitted"),
    [
        ([], [], said_by("+79990000001"), True),
        (["+79990000001"], [], said_by("+79990000001", "RU.1"), True),
        (["+79990000001"], [], said_by("+79990000002"), False),
        (["+79990000001"], [], said_by("", "RU.1"), False),
        (["RU.1"], [], said_by("", "RU.1"), True),
        ([], ["89990000001"], said_by("+79990000001", "RU.1"), False),
        ([], ["RU.1"], said_by("", "RU.1"), False),
        (["+79990000001"], ["+79990000001"], said_by("+79990000001"), False),
    ],
)
def test_allow_and_block_lists(allowed: list[str], blocked: list[str], said: Said, is_admitted: bool) -> None:
    settings = WhatsAppSettings(allowed_phones=allowed, blocked_phones=blocked)
    assert MESSENGER.admitted(said, settings) is is_admitted


def test_old_fields_that_have_no_use_are_not_refused() -> None:
    settings = WhatsAppSettings.model_validate({"webhook_port": 8003, "api_url": " ", "phone_number_id": "1"})
    assert settings.api_url == API_URL
    assert "webhook_port" not in settings.model_dump()


@pytest.mark.parametrize("url", ["graph.facebook.com", "ftp://a.b", "https://a.b/?x=1", "https://a b"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="bad_api_url"):
        WhatsAppSettings(api_url=url)


def test_secrets_are_in_no_message_about_them() -> None:
    assert "EAA" not in repr(SECRETS)
    assert "shh" not in repr(SECRETS)
