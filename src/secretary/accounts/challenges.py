"""What stands between the right password and the code: a signed note, good for minutes and for nothing else."""

from datetime import datetime, timedelta

from secretary.kernel.errors import Unauthenticated
from secretary.kernel.secrets import Signer, Vault

CHALLENGE_LIFE = timedelta(minutes=5)


def issue_challenge(vault: Vault, user_id: str, version: int, now: datetime) -> str:
    """Says that this user's password, as of this version of his credentials, was right a moment ago."""
    return _signer(vault).sign({"sub": user_id, "v": version}, now + CHALLENGE_LIFE)


def read_challenge(vault: Vault, challenge: str, now: datetime) -> tuple[str, int]:
    """The user and the version of his credentials. Raises Unauthenticated."""
    try:
        payload = _signer(vault).verify(challenge, now)
    except Unauthenticated as error:
        raise sign_in_again() from error
    return str(payload["sub"]), int(str(payload["v"]))


def second_factor_needed(challenge: str) -> Unauthenticated:
    return Unauthenticated(
        "second_factor_needed",
        en="Enter the code of your authenticator application, or a recovery code.",
        ru="Введите код из приложения-аутентификатора или код восстановления.",
        fields={"challenge": challenge, "expires_in": int(CHALLENGE_LIFE.total_seconds())},
    )


def wrong_second_factor() -> Unauthenticated:
    return Unauthenticated(
        "wrong_code", en="This code is wrong or has been used.", ru="Этот код неверен или уже использован."
    )


def sign_in_again() -> Unauthenticated:
    return Unauthenticated("challenge_expired", en="Please enter your password again.", ru="Введите пароль ещё раз.")


def _signer(vault: Vault) -> Signer:
    return Signer(vault.derive_all("second-factor"))
