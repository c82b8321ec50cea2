"""Errors as `application/problem+json` (RFC 9457): the one place where the kinds of `kernel.errors` meet HTTP."""

from collections.abc import Mapping
from typing import cast

import orjson
from starlette.responses import Response
from starlette.types import Scope

from secretary.kernel import errors
from secretary.kernel.errors import Language, SecretaryError

STATUS: Mapping[type[SecretaryError], int] = {
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Forbidden: 403,
    errors.Unauthenticated: 401,
    errors.Invalid: 422,
    errors.RateLimited: 429,
    errors.Upstream: 502,
    errors.Internal: 500,
}

# Codes with a status of their own: HTTP has a better word for it, or clients of the first system look for it (400).
STATUS_OF_CODE: Mapping[str, int] = {
    "too_large": 413,
    "too_slow": 408,
    "head_too_large": 431,
    "storage_busy": 503,
    "wrong_current_password": 400,
}


def internal_error() -> errors.Internal:
    """What a caller learns of a fault of ours."""
    return errors.Internal(
        "internal",
        en="Something broke on our side. Nothing of yours is lost; please try again.",
        ru="У нас что-то сломалось. Ваши данные не потеряны, попробуйте ещё раз.",
    )


def language_of(scope: Scope) -> Language:
    """The language a caller prefers by his Accept-Language header; English when he does not say."""
    for name, value in scope.get("headers", ()):
        if name == b"accept-language":
            accepted: str = value.decode("latin-1").lower()
            return "ru" if "ru" in accepted and _position(accepted, "ru") <= _position(accepted, "en") else "en"
    return "en"


def _position(text: str, part: str) -> int:
    found = text.find(part)
    return found if found >= 0 else len(text)


def status_of(error: SecretaryError) -> int:
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: SecretaryError, scope: Scope, status: int | None = None) -> Response:
    """The answer for `error`, in the caller's language, with the request's id; `status` outweighs the error's own.

    An application that speaks another protocol puts its own way of telling errors into the scope as `problem`.
    """
    if (told := scope.get("problem")) is not None:
        return cast(Response, told(error, scope, status))
    status = status or status_of(error)
    body = {
        "type": "about:blank",
        "title": error.code.replace("_", " "),
        "status": status,
        "code": error.code,
        "detail": error.text(language_of(scope)),
        "request_id": scope.get("request_id", ""),
        **error.fields,
    }
    headers = {"retry-after": str(error.retry_after_s)} if isinstance(error, errors.RateLimited) else {}
    if isinstance(error, errors.Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    return Response(orjson.dumps(body), status, headers, media_type="application/problem+json")
