"""What the accounts' routes share: the flows behind them, the caller's device and rights, the refresh cookie."""

from typing import Annotated

from fastapi import Cookie, Depends, Query, Request, Response

from secretary.accounts.access import require
from secretary.accounts.sessions import Device
from secretary.accounts.sign_in import Accounts, SignedIn
from secretary.accounts.tokens import REFRESH_LIFE
from secretary.kernel.errors import Unauthenticated
from secretary.kernel.unit import Actor
from secretary.web.deps import actor_or_anonymous, services

PATH = "/admin/auth"
COOKIE = "secretary_refresh"
LONGEST_REFRESH_TOKEN = 200


async def _accounts(request: Request) -> Accounts:
    accounts: Accounts = services(request).accounts
    return accounts


async def _device(request: Request) -> Device:
    peer = request.client.host if request.client else ""
    return Device(peer[:64], request.headers.get("user-agent", ""))


async def _caller_if_known(request: Request) -> Actor | None:
    """Who signs out; a token that is no longer good says as little as none."""
    try:
        actor = await actor_or_anonymous(request)
    except Unauthenticated:
        return None
    return actor if actor.session_id else None


AccountsDep = Annotated[Accounts, Depends(_accounts)]
DeviceDep = Annotated[Device, Depends(_device)]
SeesSelf = Annotated[Actor, Depends(require("profile", "view"))]
EditsSelf = Annotated[Actor, Depends(require("profile", "edit"))]
Caller = Annotated[Actor | None, Depends(_caller_if_known)]
RefreshCookie = Annotated[str, Cookie(alias=COOKIE, max_length=LONGEST_REFRESH_TOKEN)]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=2**31)]


def hand_over(request: Request, response: Response, signed_in: SignedIn) -> None:
    """Tokens are not for caches; the refresh token is not for scripts."""
    keep_out_of_caches(response)
    if signed_in.refresh_token is not None:
        response.set_cookie(
            COOKIE,
            signed_in.refresh_token,
            max_age=int(REFRESH_LIFE.total_seconds()),
            path=PATH,
            secure=is_https(request),
            httponly=True,
            samesite="strict",
        )


def keep_out_of_caches(response: Response) -> None:
    """For answers that carry what is shown once."""
    response.headers["cache-control"] = "no-store"


def is_https(request: Request) -> bool:
    return request.url.scheme == "https"
