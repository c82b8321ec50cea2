"""The text of an API key: made once, shown once, kept as a digest."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

MARK = "sk-sec-"
SHOWN = len(MARK) + 8


@dataclass(frozen=True, slots=True)
class KeyText:
    """`sk-sec-` and 256 random bits. The first of them are kept readable, to find the row and to tell keys apart."""

    text: str = field(repr=False)

    @classmethod
    def new(cls) -> "KeyText":
        return cls(MARK + secrets.token_urlsafe(32))

    @property
    def prefix(self) -> str:
        return self.text[:SHOWN]

    @property
    def digest(self) -> str:
        """SHA-256 of the whole key: enough for 256 random bits, which nobody guesses."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def fits(self, digest: str) -> bool:
        return hmac.compare_digest(self.digest, digest)
