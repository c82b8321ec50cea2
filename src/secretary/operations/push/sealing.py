"""Encrypting for one browser (RFC 8291 on RFC 8188, `aes128gcm`), so that push services carry what they cannot read."""

from __future__ import annotations

import base64
import hmac
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from secretary.operations.push.errors import bad_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

RECORD_BYTES = 4096
POINT_BYTES, SECRET_BYTES, SALT_BYTES, SCALAR_BYTES = 65, 16, 16, 32
LONGEST_TEXT = RECORD_BYTES - 16 - 1 - 21 - POINT_BYTES  # tag, padding mark, header, key; what every service takes


@dataclass(frozen=True, slots=True)
class BrowserKeys:
    """A browser's public point and its secret, as bytes."""

    point: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, p256dh: str, auth: str) -> BrowserKeys:
        """From what a browser's subscription says, in base64url. Raises Invalid("bad_push_keys")."""
        try:
            keys = cls(decoded(p256dh), decoded(auth))
            _point(keys.point)
        except ValueError as error:
            raise bad_keys() from error
        if len(keys.secret) != SECRET_BYTES:
            raise bad_keys()
        return keys


def seal(text: bytes, to: BrowserKeys, *, sender: bytes | None = None, salt: bytes | None = None) -> bytes:
    """The body of a push message: one record, for this browser alone. At most `LONGEST_TEXT` bytes.

    `sender` (a private scalar) and `salt` are made anew for each message; only a test of the RFC's example gives them.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import ECDH  # noqa: PLC0415 - 20 ms, when first needed
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    if len(text) > LONGEST_TEXT:
        raise ValueError("too long for a push message")
    key = private_key(sender) if sender else new_key()
    salt = salt or os.urandom(SALT_BYTES)
    ours = public_point(key)
    shared = key.exchange(ECDH(), _point(to.point))
    secret = _hkdf(to.secret, shared, b"WebPush: info\0" + to.point + ours, 32)
    content_key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([POINT_BYTES]) + ours
    return header + AESGCM(content_key).encrypt(nonce, text + b"\x02", None)


def new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - see seal

    return ec.generate_private_key(ec.SECP256R1())


def private_key(scalar: bytes) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - see seal

    return ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())


def scalar_of(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_numbers().private_value.to_bytes(SCALAR_BYTES, "big")


def public_point(key: EllipticCurvePrivateKey) -> bytes:
    """The uncompressed point, as browsers want it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - see seal

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def _point(octets: bytes) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - see seal

    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets)


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with SHA-256, for outputs of one block."""
    return hmac.digest(hmac.digest(salt, secret, "sha256"), info + b"\x01", "sha256")[:length]
