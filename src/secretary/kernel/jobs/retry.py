"""When a failed job runs again, and whether: no clock, no database."""

from dataclasses import dataclass

from secretary.kernel.errors import Internal, RateLimited, SecretaryError, Upstream

CODE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Retry:
    """Waits that double from `first_s` up to `longest_s`, each shortened by up to half at random, so that jobs
    which failed together do not come back together.
    """

    first_s: float = 2.0
    longest_s: float = 3600.0

    def wait_s(self, attempt: int, luck: float, retry_after_s: float | None = None) -> float:
        """Seconds before the attempt after `attempt` (from 1). `luck` is in [0, 1); never less than the other side
        asked for.
        """
        doubled = min(self.first_s * 2.0 ** min(attempt - 1, 40), self.longest_s)
        return max(doubled * (1 - luck / 2), retry_after_s or 0.0)


@dataclass(frozen=True, slots=True)
class Failure:
    """What is kept of an error: its code, and whether trying again makes sense."""

    code: str
    is_final: bool
    retry_after_s: float | None = None


def failure_of(error: BaseException) -> Failure:
    """Ours are final unless they say that they may pass; an unknown one may be anything, so it is tried again."""
    if not isinstance(error, SecretaryError):
        return Failure("internal", is_final=False)
    code = error.code[:CODE_LENGTH]
    if isinstance(error, Upstream):
        return Failure(code, not error.retryable, error.retry_after_s)
    if isinstance(error, RateLimited):
        return Failure(code, is_final=False, retry_after_s=error.retry_after_s)
    return Failure(code, is_final=not isinstance(error, Internal))
