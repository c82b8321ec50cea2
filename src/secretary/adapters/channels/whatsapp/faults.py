"""What Meta refuses, as errors of the port. Its own texts go no further than here: they may carry numbers.

Source: developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (2026-05).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog

from secretary.kernel.errors import Invalid, Upstream

_log = structlog.get_logger()

_TOKEN: Final = frozenset({0, 10, 102, 190, *range(200, 300)})
"""Wrong, expired, or without the permission to write for this number."""
_WINDOW: Final = frozenset({131047})
_BLOCKED: Final = frozenset({131026, 131050, 130497})
"""Cannot be written to: has no WhatsApp, has blocked us or stopped our messages, or lives where Meta sends none."""
_BUSY: Final[Mapping[int, float]] = {
    130429: 2.0,  # more than 80 messages a second
    131057: 60.0,  # the number is being moved to a higher throughput
    131048: 600.0,  # customers have reported messages as spam
    131064: 600.0,
    4: 60.0,
    613: 60.0,
    80007: 60.0,
    80008: 60.0,
}
_BUSY_PAIR: Final = 131056
"""Too much to this one person: the others need not wait, so no time is named that would hold them up."""
_PASSING: Final = frozenset({1, 2, 131000, 131016, 133004, 135000})
_CODES: Final[Mapping[int, str]] = {
    **dict.fromkeys(_TOKEN, "channel_token"),
    **dict.fromkeys(_WINDOW, "channel_window"),
    **dict.fromkeys(_BLOCKED, "channel_blocked"),
    **dict.fromkeys([*_BUSY, _BUSY_PAIR], "channel_busy"),
    **dict.fromkeys(_PASSING, "channel_unreachable"),
}
_STATUSES: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "channel_token",
    HTTPStatus.TOO_MANY_REQUESTS: "channel_busy",
}
_DEFAULT_WAIT_S: Final = 5.0
_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "channel_unreachable": ("WhatsApp cannot be reached at the moment.", "WhatsApp сейчас недоступен."),
    "channel_busy": (
        "WhatsApp takes no more messages at the moment.",
        "WhatsApp сейчас не принимает больше сообщений.",
    ),
    "channel_token": (
        (
            "Meta does not accept the access token: it is wrong, has expired, or may not write for this number."
            " Make a new one (a system user's never expires) and paste it in."
        ),
        (
            "Meta не принимает токен доступа: он неверен, истёк или не даёт права писать от этого номера."
            " Создайте новый (у системного пользователя он бессрочный) и вставьте его."
        ),
    ),
    "channel_blocked": (
        "This customer cannot be written to on WhatsApp.",
        "Этому клиенту нельзя написать в WhatsApp.",
    ),
    "channel_window": (
        (
            "More than 24 hours have passed since the customer's last message: WhatsApp takes only a template now."
            " Enter an approved template in the channel's settings."
        ),
        (
            "С последнего сообщения клиента прошло больше 24 часов: WhatsApp принимает только шаблон."
            " Укажите одобренный шаблон в настройках канала."
        ),
    ),
    "channel_file_gone": ("WhatsApp no longer has this file.", "Этого файла в WhatsApp больше нет."),
}
_REFUSED: Final[Mapping[int, tuple[str, str]]] = {
    131030: (
        "Meta's test number writes only to the numbers that are listed with it.",
        "Тестовый номер Meta пишет только на номера, внесённые в его список.",
    ),
    131031: ("Meta has locked this WhatsApp account.", "Meta заблокировала этот аккаунт WhatsApp."),
    131042: ("Meta wants a means of payment for this account.", "Meta требует способ оплаты для этого аккаунта."),
    131051: ("WhatsApp does not know this kind of message.", "WhatsApp не знает такого вида сообщений."),
    132000: (
        "The template must have exactly one variable in its text.",
        "В тексте шаблона должна быть ровно одна переменная.",
    ),
    132001: (
        "There is no such approved template in this language.",
        "Одобренного шаблона с таким именем на этом языке нет.",
    ),
    132005: ("The text is too long for the template.", "Текст слишком длинен для шаблона."),
    132015: ("Meta has paused this template.", "Meta приостановила этот шаблон."),
    132016: ("Meta has disabled this template.", "Meta отключила этот шаблон."),
    133010: (
        "The number is not registered with the Cloud API yet. Finish its registration at Meta.",
        "Номер ещё не зарегистрирован в Cloud API. Завершите регистрацию в Meta.",
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Meta said: its HTTP status, its code, and whether it calls it passing."""

    status: int
    code: int = -1
    is_transient: bool = False
    retry_after_s: float | None = None

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes) -> "Refusal":
        error = _error(body)
        code = error.get("code")
        return cls(
            status,
            code if isinstance(code, int) else -1,
            error.get("is_transient") is True,
            _seconds(headers.get("Retry-After")),
        )


def fault(code: str, *, retryable: bool = False, retry_after_s: float | None = None) -> Upstream:
    """An error of the port by its code. Raises KeyError for a code that has no text here."""
    en, ru = _TEXTS[code]
    return Upstream(code, en=en, ru=ru, retryable=retryable, retry_after_s=retry_after_s)


def window_closed() -> Upstream:
    """Free text is not allowed now, and there is no template."""
    return fault("channel_window")


def refused(en: str, ru: str) -> Upstream:
    """Something that repeating cannot mend."""
    return Upstream("channel_refused", en=en, ru=ru, retryable=False)


def too_large(max_bytes: int) -> Invalid:
    """A file that is not taken."""
    megabytes = max(max_bytes // 1_000_000, 1)
    return Invalid(
        "channel_file_too_large",
        en=f"The file is larger than {megabytes} MB.",
        ru=f"Файл больше {megabytes} МБ.",
        fields={"max_bytes": max_bytes},
    )


def fault_of(refusal: Refusal) -> Upstream:
    """The error for what Meta said. Its code outweighs the HTTP status, as Meta recommends."""
    _log.info("whatsapp_refused", status=refusal.status, vendor_code=refusal.code)
    code = _port_code(refusal)
    if code == "channel_refused":
        return refused(*_REFUSED.get(refusal.code, _unknown(refusal)))
    wait_s = refusal.retry_after_s or _BUSY.get(refusal.code)
    if code == "channel_busy" and refusal.code != _BUSY_PAIR:
        wait_s = wait_s or _DEFAULT_WAIT_S
    is_passing = code in ("channel_busy", "channel_unreachable")
    return fault(code, retryable=is_passing, retry_after_s=wait_s if is_passing else None)


def _port_code(refusal: Refusal) -> str:
    if (known := _CODES.get(refusal.code)) is not None:
        return known
    if refusal.is_transient or refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "channel_unreachable"
    return _STATUSES.get(refusal.status, "channel_refused")


def _unknown(refusal: Refusal) -> tuple[str, str]:
    number = refusal.code if refusal.code >= 0 else f"HTTP {refusal.status}"
    return f"WhatsApp refused this ({number}).", f"WhatsApp отказался это принять ({number})."


def network_fault(error: Invalid | Upstream) -> Upstream:
    """What the HTTP client raises, as an error of the port."""
    if isinstance(error, Invalid) or error.code == "http_certificate":
        return refused(error.en, error.ru)
    return fault("channel_unreachable", retryable=True)


def _error(body: bytes) -> Mapping[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {}


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else None  # noqa: PLR2004 - a day
