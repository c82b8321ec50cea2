"""What OpenAI-like services say when they fail. Their words go no further than this file.

Codes seen: OpenAI's error reference (insufficient_quota, context_length_exceeded, rate_limit_exceeded),
Azure (content_filter), llama.cpp (exceed_context_size_error), vLLM ("maximum context length"), OpenRouter (numeric
codes inside a stream, flagged inputs under 403), DeepSeek ("Insufficient Balance" with 402, "Content Exists Risk"),
Kimi (exceeded_current_quota_error, engine_overloaded_error, "token length too long"), GigaChat ("Payload too large"),
YandexGPT (gRPC's words).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import orjson

from secretary.adapters.llm.faults import Words, mapped_fault, retry_after_of
from secretary.kernel.errors import Upstream

_WORDS: Final[Words] = (
    (
        "llm_no_money",
        re.compile(
            r"insufficient[_ ](quota|balance|credits|funds)|billing|current[_ ]quota|credit balance|payment[_ ]required"
        ),
    ),
    (
        "llm_too_long",
        re.compile(
            r"context[_ ](length|size|window)|prompt is too long|maximum context|token length too long"
            r"|number of input tokens|input is too long|payload too large|too large to process"
        ),
    ),
    (
        "llm_refused",
        re.compile(r"content[_ ](filter|policy)|moderation|flagged|usage polic|safety system|content exists risk"),
    ),
    (
        "llm_bad_key",
        re.compile(
            r"invalid[_ ]api[_ ]key|incorrect api key|authentication|permission[_ ]denied|unauthenticated"
            r"|unauthorized|api[_ ]key"
        ),
    ),
    ("llm_overloaded", re.compile(r"engine[_ ]overloaded|engine is currently overloaded|server busy")),
    ("llm_rate_limited", re.compile(r"rate[_ ]limit|too many requests|resource[_ ]exhausted|quota")),
)

# Words that outweigh a 4xx status; Kimi says 429 where it is its own engine that is overloaded.
_TELLING: Final = frozenset({"llm_no_money", "llm_too_long", "llm_refused", "llm_overloaded"})


def fault_of_status(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Upstream:
    """The error for an answer whose status is not 200."""
    try:
        document = orjson.loads(body)
    except ValueError:
        document = None
    error = document.get("error", document) if isinstance(document, dict) else None
    return _fault(status, error, retry_after_s=retry_after_of(headers, now))


def fault_in_stream(error: object) -> Upstream:
    """The error for an error object that came instead of the next piece of text."""
    code = error.get("code") if isinstance(error, dict) else None
    is_status = isinstance(code, int) or (isinstance(code, str) and code.isdigit())
    return _fault(int(str(code)) if is_status else None, error)


def _fault(status: int | None, error: object, *, retry_after_s: float | None = None) -> Upstream:
    code = error.get("code") or error.get("type") if isinstance(error, dict) else None
    return mapped_fault(status, _said(error), _WORDS, vendor_code=code, retry_after_s=retry_after_s, telling=_TELLING)


def _said(error: object) -> str:
    if isinstance(error, dict):
        return " ".join(str(error.get(name, "")) for name in ("code", "type", "message"))
    return str(error or "")
