"""Access tokens: what is believed, and what never is."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.accounts.tokens import ACCESS_LIFE, AccessTokens, Claims, RefreshToken
from secretary.kernel.errors import Unauthenticated

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = b"k" * 32
TOKENS = AccessTokens(KEY, "installation-1")
CLAIMS = Claims("user-1", "session-1")


def _refused(token: str, now: datetime = NOW) -> str:
    with pytest.raises(Unauthenticated) as refused:
        TOKENS.read(token, now)
    return refused.value.code


def test_token_says_who_through_what_when_and_for_whom_and_nothing_else():
    body = jwt.decode(TOKENS.issue(CLAIMS, NOW), KEY, ["HS256"], options={"verify_exp": False, "verify_iat": False},
                      issuer="installation-1")  # fmt: skip
    moment = int(NOW.timestamp())
    assert body == {"sub": "user-1", "sid": "session-1", "iss": "installation-1", "iat": moment, "exp": moment + 900}


def test_lifetime_does_not_depend_on_the_time_zone_of_the_server(monkeypatch):
    for zone in ("America/New_York", "Europe/Moscow", "UTC"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        token = TOKENS.issue(CLAIMS, NOW)
        assert TOKENS.read(token, NOW) == CLAIMS
        assert TOKENS.read(token, NOW + ACCESS_LIFE - timedelta(seconds=1)) == CLAIMS
        assert _refused(token, NOW + ACCESS_LIFE) == "token_expired"
    monkeypatch.undo()
    time.tzset()


def _signed(key: bytes = KEY, algorithm: str = "HS256", **changes: object) -> str:
    moment = int(NOW.timestamp())
    claims = {"sub": "u", "sid": "s", "iss": "installation-1", "iat": moment, "exp": moment + 900} | changes
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, key, algorithm)


@pytest.mark.parametrize("missing", ["sub", "sid", "iss", "iat", "exp"])
def test_every_claim_is_required(missing):
    assert _refused(_signed(**{missing: None})) == "bad_token"


def test_other_keys_algorithms_and_installations_are_refused():
    assert TOKENS.read(_signed(), NOW)
    assert _refused(_signed(key=b"j" * 32)) == "bad_token"
    assert _refused(_signed(key=KEY * 2, algorithm="HS512")) == "bad_token"
    assert _refused(_signed(iss="installation-2")) == "bad_token"
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    assert _refused(f"{head}.{_signed().split('.')[1]}.") == "bad_token"


def test_an_expiry_that_is_no_time_is_refused():
    assert _refused(_signed(exp="never")) in {"bad_token", "token_expired"}


@given(st.text())
def test_anything_else_is_a_bad_token(text):
    assert _refused(text) == "bad_token"


@given(st.text())
def test_any_refresh_token_can_be_looked_at(text):
    assert not RefreshToken.parse(text).fits(RefreshToken.new("session-1").digest)


def test_refresh_token_survives_its_journey():
    token = RefreshToken.new("session-1")
    assert RefreshToken.parse(token.text) == token
    assert RefreshToken.parse(token.text).fits(token.digest)
    assert not token.fits(None)
    assert RefreshToken.new("session-1").secret != token.secret
