"""The eight kinds of error every domain speaks; only `web.problem` knows what HTTP makes of them.

A domain error is one of these with a stable `code` (for programs) and a `text` (for a person). Texts come in
Russian and English; the edge picks the language of whoever asked.
"""

from collections.abc import Mapping
from typing import Literal

Language = Literal["ru", "en"]


class SecretaryError(Exception):
    """Root of every error this product raises on purpose.

    `code` is stable and machine readable; `ru` and `en` say what happened and what to do, and never carry
    internals; `fields` are extra, safe facts for the answer (a limit, an id the caller already knows).
    """

    def __init__(self, code: str, *, en: str, ru: str, fields: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.en = en
        self.ru = ru
        self.fields: Mapping[str, object] = fields or {}

    def text(self, language: Language) -> str:
        return self.ru if language == "ru" else self.en


class NotFound(SecretaryError):
    """There is no such thing, or the caller may not know that there is."""


class Conflict(SecretaryError):
    """The change contradicts what is stored (a taken name, a stale version)."""


class Forbidden(SecretaryError):
    """The caller is known and lacks the right."""


class Unauthenticated(SecretaryError):
    """The caller must say who he is."""


class Invalid(SecretaryError):
    """The input breaks a rule that its sender can keep."""


class RateLimited(SecretaryError):
    """Too many calls; `retry_after_s` says when the next one may succeed."""

    def __init__(self, code: str, *, en: str, ru: str, retry_after_s: int) -> None:
        super().__init__(code, en=en, ru=ru, fields={"retry_after_s": retry_after_s})
        self.retry_after_s = retry_after_s


class Upstream(SecretaryError):
    """A service outside failed; `retryable` says whether the same call may succeed later."""

    def __init__(
        self,
        code: str,
        *,
        en: str,
        ru: str,
        retryable: bool,
        retry_after_s: float | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code, en=en, ru=ru, fields=fields)
        self.retryable = retryable
        self.retry_after_s = retry_after_s


class Internal(SecretaryError):
    """A fault of ours; the caller learns only the request id."""
