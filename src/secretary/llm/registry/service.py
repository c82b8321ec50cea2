"""Use cases of providers. An admin's provider is the installation's, anybody else's his own."""

from secretary.accounts.reach import ensure_may_touch, reach
from secretary.accounts.rights import Scope
from secretary.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from secretary.kernel.secrets import Vault, last_four
from secretary.kernel.unit import Unit
from secretary.llm import queries
from secretary.llm.catalog import kind_of
from secretary.llm.events import ProviderChanged
from secretary.llm.models import Provider, ProviderConfig
from secretary.llm.providers import ProviderType
from secretary.llm.registry.fields import NewProvider, ProviderFields
from secretary.llm.registry.places import places
from secretary.llm.specs import KEY, PROXY

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
ID_LETTERS = 4
CA_FILE = "ca_file"
PLAIN = ("name", "provider_type", "base_url", "model_name", "enabled", "config", "description")


async def find(unit: Unit, provider_id: str, *, to_change: bool = False) -> Provider:
    """A provider of the actor's, of anybody's for an admin. Raises NotFound."""
    row = await (queries.provider_to_change if to_change else queries.provider)(unit.db, provider_id)
    if row is None:
        raise NotFound("no_such_provider", en="There is no such provider.", ru="Такого провайдера нет.")
    ensure_may_touch(unit.actor, "providers", row.owner_id, "edit" if to_change else "view")
    return row


async def create(unit: Unit, vault: Vault, fields: NewProvider) -> Provider:
    """Store a provider whose addresses were checked. Raises Invalid where its type needs more than was given."""
    kind, now = kind_of(fields.provider_type), unit.now()
    row = Provider(
        id=await _new_id(unit, fields.provider_type),
        name=kind.title,
        provider_type=fields.provider_type,
        base_url="",
        key_hint="",
        model_name="",
        description="",
        enabled=True,
        config=ProviderConfig(),
        owner_id=None if _is_for_all(unit) else unit.actor.owner_id,
        created=now,
        updated=now,
    )
    _set(unit, row, vault, fields)
    unit.db.add(row)
    await unit.db.flush()
    if fields.is_default:
        await _make_default(unit, row)
    unit.record(ProviderChanged(row.id, "create", owner_id=row.owner_id))
    return row


async def change(unit: Unit, vault: Vault, row: Provider, fields: ProviderFields) -> bool:
    """Change what is named. True where the stored key was dropped, because it would have gone to another place."""
    proxy = _opened_proxy(vault, row)
    before, had_key = places(row, proxy), row.sealed_key is not None
    changed = _set(unit, row, vault, fields)
    if not changed and fields.is_default is None:
        return False
    is_elsewhere = bool(places(row, fields.proxy or ("" if fields.forget_proxy else proxy)) - before)
    is_dropped = had_key and not fields.key and is_elsewhere
    if is_dropped:
        _forget_key(row)
    row.updated = unit.now()
    await unit.db.flush()
    if fields.is_default is not None:
        await (_make_default if fields.is_default else _make_ordinary)(unit, row)
        changed.add("is_default")
    names = {*changed, "api_key"} if is_dropped else changed
    unit.record(ProviderChanged(row.id, "update", tuple(sorted(names)), row.owner_id))
    return is_dropped and not fields.forget_key


async def set_model(unit: Unit, row: Provider, model: str) -> None:
    """Let it use another of its models."""
    row.model_name, row.updated = model, unit.now()
    await unit.db.flush()
    unit.record(ProviderChanged(row.id, "update", ("model_name",), row.owner_id))


async def set_default(unit: Unit, row: Provider) -> None:
    """Make it the first choice of its owner, or of the installation. Repeatable. Raises Conflict if switched off."""
    await _make_default(unit, row)
    unit.record(ProviderChanged(row.id, "update", ("is_default",), row.owner_id))


async def delete(unit: Unit, row: Provider) -> None:
    """Delete a provider; who names it is for others to ask."""
    await unit.db.delete(row)
    await unit.db.flush()
    unit.record(ProviderChanged(row.id, "delete", owner_id=row.owner_id))


def _set(unit: Unit, row: Provider, vault: Vault, fields: ProviderFields) -> set[str]:
    """Set what is named on the row; the names of what that was."""
    _check_ca_file(unit, row, fields)
    changed = {name for name in PLAIN if getattr(fields, name) is not None}
    if fields.provider_type not in {None, row.provider_type} and not fields.model_name:
        row.model_name = ""  # the old type's model means nothing to the new one
    for name in changed:
        setattr(row, name, getattr(fields, name))
    known = kind_of(row.provider_type).models
    row.model_name = row.model_name or (known[0].name if known else "")
    _ensure_complete(row)
    return changed | _seal(row, vault, fields)


def _seal(row: Provider, vault: Vault, fields: ProviderFields) -> set[str]:
    changed = set()
    if fields.forget_key:
        _forget_key(row)
    if fields.forget_proxy:
        row.sealed_proxy = None
    if fields.key:
        row.sealed_key = vault.seal(fields.key, bound_to=KEY.bound_to(row.id))
        row.key_hint = last_four(fields.key)
    if fields.proxy:
        row.sealed_proxy = vault.seal(fields.proxy, bound_to=PROXY.bound_to(row.id))
    if fields.key or fields.forget_key:
        changed.add("api_key")
    if fields.proxy or fields.forget_proxy:
        changed.add("proxy_url")
    return changed


def _forget_key(row: Provider) -> None:
    row.sealed_key, row.key_hint = None, ""


def _opened_proxy(vault: Vault, row: Provider) -> str:
    return vault.open(row.sealed_proxy, bound_to=PROXY.bound_to(row.id)) if row.sealed_proxy else ""


def _ensure_complete(row: Provider) -> None:
    kind = kind_of(row.provider_type)
    missing = [name for name in kind.needs if not row.config.options.get(name)]
    missing += [] if row.base_url or kind.base_url else ["base_url"]
    missing += [] if row.model_name else ["model_name"]
    if missing:
        raise Invalid(
            "llm_provider_incomplete",
            en=f"A provider of this type needs: {', '.join(missing)}.",
            ru=f"Для провайдера этого типа нужно указать: {', '.join(missing)}.",
            fields={"missing": missing},
        )


def _check_ca_file(unit: Unit, row: Provider, fields: ProviderFields) -> None:
    """It is a file of the server: only an admin names one."""
    named = fields.config.options.get(CA_FILE) if fields.config else None
    if named and named != row.config.options.get(CA_FILE) and not _is_for_all(unit):
        raise Forbidden(
            "ca_file_is_admins",
            en="Only an administrator may name a file of the server.",
            ru="Указать файл на сервере может только администратор.",
        )


def _is_for_all(unit: Unit) -> bool:
    return reach(unit.actor, "providers", "edit") is Scope.ALL


async def _make_default(unit: Unit, row: Provider) -> None:
    if not row.enabled:
        raise Conflict(
            "provider_disabled",
            en="This provider is switched off. Switch it on first.",
            ru="Этот провайдер отключён. Сначала включите его.",
        )
    whose = row.owner_id or ""
    before = await queries.default_provider(unit.db, whose)
    if before is not None and before.id != row.id:
        before.default_of = None
        await unit.db.flush()
    row.default_of = whose
    await unit.db.flush()


async def _make_ordinary(unit: Unit, row: Provider) -> None:
    row.default_of = None
    await unit.db.flush()


async def _new_id(unit: Unit, kind: ProviderType) -> str:
    """Short and readable: it is the first part of the model's name in `/v1`."""
    while True:
        number, text = int(unit.new_id().replace("-", ""), 16), ""
        for _ in range(ID_LETTERS):
            number, letter = divmod(number, len(LETTERS))
            text += LETTERS[letter]
        if await queries.provider(unit.db, f"{kind}-{text}") is None:
            return f"{kind}-{text}"
