"""What Claude's service says when it fails. Its words go no further than this file.

Error types are those of the official description of 2026-05-31 and of the page on errors (request_too_large); an
empty purse also comes as an invalid_request_error that says so in words.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import orjson

from secretary.adapters.llm.faults import Words, mapped_fault, retry_after_of
from secretary.kernel.errors import Upstream

_WORDS: Final[Words] = (
    ("llm_no_money", re.compile(r"billing_error|credit balance|plans & billing|api usage limits")),
    ("llm_too_long", re.compile(r"request_too_large|prompt is too long|context (limit|window|length)")),
    ("llm_refused", re.compile(r"content filter|usage policy")),
    ("llm_bad_key", re.compile(r"authentication_error|permission_error")),
    ("llm_rate_limited", re.compile(r"rate_limit_error")),
    ("llm_timeout", re.compile(r"timeout_error")),
    ("llm_overloaded", re.compile(r"overloaded_error|api_error")),
    ("llm_rejected", re.compile(r"invalid_request_error|not_found_error")),
)


def fault_of_status(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Upstream:
    """The error for an answer whose status is not 200."""
    try:
        document = orjson.loads(body)
    except ValueError:
        document = None
    error = document.get("error") if isinstance(document, dict) else None
    return _fault(status, error, retry_after_of(headers, now))


def fault_in_stream(error: object) -> Upstream:
    """The error for an `error` event: it came after the status said 200."""
    return _fault(None, error)


def _fault(status: int | None, error: object, retry_after_s: float | None = None) -> Upstream:
    kind, text = (error.get("type"), error.get("message")) if isinstance(error, dict) else ("", "")
    return mapped_fault(status, f"{kind} {text}", _WORDS, vendor_code=kind, retry_after_s=retry_after_s)
