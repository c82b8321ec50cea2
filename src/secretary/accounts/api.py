"""`/admin/auth`: signing in and out, staying signed in, one's own profile and password."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Request, Response

from secretary.accounts import service
from secretary.accounts.access import public, require
from secretary.accounts.schemas import (
    ChangePasswordIn,
    LoginIn,
    MeOut,
    PasswordChangedOut,
    ProfileIn,
    ProfileOut,
    StatusOut,
    TokenOut,
)
from secretary.accounts.sessions import Device
from secretary.accounts.sign_in import Accounts, SignedIn
from secretary.accounts.tokens import REFRESH_LIFE, bad_token
from secretary.kernel.errors import Unauthenticated
from secretary.kernel.unit import Actor
from secretary.web.deps import UnitDep, actor_or_anonymous, services
from secretary.web.problem import language_of

PATH = "/admin/auth"
COOKIE = "secretary_refresh"
LONGEST_REFRESH_TOKEN = 200

router = APIRouter(prefix=PATH, tags=["auth"])


def _accounts(request: Request) -> Accounts:
    accounts: Accounts = services(request).accounts
    return accounts


def _device(request: Request) -> Device:
    peer = request.client.host if request.client else ""
    return Device(peer[:64], request.headers.get("user-agent", ""))


async def _caller_if_known(request: Request) -> Actor | None:
    """Who signs out; a token that is no longer good says as little as none."""
    try:
        actor = await actor_or_anonymous(request)
    except Unauthenticated:
        return None
    return actor if actor.session_id else None


SeesSelf = Annotated[Actor, Depends(require("profile", "view"))]
EditsSelf = Annotated[Actor, Depends(require("profile", "edit"))]
Caller = Annotated[Actor | None, Depends(_caller_if_known)]
RefreshCookie = Annotated[str, Cookie(alias=COOKIE, max_length=LONGEST_REFRESH_TOKEN)]


@router.post("/login", dependencies=[Depends(public("whoever signs in is not signed in yet"))])
async def login(body: LoginIn, request: Request, response: Response) -> TokenOut:
    """Exchange a user name and password for an access token, and a refresh token in a cookie."""
    signed_in = await _accounts(request).sign_in(body.username, body.password, _device(request))
    _hand_over(request, response, signed_in)
    return TokenOut(access_token=signed_in.access_token)


@router.post("/refresh", dependencies=[Depends(public("the refresh token in the cookie says who calls"))])
async def refresh(request: Request, response: Response, cookie: RefreshCookie = "") -> TokenOut:
    """Exchange the refresh token in the cookie for a new access token and a new cookie."""
    if not cookie:
        raise bad_token()
    signed_in = await _accounts(request).refresh(cookie, _device(request))
    _hand_over(request, response, signed_in)
    return TokenOut(access_token=signed_in.access_token)


@router.post(
    "/logout",
    status_code=204,
    dependencies=[Depends(public("leaving must work when the access token has expired"))],
)
async def logout(request: Request, response: Response, caller: Caller, cookie: RefreshCookie = "") -> None:
    """End the caller's session; repeating changes nothing."""
    if await _accounts(request).sign_out(caller, cookie):
        response.delete_cookie(COOKIE, path=PATH, secure=_is_https(request), httponly=True, samesite="strict")


@router.get("/me")
async def me(request: Request, actor: SeesSelf, unit: UnitDep) -> MeOut:
    """Who am I, and what may I do here?"""
    return MeOut.of(await service.user_of(unit, actor.id), services(request).deployment_mode)


@router.get("/profile")
async def profile(actor: SeesSelf, unit: UnitDep) -> ProfileOut:
    """One's own profile."""
    return ProfileOut.model_validate(await service.user_of(unit, actor.id))


@router.put("/profile")
async def edit_profile(body: ProfileIn, actor: EditsSelf, unit: UnitDep) -> ProfileOut:
    """Change one's own display name."""
    return ProfileOut.model_validate(await service.rename(unit, actor.id, body.display_name))


@router.post("/change-password")
async def change_password(
    body: ChangePasswordIn, request: Request, response: Response, actor: EditsSelf
) -> PasswordChangedOut:
    """Change one's own password. Every session ends; the answer carries a new one."""
    changing = _accounts(request).change_password(actor, body.old_password, body.new_password, _device(request))
    signed_in = await changing
    _hand_over(request, response, signed_in)
    done = {"ru": "Пароль изменён.", "en": "The password has been changed."}
    return PasswordChangedOut(access_token=signed_in.access_token, message=done[language_of(request.scope)])


@router.get("/status", dependencies=[Depends(public("the sign-in page asks before anybody is signed in"))])
async def status(request: Request) -> StatusOut:
    """Must one sign in, and for how long is a token good?"""
    return StatusOut(enabled=not _accounts(request).is_open_house)


def _hand_over(request: Request, response: Response, signed_in: SignedIn) -> None:
    """Tokens are not for caches; the refresh token is not for scripts."""
    response.headers["cache-control"] = "no-store"
    if signed_in.refresh_token is not None:
        response.set_cookie(
            COOKIE,
            signed_in.refresh_token,
            max_age=int(REFRESH_LIFE.total_seconds()),
            path=PATH,
            secure=_is_https(request),
            httponly=True,
            samesite="strict",
        )


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
