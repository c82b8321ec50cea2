"""How long a caller waits: the sooner there is somebody else to ask, the less."""

from dataclasses import dataclass
from random import Random

from secretary.kernel.errors import Upstream


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for a place in the queue and for the first word (None: the backend's own limit), and how often, and how
    long at most, to wait and try the same backend again.
    """

    queue_s: float
    first_word_s: float | None
    retries: int
    longest_wait_s: float
    backoff_s: float = 0.5


WITH_OTHERS = Patience(queue_s=2.0, first_word_s=12.0, retries=1, longest_wait_s=0.6)
ALONE = Patience(queue_s=20.0, first_word_s=None, retries=3, longest_wait_s=10.0)


QUICK_S = 3.0


def wait_before_retry(error: Upstream, attempt: int, took_s: float, patience: Patience, random: Random) -> float | None:
    """Seconds to wait before the next try (`attempt` counts from 1), or None where trying again is no use.

    What the service asks for by Retry-After is kept; else full jitter (Brooker, "Exponential Backoff And Jitter",
    AWS Architecture Blog, 2015).
    """
    if not error.retryable or attempt > patience.retries:
        return None
    if error.code == "llm_timeout" and took_s > QUICK_S:  # waited for; a service may also say so at once
        return None
    if error.retry_after_s is not None:
        wait = error.retry_after_s + random.uniform(0.0, 0.1)
        return wait if wait <= patience.longest_wait_s else None
    return random.uniform(0.0, min(patience.backoff_s * 2 ** (attempt - 1), patience.longest_wait_s))
