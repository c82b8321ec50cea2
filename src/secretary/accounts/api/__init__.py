"""The accounts' routes: signing in, one's own sessions and second factor, API keys, users."""

from secretary.accounts.api.access import COOKIE, PATH
from secretary.accounts.api.keys import router as keys
from secretary.accounts.api.second_factor import router as second_factor
from secretary.accounts.api.sessions import router as sessions
from secretary.accounts.api.sign_in import router as sign_in
from secretary.accounts.api.users import router as users

__all__ = ["COOKIE", "PATH", "ROUTERS"]

ROUTERS = (sign_in, sessions, second_factor, keys, users)
