"""`/admin/llm/presets`: read, make, change. Deleting and activating one is in `assistant.backend`."""

from fastapi import APIRouter

from secretary.llm import queries
from secretary.llm.api.deps import InLanguage, Limit, MayEditPresets, MaySee, MaySeePresets, Offset
from secretary.llm.api.prompt_schemas import PersonaOut, PersonasOut, PresetOut, PresetShown, PresetsOut
from secretary.llm.presets import service
from secretary.llm.presets.fields import NewPreset, PresetFields
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/llm", tags=["llm"])


@router.get("/presets")
async def list_presets(
    unit: UnitDep,
    _who: MaySeePresets,
    language: InLanguage,
    enabled_only: bool = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> PresetsOut:
    """The installation's presets and the caller's own; all for an admin."""
    sees = service.seen_by(unit)
    rows, total = await queries.presets(
        unit.db,
        owner_id=sees.owner_id,
        everything=sees.everything,
        enabled_only=enabled_only,
        limit=limit,
        offset=offset,
    )
    return PresetsOut(presets=[PresetOut.of(row, language) for row in rows], total=total)


@router.get("/presets/{preset_id}")
async def read_preset(unit: UnitDep, _who: MaySeePresets, language: InLanguage, preset_id: str) -> PresetShown:
    """One preset."""
    return PresetShown(preset=PresetOut.of(await service.visible(unit, preset_id), language))


@router.post("/presets", status_code=201)
async def create_preset(unit: UnitDep, _who: MayEditPresets, language: InLanguage, body: NewPreset) -> PresetShown:
    """Make a preset: an admin's is the installation's, anybody else's his own."""
    return PresetShown(preset=PresetOut.of(await service.create(unit, body), language))


@router.put("/presets/{preset_id}")
async def change_preset(
    unit: UnitDep, _who: MayEditPresets, language: InLanguage, preset_id: str, body: PresetFields
) -> PresetShown:
    """Change what is named; heard at the next turn of whoever speaks in it."""
    preset = await service.changeable(unit, preset_id)
    await service.change(unit, preset, body)
    return PresetShown(preset=PresetOut.of(preset, language))


@router.get("/personas")
async def list_personas(unit: UnitDep, _who: MaySee, limit: Limit = 500, offset: Offset = 0) -> PersonasOut:
    """Presets that may speak."""
    sees = service.seen_by(unit)
    rows, total = await queries.presets(
        unit.db, owner_id=sees.owner_id, everything=sees.everything, enabled_only=True, limit=limit, offset=offset
    )
    return PersonasOut(personas={row.id: PersonaOut.of(row) for row in rows}, total=total)
