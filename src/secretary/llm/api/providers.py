"""`/admin/llm/providers`. Addresses are looked up before a transaction begins; deleting is in `assistant.backend`."""

from fastapi import APIRouter

from secretary.accounts.reach import owner_filter
from secretary.kernel.errors import Language
from secretary.llm import queries
from secretary.llm.api.deps import InLanguage, Limit, MayEditProviders, MaySeeProviders, Offered, Offset
from secretary.llm.api.schemas import (
    Done,
    ProviderOut,
    ProviderSaved,
    ProviderShown,
    ProvidersOut,
    ProviderTypeOut,
    TriedOut,
)
from secretary.llm.catalog import KINDS
from secretary.llm.registry import service
from secretary.llm.registry.fields import NewProvider, ProviderFields
from secretary.llm.registry.places import check_fields
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/llm/providers", tags=["llm"])

KEY_DROPPED: dict[Language, str] = {
    "en": "The provider has moved, so its stored key was removed: enter the key of the new place.",
    "ru": "Провайдер переехал, поэтому сохранённый ключ удалён: введите ключ нового места.",
}


@router.get("")
async def list_providers(
    unit: UnitDep,
    who: MaySeeProviders,
    offered: Offered,
    enabled_only: bool = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> ProvidersOut:
    """The caller's providers, all of them for an admin, and the types to choose from."""
    owner_id = owner_filter(who, "providers")
    rows, total = await queries.providers(
        unit.db, owner_id=owner_id, enabled_only=enabled_only, limit=limit, offset=offset
    )
    kinds = {str(name): ProviderTypeOut.of(kind) for name, kind in KINDS.items()}
    shown = [ProviderOut.of(row, offered.vault) for row in rows]
    return ProvidersOut(providers=shown, total=total, provider_types=kinds)


@router.get("/{provider_id}")
async def read_provider(
    unit: UnitDep, _who: MaySeeProviders, offered: Offered, provider_id: str, include_key: bool = False
) -> ProviderShown:
    """One provider. `include_key` is taken for older scripts and changes nothing: a key never leaves."""
    del include_key
    return ProviderShown(provider=ProviderOut.of(await service.find(unit, provider_id), offered.vault))


@router.post("", status_code=201)
async def create_provider(who: MayEditProviders, offered: Offered, body: NewProvider) -> ProviderSaved:
    """Store a provider: an admin's is the installation's, anybody else's his own."""
    await check_fields(offered.http, body)
    async with offered.units.write(who) as unit:
        row = await service.create(unit, offered.vault, body)
    return ProviderSaved(provider=ProviderOut.of(row, offered.vault))


@router.put("/{provider_id}")
async def change_provider(
    who: MayEditProviders, offered: Offered, language: InLanguage, provider_id: str, body: ProviderFields
) -> ProviderSaved:
    """Change what is named. Moving it to another host, or type, without its key removes the stored key."""
    async with offered.units.read(who) as unit:
        stored = await service.find(unit, provider_id)
    await check_fields(offered.http, body, stored)
    async with offered.units.write(who) as unit:
        row = await service.find(unit, provider_id, to_change=True)
        is_dropped = await service.change(unit, offered.vault, row, body)
    message = KEY_DROPPED[language] if is_dropped else ""
    return ProviderSaved(provider=ProviderOut.of(row, offered.vault), message=message)


@router.post("/{provider_id}/test")
async def try_provider(who: MayEditProviders, offered: Offered, language: InLanguage, provider_id: str) -> TriedOut:
    """Ask it one short question. Works for a provider that is switched off, too."""
    return TriedOut.of(await offered.trial.run(who, provider_id), language)


@router.post("/{provider_id}/set-default")
async def set_default_provider(unit: UnitDep, _who: MayEditProviders, provider_id: str) -> Done:
    """Make it the first choice of its owner, or of the installation."""
    row = await service.find(unit, provider_id, to_change=True)
    await service.set_default(unit, row)
    return Done(message=row.name)
