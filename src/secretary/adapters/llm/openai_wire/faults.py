"""What OpenAI-like services say when they fail, mapped to `llm.errors`. Their words go no further than this file.

Codes seen: OpenAI's error reference (insufficient_quota, context_length_exceeded, rate_limit_exceeded),
Azure (content_filter), llama.cpp (exceed_context_size_error), vLLM ("maximum context length"), OpenRouter (numeric
codes inside a stream), DeepSeek ("Insufficient Balance" with 402).
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import orjson
import structlog

from secretary.kernel.errors import Upstream
from secretary.llm.errors import llm_error

_MAX_WAIT_S: Final = 86_400.0
_WORDS: Final = (
    ("llm_no_money", re.compile(r"insufficient[_ ](quota|balance|credits|funds)|billing|current quota|credit balance")),
    ("llm_too_long", re.compile(r"context[_ ](length|size|window)|prompt is too long|maximum context")),
    ("llm_refused", re.compile(r"content[_ ](filter|policy)|moderation")),
    ("llm_bad_key", re.compile(r"invalid[_ ]api[_ ]key|incorrect api key|authentication|permission[_ ]denied")),
    ("llm_rate_limited", re.compile(r"rate[_ ]limit|too many requests")),
)
_TELLING: Final = frozenset({"llm_no_money", "llm_too_long", "llm_refused"})  # these words outweigh a 4xx status
_STATUSES: Final = {
    401: "llm_bad_key",
    402: "llm_no_money",
    403: "llm_bad_key",
    408: "llm_timeout",
    413: "llm_too_long",
    429: "llm_rate_limited",
    502: "llm_unreachable",
    504: "llm_timeout",
}

_log = structlog.get_logger()


def fault_of_status(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Upstream:
    """The error for an answer whose status is not 200."""
    try:
        document = orjson.loads(body)
    except ValueError:
        document = None
    error = document.get("error", document) if isinstance(document, dict) else None
    return _fault(status, error, retry_after_s=retry_after(headers.get("Retry-After"), now))


def fault_in_stream(error: object) -> Upstream:
    """The error for an error object that came instead of the next piece of text."""
    code = error.get("code") if isinstance(error, dict) else None
    is_status = isinstance(code, int) or (isinstance(code, str) and code.isdigit())
    return _fault(int(str(code)) if is_status else None, error)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, 10.2.3: seconds or a date); None where it says nothing."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), _MAX_WAIT_S) if math.isfinite(seconds) else None


def _fault(status: int | None, error: object, *, retry_after_s: float | None = None) -> Upstream:
    code = _code(status, _words(error))
    _log.debug("llm_upstream_fault", status=status, vendor_code=_label(error), mapped=code)
    return llm_error(code, retry_after_s=retry_after_s)


def _code(status: int | None, words: str) -> str:
    spoken = next((code for code, pattern in _WORDS if pattern.search(words)), None)
    if status is None:
        return spoken or "llm_overloaded"
    if spoken in _TELLING and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return spoken
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _STATUSES.get(status, "llm_overloaded")
    return _STATUSES.get(status, "llm_rejected")


def _words(error: object) -> str:
    if isinstance(error, dict):
        return " ".join(str(error.get(name, "")) for name in ("code", "type", "message"))[:2000].lower()
    return str(error or "")[:2000].lower()


def _label(error: object) -> str | None:
    code = error.get("code") or error.get("type") if isinstance(error, dict) else None
    return re.sub(r"[^\w.-]", "", str(code))[:60] if code else None
