"""Telegram's errors as ours.

The Bot API answers `{"ok": false, "error_code", "description", "parameters"}`; the descriptions are not documented,
so those that matter are recognised by their words. No text of Telegram's, and no address, which holds the token, goes
any further than this.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from secretary.kernel.errors import Invalid, Upstream

_BUSY_S: Final = 5.0
_CONFLICT_S: Final = 30.0
_LONGEST_WAIT_S: Final = 86_400

_CLOSED: Final = (
    "chat not found",
    "peer_id_invalid",
    "user not found",
    "user is deactivated",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "bot is not a member",
    "thread not found",
    "topic_closed",
    "topic_deleted",
)
"""Words of a 400 by which a chat cannot be written to."""

_STATUSES: Final = {401: "channel_token", 404: "channel_token", 403: "channel_blocked"}
_REASONS: Final = {"too_big": "file is too big", "not_modified": "message is not modified"}

_TEXTS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "channel_unreachable": ("Telegram cannot be reached.", "Telegram недоступен.", True),
    "channel_busy": ("Telegram asks us to wait.", "Telegram просит подождать.", True),
    "channel_token": (
        "Telegram does not know this token. Get a new one from @BotFather and enter it.",
        "Telegram не знает этот токен. Получите новый у @BotFather и укажите его.",
        False,
    ),
    "channel_blocked": (
        "This chat cannot be written to: the customer has blocked the bot, or it was removed.",
        "В этот чат нельзя писать: клиент заблокировал бота, или бота удалили из чата.",
        False,
    ),
    "channel_moved": ("The chat has another number now.", "У чата теперь другой номер.", True),
    "channel_refused": ("Telegram refuses this message.", "Telegram не принимает это сообщение.", False),
    "channel_file_gone": (
        "The file is no longer at Telegram.",
        "Файла больше нет в Telegram.",
        False,
    ),
}


def fault(
    code: str, retry_after_s: float | None = None, *, retryable: bool | None = None, **fields: object
) -> Upstream:
    """The error for one of the codes above."""
    en, ru, usually = _TEXTS[code]
    is_retryable = usually if retryable is None else retryable
    return Upstream(code, en=en, ru=ru, retryable=is_retryable, retry_after_s=retry_after_s, fields=fields)


def http_fault(error: Upstream | Invalid) -> Upstream:
    """What the HTTP client raised: it never got as far as an answer."""
    is_retryable = isinstance(error, Upstream) and error.retryable
    return Upstream("channel_unreachable", en=error.en, ru=error.ru, retryable=is_retryable)


def answered_fault(status: int, answer: Mapping[str, Any]) -> Upstream:
    """What Telegram answered."""
    said = str(answer.get("description", "")).lower()
    parameters = answer.get("parameters")
    facts: Mapping[str, Any] = parameters if isinstance(parameters, dict) else {}
    if (moved := facts.get("migrate_to_chat_id")) is not None:
        return fault("channel_moved", address={"chat_id": moved})
    if status == HTTPStatus.CONFLICT:
        return _conflict()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return fault("channel_busy", _wait_s(facts.get("retry_after")))
    code = _code(status, said)
    return fault(code, refused_for=_reason(said)) if code == "channel_refused" else fault(code)


def _code(status: int, said: str) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "channel_unreachable"
    if status == HTTPStatus.BAD_REQUEST and any(words in said for words in _CLOSED):
        return "channel_blocked"
    return _STATUSES.get(status, "channel_refused")


def _reason(said: str) -> str:
    """Why a request is refused, as far as somebody acts upon it."""
    return next((reason for reason, words in _REASONS.items() if words in said), "")


def too_large() -> Invalid:
    """A file is larger than Telegram hands out, or than we take."""
    return Invalid(
        "channel_file_too_large",
        en="The file is too large: Telegram gives bots files of up to 20 MB.",
        ru="Файл слишком велик: Telegram отдаёт ботам файлы до 20 МБ.",
    )


def _wait_s(said: object) -> float:
    return float(min(said, _LONGEST_WAIT_S)) if isinstance(said, int) and said > 0 else _BUSY_S


def _conflict() -> Upstream:
    """Two ask for the updates of one bot: Telegram sends them to neither reliably."""
    return Upstream(
        "channel_busy",
        en="Another program uses this bot's token. Stop it, or get a new token from @BotFather.",
        ru="Этим же токеном пользуется другая программа. Остановите её или получите новый токен у @BotFather.",
        retryable=True,
        retry_after_s=_CONFLICT_S,
    )
