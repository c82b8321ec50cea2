"""Logs and metrics: structured, without secrets or personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
REQUEST_SECONDS = Histogram(
    "secretary_request_seconds", "Time to answer a request", ["route", "status"], registry=REGISTRY
)
TURNS = Counter(
    "secretary_turns_total",
    "Turns by the stage that answered and how they ended",
    ["stage", "status"],
    registry=REGISTRY,
)
TURNS_RUNNING = Gauge("secretary_turns_running", "Turns being answered now", registry=REGISTRY)
FIRST_WORD_SECONDS = Histogram(
    "secretary_first_word_seconds", "Time from a message to the first word of its answer", registry=REGISTRY
)

_SECRET_KEYS = re.compile(r"pass|secret|token|key|authorization|cookie|phone|email|contact|content|text", re.IGNORECASE)


def redact(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every field whose name speaks of a secret or of what a person wrote."""
    del logger, method
    for name in event:
        if name not in {"event", "level", "timestamp", "exception"} and _SECRET_KEYS.search(name):
            event[name] = "[redacted]"
    return event


def configure_logging(level: str, *, as_json: bool) -> None:
    """Send our logs to stderr, one line an event, and of other people's only what warns."""
    ours = logging.getLevelName(level)
    theirs = max(ours, logging.WARNING)
    logging.basicConfig(level=theirs, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr, force=True)
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(ours),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
