"""Errors as OpenAI's error object (API reference, "Error codes"): `{"error": {message, type, param, code}}`."""

import math
from collections.abc import Mapping

import orjson
from starlette.responses import Response
from starlette.types import Scope

from secretary.kernel.errors import RateLimited, SecretaryError, Unauthenticated, Upstream
from secretary.web.problem import language_of, status_of

# What an official client does with a status: 408, 409, 429 and from 500 on it tries again by itself.
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
    "invalid_parameter": 400,
    "unsupported_parameter": 400,
    "bad_json": 400,
}
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
    422: "invalid_request_error",
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
    status = status or _STATUSES.get(error.code) or status_of(error)
    headers = {}
    wait = error.retry_after_s if isinstance(error, RateLimited | Upstream) else None
    if wait is not None:
        headers["retry-after"] = str(math.ceil(wait))
    if isinstance(error, Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    return Response(orjson.dumps(error_object(error, scope, status)), status, headers, media_type="application/json")
