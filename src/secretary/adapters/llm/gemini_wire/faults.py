"""What Gemini's service says when it fails. Its words go no further than this file.

Errors are `google.rpc.Status` objects: a status by name, a message, and typed details (ErrorInfo with a reason,
RetryInfo with a delay). A refused key comes as INVALID_ARGUMENT with the reason API_KEY_INVALID. "Check your plan and
billing details" stands in every exceeded limit, so it says nothing of money.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import orjson

from secretary.adapters.llm.faults import Words, mapped_fault, retry_after_of
from secretary.kernel.errors import Upstream

_WORDS: Final[Words] = (
    (
        "llm_no_money",
        re.compile(
            r"billing_disabled|billing account|enable billing|prepay\w* credits?|credits are depleted|spend\w* cap"
        ),
    ),
    ("llm_bad_key", re.compile(r"api_key_(invalid|expired)|api key (not valid|expired|not found)|unauthenticated")),
    (
        "llm_too_long",
        re.compile(r"exceeds the maximum number of tokens|token count|context length|request payload size exceeds"),
    ),
    ("llm_refused", re.compile(r"prohibited_content|blocked by safety")),
    ("llm_rate_limited", re.compile(r"resource_exhausted")),
    ("llm_timeout", re.compile(r"deadline_exceeded")),
    ("llm_overloaded", re.compile(r"\binternal\b|unavailable|aborted|cancelled")),
    ("llm_bad_key", re.compile(r"permission_denied")),
    ("llm_rejected", re.compile(r"invalid_argument|failed_precondition|not_found|unimplemented|out_of_range")),
)
_TELLING: Final = frozenset({"llm_no_money", "llm_bad_key", "llm_too_long", "llm_refused"})
_DELAY: Final = re.compile(r"(\d+(?:\.\d+)?)s")
_MAX_WAIT_S: Final = 86_400.0


def fault_of_status(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Upstream:
    """The error for an answer whose status is not 200."""
    try:
        document = orjson.loads(body)
    except ValueError:
        document = None
    if isinstance(document, list) and document:  # so it comes where no event stream was asked for
        document = document[0]
    error = document.get("error") if isinstance(document, dict) else None
    return _fault(status, error, retry_after_of(headers, now))


def fault_in_stream(error: object) -> Upstream:
    """The error for an error object that came instead of the next piece."""
    code = error.get("code") if isinstance(error, dict) else None
    return _fault(code if isinstance(code, int) and code >= HTTPStatus.BAD_REQUEST else None, error)


def _fault(status: int | None, error: object, retry_after_s: float | None = None) -> Upstream:
    if not isinstance(error, dict):
        return mapped_fault(status, "", _WORDS, retry_after_s=retry_after_s)
    told = error.get("details")
    details = [detail for detail in (told if isinstance(told, list) else ()) if isinstance(detail, dict)]
    reasons = " ".join(str(detail.get("reason", "")) for detail in details)
    return mapped_fault(
        status,
        f"{error.get('status')} {reasons} {error.get('message')}",
        _WORDS,
        vendor_code=reasons.strip() or error.get("status"),
        retry_after_s=_delay(details) if retry_after_s is None else retry_after_s,
        telling=_TELLING,
    )


def _delay(details: list[dict[str, Any]]) -> float | None:
    """Seconds of `google.rpc.RetryInfo` ("34.07s")."""
    for detail in details:
        if found := _DELAY.fullmatch(str(detail.get("retryDelay", ""))):
            seconds = float(found[1])
            return min(seconds, _MAX_WAIT_S) if math.isfinite(seconds) else _MAX_WAIT_S
    return None
