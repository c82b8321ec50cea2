"""`/admin/api-keys`: keys with which programs act for their owner."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from secretary.accounts import api_keys
from secretary.accounts.access import require
from secretary.accounts.api.access import Limit, Offset, keep_out_of_caches
from secretary.accounts.api.admin_schemas import ApiKeyCreatedOut, ApiKeyIn, ApiKeyOut, ApiKeysOut
from secretary.accounts.queries import keys
from secretary.accounts.reach import owner_filter
from secretary.accounts.scopes import KEY_SCOPES
from secretary.kernel.unit import Actor
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/api-keys", tags=["api-keys"])
Sees = Annotated[Actor, Depends(require("api_keys", "view"))]
Edits = Annotated[Actor, Depends(require("api_keys", "edit"))]


@router.get("")
async def list_api_keys(
    actor: Sees, unit: UnitDep, with_revoked: bool = False, limit: Limit = 100, offset: Offset = 0
) -> ApiKeysOut:
    """Keys, newest first, and the scopes that a key can be given."""
    owner = owner_filter(actor, "api_keys")
    rows, total = await keys.keys(unit.db, owner_id=owner, with_revoked=with_revoked, limit=limit, offset=offset)
    shown = [ApiKeyOut.model_validate(row) for row in rows]
    return ApiKeysOut(api_keys=shown, total=total, scopes=sorted(KEY_SCOPES))


@router.post("", status_code=201)
async def create_api_key(body: ApiKeyIn, response: Response, actor: Edits, unit: UnitDep) -> ApiKeyCreatedOut:
    """A new key of one's own. Its text is in this answer and nowhere else."""
    keep_out_of_caches(response)
    key, text = await api_keys.create_key(unit, actor.id, body.name, body.scopes, body.expires)
    return ApiKeyCreatedOut(**ApiKeyOut.model_validate(key).model_dump(), key=text.text)


@router.delete("/{key_id}", status_code=204)
async def revoke_api_key(key_id: str, actor: Edits, unit: UnitDep) -> None:
    """Revoke for good; repeating changes nothing."""
    del actor
    await api_keys.revoke_key(unit, key_id)
