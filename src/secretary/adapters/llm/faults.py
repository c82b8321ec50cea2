"""What every wire does with a failure: waiting times read, statuses and words mapped to `llm.errors`.

The words themselves are each wire's own; a vendor's text goes no further than the pattern it is held against.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import structlog

from secretary.kernel.errors import Invalid, Upstream
from secretary.llm.errors import llm_error

Words = Sequence[tuple[str, re.Pattern[str]]]
"""Codes of `llm.errors` and what their services say (lower case); the first that is found counts."""

_MAX_WAIT_S: Final = 86_400.0
_MAX_TEXT: Final = 2_000
_CODE: Final = re.compile(r"\d{1,4}|[A-Za-z_.]{2,60}")
_TELLING: Final = frozenset({"llm_no_money", "llm_too_long", "llm_refused"})  # these words outweigh a 4xx status
_STATUSES: Final = {
    401: "llm_bad_key",
    402: "llm_no_money",
    403: "llm_bad_key",
    408: "llm_timeout",
    409: "llm_overloaded",  # a lock that was not had in time (OpenAI, Gemini ABORTED): another attempt may have it
    413: "llm_too_long",
    429: "llm_rate_limited",
    502: "llm_unreachable",
    504: "llm_timeout",
}

_FROM_HTTP: Final = {
    "address_not_allowed": "llm_unreachable",
    "http_unreachable": "llm_unreachable",
    "http_certificate": "llm_unreachable",
    "http_timeout": "llm_timeout",
    "http_cut_off": "llm_truncated",
    "http_nonsense": "llm_nonsense",
    "http_redirected": "llm_nonsense",
    "http_too_large": "llm_nonsense",
}

_log = structlog.get_logger()


def mapped_fault(
    status: int | None,
    said: str,
    words: Words,
    *,
    vendor_code: object = None,
    retry_after_s: float | None = None,
    telling: frozenset[str] = _TELLING,
) -> Upstream:
    """The error for a status (None inside a stream) and what was said with it.

    Codes in `telling` outweigh a 4xx status, because services say them under several. A failure inside a stream
    without telling words is an overload.
    """
    spoken = spoken_code(said, words)
    code = _code(status, spoken, telling)
    _log.debug("llm_upstream_fault", status=status, vendor_code=_label(vendor_code), mapped=code)
    return llm_error(code, retry_after_s=retry_after_s)


@contextmanager
def http_faults_mapped() -> Iterator[None]:
    """What the HTTP client raises inside, raised as an error of `llm.errors`; any other error as it is."""
    try:
        yield
    except (Invalid, Upstream) as error:
        if error.code not in _FROM_HTTP:
            raise
        raise as_llm_error(error) from error


def as_llm_error(error: Invalid | Upstream) -> Invalid | Upstream:
    """The HTTP client's error as one of the codes of `llm.errors`; any other as it is."""
    return llm_error(_FROM_HTTP[error.code]) if error.code in _FROM_HTTP else error


def spoken_code(said: str, words: Words) -> str | None:
    """The code that the words speak of, if any."""
    text = said[:_MAX_TEXT].lower()
    return next((code for code, pattern in words if pattern.search(text)), None)


def retry_after_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, where the answer's headers say so."""
    return retry_after(headers.get("Retry-After"), now)


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


def _code(status: int | None, spoken: str | None, telling: frozenset[str]) -> str:
    if status is None:
        return spoken or "llm_overloaded"
    if spoken == "llm_too_long" or (spoken in telling and status < HTTPStatus.INTERNAL_SERVER_ERROR):
        return spoken or ""  # waiting makes nothing shorter, so llama.cpp's 500 for it counts too
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _STATUSES.get(status, "llm_overloaded")
    return _STATUSES.get(status, "llm_rejected")


def _label(vendor_code: object) -> str | None:
    """A vendor's own code as far as it is one: a status or a word, never a text, and nothing a key could be."""
    return str(vendor_code) if _CODE.fullmatch(str(vendor_code)) else None
