"""How far the actor of a use case reaches: own rows, all rows, or none. For services and queries; no web here."""

from secretary.accounts import rights, scopes
from secretary.accounts.rights import Level, Module, Scope
from secretary.kernel.errors import Forbidden, NotFound
from secretary.kernel.unit import Actor


def reach(actor: Actor, module: Module, level: Level) -> Scope | None:
    """How far `level` of `module` reaches for `actor`; the system itself reaches everything, a visitor nothing.

    An API key reaches as far as its owner does now, where its scopes let it.
    """
    if actor.kind == "system":
        return Scope.ALL
    if actor.kind == "visitor" or (actor.kind == "api_key" and not scopes.allow(actor.scopes, module, level)):
        return None
    return rights.reach(actor.role, module, level)


def owner_filter(actor: Actor, module: Module, level: Level = "view") -> str | None:
    """The only owner whose rows `actor` may see, or `None` for all rows. Raises Forbidden without the right."""
    return None if reach_or_forbid(actor, module, level) is Scope.ALL else actor.id


def may_touch(actor: Actor, module: Module, owner_id: str | None, level: Level = "edit") -> bool:
    """May `actor` do `level` to a row of this owner? A row without an owner is touched with `ALL` only."""
    scope = reach(actor, module, level)
    return scope is Scope.ALL or (scope is Scope.OWN and owner_id == actor.id)


def ensure_may_touch(actor: Actor, module: Module, owner_id: str | None, level: Level = "edit") -> None:
    """Raises NotFound for a foreign row: that it exists is nobody else's business."""
    if not may_touch(actor, module, owner_id, level):
        raise NotFound("not_found", en="There is no such thing.", ru="Такого нет.")


def reach_or_forbid(actor: Actor, module: Module, level: Level) -> Scope:
    scope = reach(actor, module, level)
    if scope is None:
        raise Forbidden(
            "no_right",
            en="Your role does not allow this.",
            ru="Ваша роль этого не позволяет.",
            fields={"module": module, "level": level},
        )
    return scope
