"""Errors as OpenAI's error object (API reference, "Error codes"): `{"error": {message, type, param, code}}`."""

import math
from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.responses import Response
from starlette.types import Scope

from secretary.kernel.errors import Conflict, RateLimited, SecretaryError, Unauthenticated, Upstream
from secretary.usage.ports import LimitReached
from secretary.web.problem import language_of, status_of

# An official client tries again by itself at 408, 409, 429 and from 500 on, unless x-should-retry forbids it.
_STATUSES: Mapping[str, int] = {
    "llm_bad_key": 502,
    "llm_no_money": 502,
    "llm_rate_limited": 429,
    "llm_too_long": 400,
    "llm_refused": 400,
    "llm_rejected": 400,
    "llm_unable": 400,
    "llm_overloaded": 503,
    "llm_unreachable": 503,
    "llm_none": 404,
    "llm_timeout": 504,
}
_NO_USE = "false"
_CODES: Mapping[str, str] = {
    "llm_too_long": "context_length_exceeded",
    "llm_refused": "content_filter",
    "llm_rate_limited": "rate_limit_exceeded",
    "llm_none": "model_not_found",
    "no_such_model": "model_not_found",
    "usage_limit_reached": "insufficient_quota",
    "bad_api_key": "invalid_api_key",
}
_TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    409: "conflict_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
}


def error_object(error: SecretaryError, scope: Scope, status: int) -> dict[str, object]:
    """The body for `error`, in the caller's language."""
    return {
        "error": {
            "message": error.text(language_of(scope)),
            "type": _TYPES.get(status, "server_error"),
            "param": error.fields.get("param"),
            "code": _CODES.get(error.code, error.code),
        }
    }


def openai_problem(error: SecretaryError, scope: Scope, status: int | None = None) -> Response:
    """The answer for `error`."""
    status = status or _STATUSES.get(error.code) or _status(error)
    headers = {}
    wait = error.retry_after_s if isinstance(error, RateLimited | Upstream) else None
    if wait is not None:
        headers["retry-after"] = str(math.ceil(wait))
    if isinstance(error, LimitReached | Conflict) or (isinstance(error, Upstream) and not error.retryable):
        headers["x-should-retry"] = _NO_USE
    if isinstance(error, Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    return Response(orjson.dumps(error_object(error, scope, status)), status, headers, media_type="application/json")


def _status(error: SecretaryError) -> int:
    """What breaks a rule of ours is a bad request to an official client, unless HTTP has a better word for it."""
    status = status_of(error)
    return 400 if status == HTTPStatus.UNPROCESSABLE_ENTITY else status
