"""Who may call a route: `require` and `public`.

Every route depends on `require(module, level)` or `public(reason)`; the test suite walks the routes and fails for
one that does neither.
"""

from functools import cache

from secretary.accounts.reach import reach_or_forbid
from secretary.accounts.rights import Level, Module
from secretary.kernel.unit import Actor
from secretary.web.deps import SignedInDep


class Requirement:
    """A FastAPI dependency: the caller, if he has the right. Raises Unauthenticated or Forbidden."""

    def __init__(self, module: Module, level: Level) -> None:
        self.module: Module = module
        self.level: Level = level

    async def __call__(self, actor: SignedInDep) -> Actor:
        reach_or_forbid(actor, self.module, self.level)
        return actor


class Public:
    """A FastAPI dependency that lets everybody in, and says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def __call__(self) -> None:
        """Nothing to check: the mark itself is the point."""


@cache
def require(module: Module, level: Level) -> Requirement:
    """The dependency that asks for `level` of `module`: `Annotated[Actor, Depends(require("faq", "edit"))]`."""
    return Requirement(module, level)


def public(reason: str) -> Public:
    """The dependency of a route that is open on purpose: `dependencies=[Depends(public("why"))]`."""
    return Public(reason)
