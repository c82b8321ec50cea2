"""`/admin/auth/second-factor`: one's own two-factor login. For people only, and not for the shared guest."""

from fastapi import APIRouter, Response

from secretary.accounts.api.access import PATH, AccountsDep, EditsSelf, keep_out_of_caches
from secretary.accounts.api.schemas import CodeIn, PasswordAndCodeIn, PasswordIn, RecoveryCodesOut, SetupOut
from secretary.accounts.second_factor import SecondFactors

router = APIRouter(prefix=f"{PATH}/second-factor", tags=["auth"])


@router.post("/setup")
async def set_up_second_factor(
    body: PasswordIn, response: Response, actor: EditsSelf, accounts: AccountsDep
) -> SetupOut:
    """A new secret for the authenticator application, shown once; it counts after `/confirm`."""
    keep_out_of_caches(response)
    setup = await SecondFactors(accounts).set_up(actor, body.password)
    return SetupOut(secret=setup.secret, uri=setup.uri)


@router.post("/confirm")
async def confirm_second_factor(
    body: CodeIn, response: Response, actor: EditsSelf, accounts: AccountsDep
) -> RecoveryCodesOut:
    """Switch two-factor login on with a code of the application; the recovery codes are shown once."""
    keep_out_of_caches(response)
    return RecoveryCodesOut(recovery_codes=await SecondFactors(accounts).confirm(actor, body.code))


@router.post("/recovery-codes")
async def renew_recovery_codes(
    body: PasswordAndCodeIn, response: Response, actor: EditsSelf, accounts: AccountsDep
) -> RecoveryCodesOut:
    """Ten new recovery codes, shown once; the earlier ones are void."""
    keep_out_of_caches(response)
    codes = await SecondFactors(accounts).renew_recovery_codes(actor, body.password, body.code)
    return RecoveryCodesOut(recovery_codes=codes)


@router.post("/disable", status_code=204)
async def disable_second_factor(body: PasswordAndCodeIn, actor: EditsSelf, accounts: AccountsDep) -> None:
    """Switch two-factor login off."""
    await SecondFactors(accounts).disable(actor, body.password, body.code)
