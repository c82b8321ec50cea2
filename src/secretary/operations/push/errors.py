"""What can go wrong with web push, by code."""

from secretary.kernel.errors import Conflict, Invalid, NotFound, RateLimited, Upstream

TOO_MANY = 429
UNSURE = frozenset({408, 425, 500, 502, 503, 504})
LONGEST_WAIT_S = 3600


def bad_address() -> Invalid:
    return Invalid(
        "bad_push_address",
        en="This is no address of a push service that is allowed here. SECRETARY_PUSH_HOSTS allows others.",
        ru="Это не адрес разрешённой службы push. Другие разрешает SECRETARY_PUSH_HOSTS.",
    )


def bad_keys() -> Invalid:
    return Invalid(
        "bad_push_keys",
        en="The browser's keys are damaged. Switch notifications off and on again.",
        ru="Ключи браузера повреждены. Выключите и снова включите уведомления.",
    )


def sign_in_first() -> Conflict:
    return Conflict(
        "push_needs_sign_in",
        en="Notifications go to people who have signed in with a password.",
        ru="Уведомления получают только те, кто вошёл с паролем.",
    )


def no_such_device() -> NotFound:
    return NotFound("no_such_device", en="There is no such device.", ru="Такого устройства нет.")


def refused(status: int, retry_after: str) -> Upstream | RateLimited:
    """What a push service's refusal means; 404 and 410 are no refusals but the end of a subscription."""
    if status == TOO_MANY:
        wait_s = min(int(retry_after), LONGEST_WAIT_S) if retry_after.isdecimal() else 60
        en, ru = "The push service asks to wait.", "Служба push просит подождать."
        return RateLimited("push_too_many", en=en, ru=ru, retry_after_s=max(wait_s, 1))
    return Upstream(
        "push_refused",
        en=f"The push service did not take the notification (HTTP {status}).",
        ru=f"Служба push не приняла уведомление (HTTP {status}).",
        retryable=status in UNSURE,
    )
