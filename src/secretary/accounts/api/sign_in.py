"""`/admin/auth`: signing in and out, staying signed in, one's own profile and password, tickets for streams."""

from fastapi import APIRouter, Depends, Request, Response

from secretary.accounts import factors, service
from secretary.accounts.access import public
from secretary.accounts.api.access import (
    COOKIE,
    PATH,
    AccountsDep,
    Caller,
    DeviceDep,
    EditsSelf,
    RefreshCookie,
    SeesSelf,
    hand_over,
    is_https,
    keep_out_of_caches,
)
from secretary.accounts.api.schemas import (
    ChangePasswordIn,
    LoginIn,
    MeOut,
    PasswordChangedOut,
    ProfileIn,
    ProfileOut,
    SecondFactorIn,
    StatusOut,
    TicketOut,
    TokenOut,
)
from secretary.accounts.tickets import issue_ticket
from secretary.accounts.tokens import bad_token
from secretary.kernel.unit import Unit
from secretary.web.deps import UnitDep, services
from secretary.web.problem import language_of

router = APIRouter(prefix=PATH, tags=["auth"])


@router.post("/login", dependencies=[Depends(public("whoever signs in is not signed in yet"))])
async def login(
    body: LoginIn, request: Request, response: Response, accounts: AccountsDep, device: DeviceDep
) -> TokenOut:
    """Exchange a user name and password for an access token, and a refresh token in a cookie.

    With two-factor login on: 401 `second_factor_needed` with a `challenge` for `/second-factor`.
    """
    signed_in = await accounts.sign_in(body.username, body.password, device)
    hand_over(request, response, signed_in)
    return TokenOut(access_token=signed_in.access_token)


@router.post("/second-factor", dependencies=[Depends(public("the challenge says whose password was right"))])
async def finish_login(
    body: SecondFactorIn, request: Request, response: Response, accounts: AccountsDep, device: DeviceDep
) -> TokenOut:
    """Exchange the login's challenge and a code, or a recovery code, for what `/login` gives."""
    signed_in = await accounts.finish_sign_in(body.challenge, body.code, device)
    hand_over(request, response, signed_in)
    return TokenOut(access_token=signed_in.access_token)


@router.post("/refresh", dependencies=[Depends(public("the refresh token in the cookie says who calls"))])
async def refresh(
    request: Request, response: Response, accounts: AccountsDep, device: DeviceDep, cookie: RefreshCookie = ""
) -> TokenOut:
    """Exchange the refresh token in the cookie for a new access token and a new cookie."""
    if not cookie:
        raise bad_token()
    signed_in = await accounts.refresh(cookie, device)
    hand_over(request, response, signed_in)
    return TokenOut(access_token=signed_in.access_token)


@router.post(
    "/logout",
    status_code=204,
    dependencies=[Depends(public("leaving must work when the access token has expired"))],
)
async def logout(
    request: Request, response: Response, accounts: AccountsDep, caller: Caller, cookie: RefreshCookie = ""
) -> None:
    """End the caller's session; repeating changes nothing."""
    if await accounts.sign_out(caller, cookie):
        response.delete_cookie(COOKIE, path=PATH, secure=is_https(request), httponly=True, samesite="strict")


@router.post("/ticket")
async def ticket(response: Response, actor: SeesSelf, unit: UnitDep) -> TicketOut:
    """A ticket for `?ticket=` of one EventSource or WebSocket: good once, for a minute, while the session lives."""
    del actor
    keep_out_of_caches(response)
    return TicketOut(ticket=await issue_ticket(unit))


@router.get("/me")
async def me(request: Request, actor: SeesSelf, unit: UnitDep) -> MeOut:
    """Who am I, and what may I do here?"""
    return MeOut.of(await service.user_of(unit, actor.id), actor, services(request).deployment_mode)


@router.get("/profile")
async def profile(actor: SeesSelf, unit: UnitDep) -> ProfileOut:
    """One's own profile."""
    return await _profile(unit, actor.id)


@router.put("/profile")
async def edit_profile(body: ProfileIn, actor: EditsSelf, unit: UnitDep) -> ProfileOut:
    """Change one's own display name."""
    await service.rename(unit, actor.id, body.display_name)
    return await _profile(unit, actor.id)


@router.post("/change-password")
async def change_password(
    body: ChangePasswordIn,
    request: Request,
    response: Response,
    actor: EditsSelf,
    accounts: AccountsDep,
    device: DeviceDep,
) -> PasswordChangedOut:
    """Change one's own password. Every session ends; the answer carries a new one."""
    signed_in = await accounts.change_password(actor, body.old_password, body.new_password, device)
    hand_over(request, response, signed_in)
    done = {"ru": "Пароль изменён.", "en": "The password has been changed."}
    return PasswordChangedOut(access_token=signed_in.access_token, message=done[language_of(request.scope)])


@router.get("/status", dependencies=[Depends(public("the sign-in page asks before anybody is signed in"))])
async def status(accounts: AccountsDep) -> StatusOut:
    """Must one sign in, and for how long is a token good?"""
    return StatusOut(enabled=not accounts.is_open_house)


async def _profile(unit: Unit, user_id: str) -> ProfileOut:
    return ProfileOut.of(await service.user_of(unit, user_id), await factors.state_of(unit, user_id))
