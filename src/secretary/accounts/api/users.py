"""`/admin/users`: who may sign in. For administrators; an API key has no scope for it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from secretary.accounts import people, service
from secretary.accounts.access import require
from secretary.accounts.api.access import AccountsDep, Limit, Offset, keep_out_of_caches
from secretary.accounts.api.admin_schemas import NewPasswordIn, UserChangeIn, UserCreatedOut, UserIn, UserOut, UsersOut
from secretary.accounts.api.schemas import Plain
from secretary.accounts.models import User
from secretary.accounts.queries.factors import protected
from secretary.accounts.queries.people import page_of_users
from secretary.kernel.unit import Actor, Unit
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/users", tags=["users"])
Sees = Annotated[Actor, Depends(require("users", "view"))]
Edits = Annotated[Actor, Depends(require("users", "edit"))]
Search = Annotated[str, Query(max_length=120), Plain]


@router.get("")
async def list_users(actor: Sees, unit: UnitDep, q: Search = "", limit: Limit = 100, offset: Offset = 0) -> UsersOut:
    """Users, oldest first; `q` searches the user name, and the display name as it is written."""
    del actor
    rows, total = await page_of_users(unit.db, search=q, limit=limit, offset=offset)
    with_factor = await protected(unit.db, [row.id for row in rows])
    return UsersOut(users=[UserOut.of(row, has_second_factor=row.id in with_factor) for row in rows], total=total)


@router.post("", status_code=201)
async def create_user(body: UserIn, response: Response, actor: Edits, accounts: AccountsDep) -> UserCreatedOut:
    """Create a user. Without a password one is made up; it is in this answer and nowhere else."""
    keep_out_of_caches(response)
    hired = await people.hire(accounts, actor, body.username, body.role, body.display_name, body.password)
    return UserCreatedOut(user=UserOut.of(hired.user, has_second_factor=False), password=hired.generated)


@router.get("/{user_id}")
async def read_user(user_id: str, actor: Sees, unit: UnitDep) -> UserOut:
    """One user."""
    del actor
    return await _shown(unit, await service.user_of(unit, user_id))


@router.put("/{user_id}")
async def change_user(user_id: str, body: UserChangeIn, actor: Edits, unit: UnitDep) -> UserOut:
    """Change what is given. A new role and deactivation end every session of the user."""
    del actor
    changed = await people.change_user(
        unit, user_id, role=body.role, display_name=body.display_name, is_active=body.is_active
    )
    return await _shown(unit, changed)


@router.post("/{user_id}/password")
async def set_user_password(
    user_id: str, body: NewPasswordIn, response: Response, actor: Edits, accounts: AccountsDep
) -> UserCreatedOut:
    """A new password, given or made up; every session of the user ends."""
    keep_out_of_caches(response)
    changed = await people.give_password(accounts, actor, user_id, body.password)
    async with accounts.units.read(actor) as unit:
        shown = await _shown(unit, changed.user)
    return UserCreatedOut(user=shown, password=changed.generated)


@router.delete("/{user_id}/second-factor", status_code=204)
async def reset_user_second_factor(user_id: str, actor: Edits, unit: UnitDep) -> None:
    """For a user who lost his code generator: he signs in with his password alone. Repeating changes nothing."""
    del actor
    await people.reset_second_factor(unit, user_id)


@router.delete("/{user_id}", status_code=204)
async def delete_user(user_id: str, actor: Edits, unit: UnitDep) -> None:
    """Delete a user to whom nothing belongs; 409 `user_owns_things` otherwise: deactivate him instead."""
    del actor
    await people.delete_user(unit, user_id)


async def _shown(unit: Unit, user: User) -> UserOut:
    return UserOut.of(user, has_second_factor=bool(await protected(unit.db, [user.id])))
