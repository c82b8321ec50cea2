"""Telling a push service who sends (RFC 8292): a signed note for its origin, with the installation's key."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from secretary.operations.push.sealing import decoded, encoded, private_key, public_point

LIFE = timedelta(hours=12)  # the RFC allows a day; clocks of machines differ


def authorization(endpoint: str, private: str, contact: str, now: datetime) -> str:
    """The header's value for one message to this address."""
    import jwt  # noqa: PLC0415 - brings cryptography, when first needed

    parts = urlsplit(endpoint)
    key = private_key(decoded(private))
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + LIFE).timestamp()), "sub": contact}
    token = jwt.encode(claims, key, algorithm="ES256")
    return f"vapid t={token}, k={encoded(public_point(key))}"
