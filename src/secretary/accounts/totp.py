"""Codes of a code generator: TOTP (RFC 6238) over HOTP (RFC 4226) with HMAC-SHA-1, six digits, 30 seconds.

These are the values that every authenticator application takes for granted. No state, no secret store.
"""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226, 4: 160 bits are recommended
DRIFT = 1  # RFC 6238, 5.2: one step either way for clocks and slow fingers


def new_secret() -> str:
    """160 random bits in base32, as authenticator applications take them."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one time step (RFC 4226, 5.3)."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_S


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step around `now` that this code belongs to."""
    given = code.encode("utf-8", "surrogatepass")
    around = range(step_of(now) - DRIFT, step_of(now) + DRIFT + 1)
    fitting = [step for step in around if hmac.compare_digest(code_at(secret, step).encode(), given)]
    return fitting[-1] if fitting else None


def uri(secret: str, username: str, issuer: str) -> str:
    """What the QR code says (the Key URI Format of the authenticator applications)."""
    label = quote(f"{issuer}:{username}", safe="")
    query = {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_S}
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"
