"""Logs without secrets and personal data."""

import pytest

from secretary.kernel.telemetry import redact


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "api_key",
        "token",
        "authorization",
        "cookie",
        "secret",
        "contact",
        "email",
        "phone",
        "content",
        "text",
    ],
)
def test_fields_that_speak_of_secrets_or_people_are_blanked(name):
    assert redact(None, "info", {"event": "e", name: "value"}) == {"event": "e", name: "[redacted]"}


def test_harmless_fields_stay():
    event = {"event": "turn_failed", "level": "warning", "code": "llm_timeout", "answer_id": "1", "exception": "trace"}
    assert redact(None, "warning", dict(event)) == event
