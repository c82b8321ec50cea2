"""`/admin/auth/sessions`: where one is signed in, and ending that. For people only, and not for the shared guest."""

from fastapi import APIRouter

from secretary.accounts import sessions
from secretary.accounts.api.access import PATH, EditsSelf, Limit, Offset
from secretary.accounts.api.schemas import EndedOut, SessionOut, SessionsOut
from secretary.accounts.queries import sign_ins
from secretary.web.deps import UnitDep

router = APIRouter(prefix=f"{PATH}/sessions", tags=["auth"])


@router.get("")
async def list_sessions(actor: EditsSelf, unit: UnitDep, limit: Limit = 100, offset: Offset = 0) -> SessionsOut:
    """One's own sessions that are alive, the last used first."""
    rows, total = await sign_ins.sessions_of(unit.db, actor.id, unit.now(), limit=limit, offset=offset)
    return SessionsOut(sessions=[SessionOut.of(row, actor.session_id) for row in rows], total=total)


@router.post("/end-others")
async def end_other_sessions(actor: EditsSelf, unit: UnitDep) -> EndedOut:
    """End all of one's own sessions but this one."""
    del actor
    return EndedOut(ended=await sessions.end_other_sessions(unit))


@router.delete("/{session_id}", status_code=204)
async def end_session(session_id: str, actor: EditsSelf, unit: UnitDep) -> None:
    """End one of one's own sessions; repeating changes nothing."""
    del actor
    await sessions.end_own_session(unit, session_id)
