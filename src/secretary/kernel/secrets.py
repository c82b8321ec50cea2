"""Secrets: sealing what the database stores, deriving keys, signing small tokens. Knows no table and no setting."""

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from secretary.kernel.errors import Internal, Unauthenticated

KEY_FILE = "secret.key"
SHORTEST_KEY = 32
SHOWN = 4
SHORTEST_TO_SHOW = 12
NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1: the size GCM is made for
VERSION = "v1"


class Vault:
    """Seals texts with AES-256-GCM. The newest key seals, all of them open; keys never leave this object.

    `bound_to` names the place of the value (`providers.api_key:<row id>`): sealed for one place, it opens in no other.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise bad_key()
        self._keys = {_key_id(key): key for key in keys}
        self.key_id = _key_id(keys[0])
        """Which key seals; stored with every sealed value."""

    def seal(self, plaintext: str, *, bound_to: str) -> str:
        """Printable text that only this vault opens, and only for `bound_to`. Never twice the same."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 20 ms, when first needed

        nonce = os.urandom(NONCE_BYTES)
        key = derive_key(self._keys[self.key_id], "seal")
        body = nonce + AESGCM(key).encrypt(nonce, plaintext.encode(), bound_to.encode())
        return f"{VERSION}.{self.key_id}.{_encode(body)}"

    def open(self, sealed: str, *, bound_to: str) -> str:
        """What was sealed. Raises Internal `secret_unreadable`: changed, moved, or sealed with a key we have not."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see seal
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        version, key_id, body = (*sealed.split("."), "", "")[:3]
        if version != VERSION or key_id not in self._keys:
            raise unreadable()
        try:
            octets = _decode(body)
            cipher = AESGCM(derive_key(self._keys[key_id], "seal"))
            plaintext = cipher.decrypt(octets[:NONCE_BYTES], octets[NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError) as error:
            raise unreadable() from error
        return plaintext.decode()

    def is_newest(self, sealed: str) -> bool:
        """Was this sealed with the newest key? What was not awaits the rotation command."""
        return sealed.startswith(self.marks[0])

    @property
    def marks(self) -> list[str]:
        """How sealed texts begin, one a key, newest first."""
        return [f"{VERSION}.{key_id}." for key_id in self._keys]

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, from the newest key: a rotation ends what hangs on them."""
        return derive_key(self._keys[self.key_id], purpose)

    def derive_all(self, purpose: str) -> list[bytes]:
        """The same from every key, newest first, for what must outlive a rotation."""
        return [derive_key(key, purpose) for key in self._keys.values()]


class Signer:
    """Signs small JSON objects into compact tokens (HMAC-SHA256). The first key signs, all of them verify."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = list(keys)

    def sign(self, payload: Mapping[str, object], expires_at: datetime) -> str:
        """`body.signature`, safe in URLs; whoever holds it can read the payload. `exp` is ours."""
        claims = {**payload, "exp": int(expires_at.timestamp())}
        body = _encode(json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode())
        return f"{body}.{_encode(_mac(self._keys[0], body))}"

    def verify(self, token: str, now: datetime) -> dict[str, object]:
        """The payload of a good token, `exp` included. Raises Unauthenticated `bad_token` or `token_expired`."""
        body, _, signature = token.partition(".")
        given = signature.encode("utf-8", "surrogatepass")
        if not any(hmac.compare_digest(_encode(_mac(key, body)).encode(), given) for key in self._keys):
            raise _bad_token()
        payload: dict[str, object] = json.loads(_decode(body))
        if now.timestamp() >= int(str(payload["exp"])):
            raise Unauthenticated("token_expired", en="This link has expired.", ru="Срок действия истёк.")
        return payload


def derive_key(secret: str, purpose: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) of a high-entropy `secret`, one block: 32 bytes that say nothing of other purposes."""
    pseudo_random_key = hmac.digest(bytes(hashlib.sha256().digest_size), secret.encode(), "sha256")
    return hmac.digest(pseudo_random_key, f"secretary:{purpose}".encode() + b"\x01", "sha256")


def load_vault(setting: str | None, data_dir: Path) -> Vault:
    """The vault of an installation: keys from the setting, else from `secret.key`, which is created when missing.

    Several keys stand newest first, apart by commas or white space. Raises Internal for a key that is too short.
    """
    return Vault(split_keys(setting or key_from_file(data_dir / KEY_FILE)))


def split_keys(text: str) -> list[str]:
    """The keys of a setting or a key file, newest first."""
    return re.split(r"[\s,]+", text.strip())


def key_from_file(path: Path) -> str:
    """The text of the key file. At first start it is created with 256 random bits, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(SHORTEST_KEY) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _publish(fresh, path)
    return path.read_text()


def _publish(fresh: Path, path: Path) -> None:
    """Whole or not at all, and never over a key that another process made at the same time."""
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return
    finally:
        fresh.unlink()


def last_four(secret: str) -> str:
    """What may be shown of a secret: its last four characters, or nothing of a short one."""
    return secret[-SHOWN:] if len(secret) >= SHORTEST_TO_SHOW else ""


def bad_key() -> Internal:
    return Internal(
        "bad_secret_key",
        en=f"The installation key (SECRETARY_SECRET_KEY or the file secret.key) has under {SHORTEST_KEY} characters.",
        ru=f"Ключ установки (SECRETARY_SECRET_KEY или файл secret.key) короче {SHORTEST_KEY} знаков.",
    )


def unreadable() -> Internal:
    return Internal(
        "secret_unreadable",
        en="A stored secret cannot be read with this installation's key. Enter it again or restore the key.",
        ru="Сохранённый секрет не читается ключом этой установки. Введите его заново или верните ключ.",
    )


def _bad_token() -> Unauthenticated:
    return Unauthenticated("bad_token", en="This link is not valid.", ru="Эта ссылка недействительна.")


def _key_id(key: str) -> str:
    return derive_key(key, "key-id").hex()[:8]


def _mac(key: bytes, body: str) -> bytes:
    return hmac.digest(key, body.encode("utf-8", "surrogatepass"), "sha256")


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _decode(text: str) -> bytes:
    """Raises ValueError (binascii.Error is one) for what is not URL-safe base64."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise binascii.Error("not base64")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
