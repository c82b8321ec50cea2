"""`/admin/auth` over HTTP: status codes, cookies, problems, rights; the flows themselves are tested in the domain."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from types import SimpleNamespace

import pytest

from secretary.accounts import api, service
from secretary.accounts.authenticator import SessionAuthenticator
from secretary.accounts.models import Role
from secretary.accounts.passwords import Passwords
from secretary.accounts.rights import MODULES
from secretary.accounts.sign_in import Accounts
from secretary.accounts.tokens import AccessTokens, Claims
from secretary.kernel.secrets import Vault
from secretary.web.middleware import Edge

PASSWORD = "верная лошадь"
PASSWORD_HASH = asyncio.run(Passwords().hash(PASSWORD))


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    set_cookie: SimpleCookie = field(default_factory=SimpleCookie)

    def json(self):
        return json.loads(self.body)


@dataclass
class Browser:
    """Sends requests to the sign-in routes alone, as a browser would, and keeps the refresh cookie."""

    app: object
    services: SimpleNamespace
    scheme: str = "http"
    cookie: str = ""
    bearer: str = ""
    moment: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent: list[dict] = []
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        await self.app(self._scope(method, path, headers), _receiving(content), _appending(sent))
        answer = Answer(sent[0]["status"], {}, b"".join(part.get("body", b"") for part in sent[1:]))
        for name, value in sent[0]["headers"]:
            answer.headers[name.decode()] = value.decode()
            if name == b"set-cookie":
                answer.set_cookie.load(value.decode())
        if api.COOKIE in answer.set_cookie:
            self.cookie = answer.set_cookie[api.COOKIE].value
        return answer

    def _scope(self, method: str, path: str, headers: dict[str, str]) -> dict:
        sent = {"content-type": "application/json", "user-agent": "Firefox", **headers}
        if self.bearer:
            sent["authorization"] = f"Bearer {self.bearer}"
        if self.cookie:
            sent["cookie"] = f"{api.COOKIE}={self.cookie}"
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": self.scheme,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()],
            "client": ("203.0.113.1", 50000),
            "server": ("localhost", 8002),
            "services": self.services,
        }

    async def sign_in(self, username: str = "anna", password: str = PASSWORD, **headers: str) -> Answer:
        answer = await self.send("POST", "/admin/auth/login", _credentials(username, password), **headers)
        if answer.status == 200:
            self.bearer = answer.json()["access_token"]
        return answer


def _credentials(username: str, password: str) -> dict[str, str]:
    return {"username": username, "password": password}


def _receiving(content: bytes):
    async def receive() -> dict:
        return {"type": "http.request", "body": content, "more_body": False}

    return receive


def _appending(sent: list[dict]):
    async def send(message: dict) -> None:
        sent.append(message)

    return send


@pytest.fixture
def browser(units, admin_api) -> Browser:
    """A browser before the admin API, with a clock that the test moves."""
    browser = Browser(Edge(admin_api, max_body_bytes=1_000_000), SimpleNamespace(deployment_mode="full"))
    ours = replace(units, clock=lambda: browser.moment)
    tokens = AccessTokens(b"k" * 32, "installation-1")
    browser.services.units = ours
    browser.services.accounts = Accounts(ours, tokens, Vault(["k" * 43]))
    browser.services.authenticator = SessionAuthenticator(ours, tokens)
    return browser


async def _add(browser: Browser, username: str = "anna", role: Role = Role.USER) -> str:
    async with browser.services.units.write() as unit:
        return (await service.create_user(unit, username, PASSWORD_HASH, role)).id


async def test_login_gives_a_bearer_token_that_opens_me(browser):
    user_id = await _add(browser, role=Role.ADMIN)
    answer = await browser.sign_in("Anna")
    assert answer.status == 200
    assert answer.json() == {"access_token": browser.bearer, "token_type": "bearer", "expires_in": 900}
    assert answer.headers["cache-control"] == "no-store"
    me = (await browser.send("GET", "/admin/auth/me")).json()
    assert (me["id"], me["username"], me["role"]) == (user_id, "anna", "admin")
    assert me["deployment_mode"] == "full"
    assert set(me["rights"]) == set(MODULES)


async def test_me_says_what_the_panel_may_offer(browser):
    await _add(browser, role=Role.GUEST)
    await browser.sign_in()
    rights = (await browser.send("GET", "/admin/auth/me")).json()["rights"]
    assert rights["faq"] == {"view": "all", "edit": None, "manage": None}
    assert "audit" not in rights


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_refresh_cookie_is_out_of_reach_of_scripts_and_other_sites(browser, scheme):
    await _add(browser)
    browser.scheme = scheme
    cookie = (await browser.sign_in()).set_cookie[api.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "strict"
    assert cookie["path"] == "/admin/auth"
    assert int(cookie["max-age"]) == timedelta(days=30).total_seconds()
    assert bool(cookie["secure"]) is (scheme == "https")


async def test_wrong_password_and_unknown_user_get_the_same_answer(browser):
    await _add(browser)
    answers = [await browser.sign_in("anna", "wrong password"), await browser.sign_in("nobody", "wrong password")]
    for answer in answers:
        assert answer.status == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "wrong_credentials"
    known, unknown = ({**answer.json(), "request_id": ""} for answer in answers)
    assert known == unknown


async def test_no_header_of_the_client_resets_the_limit(browser):
    disguises = ["x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip", "true-client-ip", "user-agent"]
    statuses = []
    for number in range(12):
        lies = dict.fromkeys(disguises, f"198.51.100.{number}")
        statuses.append((answer := await browser.sign_in(f"name-{number}", "wrong password", **lies)).status)
    assert statuses == [401] * 10 + [429] * 2
    assert int(answer.headers["retry-after"]) == answer.json()["retry_after_s"] == 60


@pytest.mark.parametrize(
    "body",
    [
        {"username": "anna"},
        {"username": "", "password": "x"},
        {"username": "a" * 65, "password": "x"},
        {"username": "anna", "password": "x" * 257},
        {"username": "an\0na", "password": "x"},
        {"username": "anna", "password": "x\0"},
        {"username": "\ud800", "password": "x"},
        {"username": "anna", "password": "\udfff"},
        {"username": ["anna"], "password": {"$ne": 1}},
        [],
        b"not json",
        b"",
    ],
)
async def test_malformed_credentials_are_refused_clearly(browser, body):
    answer = await browser.send("POST", "/admin/auth/login", body)
    assert answer.status == 422
    assert answer.body


async def test_refresh_brings_a_new_token_and_cookie(browser):
    await _add(browser)
    await browser.sign_in()
    first = browser.cookie
    browser.moment += timedelta(minutes=20)
    assert (await browser.send("GET", "/admin/auth/me")).json()["code"] == "token_expired"
    answer = await browser.send("POST", "/admin/auth/refresh")
    assert answer.status == 200
    assert browser.cookie != first
    browser.bearer = answer.json()["access_token"]
    assert (await browser.send("GET", "/admin/auth/me")).status == 200


async def test_copied_refresh_cookie_ends_the_session_for_the_thief_and_the_owner(browser):
    await _add(browser)
    await browser.sign_in()
    copied = browser.cookie
    await browser.send("POST", "/admin/auth/refresh")
    browser.moment += timedelta(minutes=1)
    thief = replace(browser, cookie=copied, bearer="", moment=browser.moment)
    assert (await thief.send("POST", "/admin/auth/refresh")).status == 401
    assert (await browser.send("POST", "/admin/auth/refresh")).status == 401
    assert (await browser.send("GET", "/admin/auth/me")).status == 401


@pytest.mark.parametrize("cookie", ["", "nonsense", "a.b", "x" * 201])
async def test_refresh_without_a_good_cookie_is_refused(browser, cookie):
    browser.cookie = cookie
    assert (await browser.send("POST", "/admin/auth/refresh")).status in {401, 422}


async def test_logout_ends_the_session_and_takes_the_cookie(browser):
    await _add(browser)
    await browser.sign_in()
    answer = await browser.send("POST", "/admin/auth/logout")
    assert answer.status == 204
    assert answer.set_cookie[api.COOKIE]["max-age"] == "0"
    assert (await browser.send("GET", "/admin/auth/me")).status == 401
    assert (await browser.send("POST", "/admin/auth/logout")).status == 204


async def test_logout_works_when_the_access_token_has_expired(browser):
    await _add(browser)
    await browser.sign_in()
    browser.moment += timedelta(minutes=20)
    kept = browser.cookie
    assert (await browser.send("POST", "/admin/auth/logout")).status == 204
    browser.cookie = kept
    assert (await browser.send("POST", "/admin/auth/refresh")).status == 401


@pytest.mark.parametrize(
    "bearer", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4Iiwic2lkIjoieCJ9.", "x" * 5000]
)
async def test_a_bad_bearer_is_refused_everywhere(browser, bearer):
    browser.bearer = bearer
    for path in ("me", "profile"):
        answer = await browser.send("GET", f"/admin/auth/{path}")
        assert (answer.status, answer.json()["code"]) == (401, "bad_token")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_of_another_installation_or_key_is_refused(browser):
    await _add(browser)
    await browser.sign_in()
    actor = await browser.services.authenticator.authenticate(browser.bearer)
    for tokens in (AccessTokens(b"k" * 32, "installation-2"), AccessTokens(b"j" * 32, "installation-1")):
        browser.bearer = tokens.issue(Claims(actor.id, actor.session_id), browser.moment)
        assert (await browser.send("GET", "/admin/auth/me")).status == 401


async def test_profile_shows_and_changes_oneself(browser):
    user_id = await _add(browser)
    await browser.sign_in()
    changed = await browser.send("PUT", "/admin/auth/profile", {"display_name": " Анна  П. "})
    shown = await browser.send("GET", "/admin/auth/profile")
    assert changed.status == shown.status == 200
    assert changed.json() == shown.json()
    assert shown.json() == {
        "id": user_id,
        "username": "anna",
        "role": "user",
        "display_name": "Анна П.",
        "created": "2026-03-01T12:00:00Z",
        "last_login": "2026-03-01T12:00:00Z",
        "second_factor": {"enabled": False, "recovery_codes_left": 0},
    }


async def test_guest_sees_his_profile_and_changes_nothing(browser):
    await _add(browser, role=Role.GUEST)
    await browser.sign_in()
    passwords = {"old_password": PASSWORD, "new_password": "long enough"}
    answers = {
        await _status(browser, "GET", "profile"),
        await _status(browser, "PUT", "profile", {"display_name": "x"}),
        await _status(browser, "POST", "change-password", passwords),
    }
    assert answers == {200, 403}
    assert (await browser.sign_in()).status == 200


async def _status(browser: Browser, method: str, name: str, body: object = None) -> int:
    return (await browser.send(method, f"/admin/auth/{name}", body)).status


async def test_change_password_needs_the_old_one(browser):
    await _add(browser)
    await browser.sign_in()
    wrong = {"old_password": "wrong one", "new_password": "long enough"}
    answer = await browser.send("POST", "/admin/auth/change-password", wrong, accept_language="ru")
    assert (answer.status, answer.json()["code"]) == (400, "wrong_current_password")
    assert "неверно" in answer.json()["detail"]


async def test_changed_password_keeps_the_caller_in_by_a_new_token(browser):
    await _add(browser)
    await browser.sign_in()
    old = browser.bearer
    right = {"old_password": PASSWORD, "new_password": "long enough"}
    answer = await browser.send("POST", "/admin/auth/change-password", right)
    assert answer.status == 200
    assert answer.json()["message"]
    assert (await browser.send("GET", "/admin/auth/me")).status == 401
    browser.bearer = answer.json()["access_token"]
    assert browser.bearer != old
    assert (await browser.send("GET", "/admin/auth/me")).status == 200
    assert (await browser.send("POST", "/admin/auth/refresh")).status == 200
    assert (await browser.sign_in("anna", PASSWORD)).status == 401


async def test_status_is_open_and_says_what_is_true(browser):
    assert (await browser.send("GET", "/admin/auth/status")).json() == {"enabled": True, "jwt_expiration_hours": 0.25}
    browser.services.accounts = replace(browser.services.accounts, is_open_house=True)
    assert (await browser.send("GET", "/admin/auth/status")).json()["enabled"] is False


async def test_open_house_lets_callers_without_a_token_in_as_the_admin(browser):
    await _add(browser, "boss", Role.ADMIN)
    async with browser.services.units.read() as unit:
        admin = await service.open_house(unit)
    tokens = browser.services.accounts.tokens
    browser.services.authenticator = SessionAuthenticator(browser.services.units, tokens, admin)
    assert (await browser.send("GET", "/admin/auth/me")).json()["username"] == "boss"
    assert (await browser.send("POST", "/admin/auth/logout")).status == 204
    browser.bearer = "nonsense"
    assert (await browser.send("GET", "/admin/auth/me")).status == 401
