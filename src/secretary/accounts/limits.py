"""How often a sign-in may fail: per account and per address, counted in the database for all processes.

An attempt is counted before its password is looked at, so that a thousand at once are not a thousand free guesses,
and taken back when the password was right: that account's own count, never what others did from the address.
A refused attempt is not counted, so an attack lengthens no wait beyond `longest_wait_s`; and an address from which
the owner has signed in before has a count of its own, so an attack from elsewhere does not keep him out.
"""

import hashlib
import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from secretary.accounts import queries
from secretary.accounts.models import LoginAttempt
from secretary.kernel.errors import RateLimited
from secretary.kernel.unit import Unit

IPV6_SITE_BITS = 64  # one customer's network: whoever has one address of it has them all
KEPT = timedelta(hours=1)  # as long as the longest window: whoever counts one thing clears away for all


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` failures within `window_s` cost nothing; from then on each wait is twice the last, up to the longest."""

    free: int
    window_s: int
    first_wait_s: int
    longest_wait_s: int

    def since(self, now: datetime) -> datetime:
        return now - timedelta(seconds=self.window_s)

    def wait(self, failures: int, last: datetime | None, now: datetime) -> timedelta:
        """For how long no attempt is let through; nothing, or less, when one is."""
        doublings = failures - self.free
        if last is None or doublings < 0:
            return timedelta(0)
        waiting = min(self.first_wait_s * 2 ** min(doublings, 20), self.longest_wait_s)
        return last + timedelta(seconds=waiting) - now


@dataclass(frozen=True, slots=True)
class LoginLimits:
    """What is allowed to one account, to one address over all accounts, and to the codes of one second factor.

    Whoever guesses codes knows the password already: 12 an hour, of which 3 in a million fit at any time.
    """

    account: Limit = field(default_factory=lambda: Limit(free=10, window_s=900, first_wait_s=5, longest_wait_s=60))
    address: Limit = field(default_factory=lambda: Limit(free=10, window_s=900, first_wait_s=60, longest_wait_s=900))
    code: Limit = field(default_factory=lambda: Limit(free=5, window_s=3600, first_wait_s=30, longest_wait_s=900))


@dataclass(frozen=True, slots=True)
class Counted:
    """Something whose failures are counted."""

    subject: str
    limit: Limit


def by_account(limits: LoginLimits, account: str, known_address: str | None = None) -> Counted:
    """The count of an account; from an address known to its owner, the count of the two together."""
    return Counted(account_subject(account, known_address or ""), limits.account)


def account_subject(account: str, known_address: str = "") -> str:
    """Under what the attempts on an account are kept."""
    return _digest("account", account, known_address)


def by_second_factor(limits: LoginLimits, user_id: str) -> Counted:
    """The count of a user's codes."""
    return Counted(second_factor_subject(user_id), limits.code)


def second_factor_subject(user_id: str) -> str:
    """Under what the attempts on a second factor are kept."""
    return _digest("second-factor", user_id)


def by_address(limits: LoginLimits, address: str) -> Counted:
    """The count of an address; of an IPv6 address, that of its whole site."""
    return Counted(_digest("address", site_of(address)), limits.address)


async def refuse_if_limited(unit: Unit, counted: Sequence[Counted]) -> None:
    """Raises RateLimited when one of them must wait. Changes nothing."""
    now = unit.now()
    for each in counted:
        failures, last = await queries.attempts_since(unit.db, each.subject, each.limit.since(now))
        if (wait := each.limit.wait(failures, last, now)) > timedelta(0):
            raise too_many(wait)


async def count(unit: Unit, counted: Sequence[Counted]) -> list[str]:
    """Count one attempt on each, as failed until `queries.forget_attempts` takes it back. Raises RateLimited."""
    in_order = sorted(counted, key=lambda each: each.subject)  # two attempts that share both never wait crosswise
    for each in in_order:
        await queries.lock_subject(unit.db, each.subject)
    await refuse_if_limited(unit, in_order)
    attempts = [LoginAttempt(id=unit.new_id(), subject=each.subject, at=unit.now()) for each in in_order]
    unit.db.add_all(attempts)
    oldest = min(each.limit.since(unit.now()) for each in in_order)
    await queries.forget_attempts_before(unit.db, min(oldest, unit.now() - KEPT))
    return [attempt.id for attempt in attempts]


def site_of(address: str) -> str:
    """The address itself; of IPv6 its /64, of a mapped one (`::ffff:1.2.3.4`) the IPv4 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), IPV6_SITE_BITS), strict=False))


def too_many(wait: timedelta) -> RateLimited:
    seconds = max(1, math.ceil(wait.total_seconds()))
    return RateLimited(
        "too_many_attempts",
        en=f"Too many attempts. Try again in {seconds} s.",
        ru=f"Слишком много попыток. Попробуйте через {seconds} с.",
        retry_after_s=seconds,
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
