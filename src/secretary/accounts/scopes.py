"""What an API key can be given: pairs of `rights` as `module:level`, and scopes of their own.

A level includes those below it. Some things are for people only: a key makes no keys and no users, changes no
password, no second factor and no session; no scope opens them.
"""

from collections.abc import Set as AbstractSet

from secretary.accounts.rights import LEVELS, MODULES, Level, Module
from secretary.kernel.errors import Forbidden
from secretary.kernel.unit import Actor

V1 = "v1"
METRICS = "metrics"
_OF_PEOPLE: frozenset[str] = frozenset(
    [f"{module}:{level}" for module in ("api_keys", "users") for level in LEVELS] + ["profile:edit", "profile:manage"]
)
KEY_SCOPES: frozenset[str] = frozenset(f"{module}:{level}" for module in MODULES for level in LEVELS) - _OF_PEOPLE | {
    V1,
    METRICS,
}


def allow(scopes: AbstractSet[str], module: Module, level: Level) -> bool:
    """Do these scopes include `level` of `module`?"""
    enough = {f"{module}:{higher}" for higher in LEVELS[LEVELS.index(level) :]} & KEY_SCOPES
    return f"{module}:{level}" in KEY_SCOPES and not enough.isdisjoint(scopes)


def ensure_scope(actor: Actor, scope: str) -> None:
    """Raises Forbidden for an API key without `scope`; people need none."""
    if actor.kind == "api_key" and scope not in actor.scopes:
        raise Forbidden(
            "missing_scope",
            en=f"This API key lacks the scope {scope}.",
            ru=f"У этого ключа API нет области {scope}.",
            fields={"scope": scope},
        )
