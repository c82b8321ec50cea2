"""The two tokens of a sign-in: a signed access token of minutes and an opaque refresh token of days."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from secretary.kernel.errors import Unauthenticated

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)
CLAIMS = ("sub", "sid", "iat", "exp", "iss")


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says: which user, through which sign-in. What he may is read from the database."""

    user_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class AccessTokens:
    """Issues and reads JWTs (RFC 7519, HS256) of one installation; `key` has 32 bytes or more."""

    key: bytes
    issuer: str

    def issue(self, claims: Claims, now: datetime) -> str:
        """A token that is good for `ACCESS_LIFE` from `now`."""
        import jwt  # noqa: PLC0415 - 170 ms that the start of the server need not pay

        body = {"sub": claims.user_id, "sid": claims.session_id, "iss": self.issuer}
        times = {"iat": int(now.timestamp()), "exp": int((now + ACCESS_LIFE).timestamp())}
        return jwt.encode({**body, **times}, self.key, "HS256")

    def read(self, token: str, now: datetime) -> Claims:
        """The claims of a good token. Raises Unauthenticated: `token_expired`, or `bad_token` for everything else."""
        body = self._verified(token)
        if not isinstance(body["exp"], int) or now.timestamp() >= body["exp"]:
            raise Unauthenticated("token_expired", en="Your sign-in has expired.", ru="Срок входа истёк.")
        return Claims(str(body["sub"]), str(body["sid"]))

    def _verified(self, token: str) -> dict[str, object]:
        import jwt  # noqa: PLC0415 - see issue

        # Times are ours to check: they are compared with the clock that we were given.
        options: jwt.types.Options = {"require": list(CLAIMS), "verify_exp": False, "verify_iat": False}
        try:
            return jwt.decode(token, self.key, ["HS256"], options=options, issuer=self.issuer)
        except (jwt.InvalidTokenError, ValueError) as error:
            raise bad_token() from error


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """`text` goes to the browser once; only the digest of its secret half is kept."""

    session_id: str
    secret: str

    @classmethod
    def new(cls, session_id: str) -> "RefreshToken":
        return cls(session_id, secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> "RefreshToken":
        session_id, _, secret = text.partition(".")
        return cls(session_id, secret)

    @property
    def text(self) -> str:
        return f"{self.session_id}.{self.secret}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.secret.encode("utf-8", "surrogatepass")).hexdigest()

    def fits(self, digest: str | None) -> bool:
        return digest is not None and hmac.compare_digest(self.digest, digest)


def bad_token() -> Unauthenticated:
    return Unauthenticated("bad_token", en="Please sign in again.", ru="Войдите в систему ещё раз.")
