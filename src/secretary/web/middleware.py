"""What wraps every request, as plain ASGI: an id, a size limit, security headers, errors as problems, counters."""

import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from secretary.kernel.clock import uuid7
from secretary.kernel.errors import Invalid, SecretaryError
from secretary.kernel.telemetry import REQUEST_SECONDS
from secretary.web.problem import internal_error, problem

log = structlog.get_logger(__name__)

SECURITY_HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self)"),
)
CONTENT_SECURITY_POLICY = (
    b"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Edge:
    """The outermost layer: nothing that is raised inside leaves as anything but a problem.

    `body_bytes` says how large bodies may be below other prefixes.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, body_bytes: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._body_bytes = tuple((body_bytes or {}).items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, receive, send, self._allowed(scope["path"]))
        try:
            await self._app(scope, request.receive, request.send)
        except SecretaryError as error:
            await request.fail(error)
        except ClientDisconnect:
            log.debug("client_left", request_id=request.id)
        except Exception:  # the edge of the application: logged, answered, never shown
            log.exception("request_failed", request_id=request.id, method=scope["method"], route=request.route)
            await request.fail(internal_error())
        finally:
            REQUEST_SECONDS.labels(request.route, str(request.status)).observe(time.perf_counter() - request.began)

    def _allowed(self, path: str) -> int:
        for prefix, size in self._body_bytes:
            if path.startswith(prefix):
                return size
        return self._max_body_bytes


class _Request:
    """One request's id, counters and guarded channels."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_body_bytes: int) -> None:
        self.id = scope["request_id"] = uuid7()
        self.began = time.perf_counter()
        self.status = 0
        self._scope, self._receive, self._send = scope, receive, send
        self._allowed = max_body_bytes
        self._is_over = self._is_withheld = False

    @property
    def route(self) -> str:
        """The route's pattern, never the path: a path may carry personal data and would make endless series."""
        return getattr(self._scope.get("route"), "path", "-")

    async def receive(self) -> Message:
        message = await self._receive()
        self._allowed -= len(message.get("body", b""))
        if self._allowed < 0:
            error = Invalid("too_large", en="The request is too large.", ru="Слишком большой запрос.")
            await self.fail(error)  # at once: a framework takes what is raised here for something else
            raise error
        return message

    async def send(self, message: Message) -> None:
        if self._is_over or self._is_withheld:
            return
        if message["type"] == "http.response.start":
            if _is_framework_failure(message):
                self._is_withheld = True
                return
            self.status = message["status"]
            message["headers"] = _with_security(list(message["headers"]), self.id, self._scope)
        await self._send(message)
        self._is_over = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def fail(self, error: SecretaryError) -> None:
        """Answer with `error`; once an answer has begun, all that can be done is to end it."""
        self._is_withheld = False
        if not self.status:
            await problem(error, self._scope)(self._scope, self._receive, self.send)
        elif not self._is_over:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        self._is_over = True


def _is_framework_failure(start: Message) -> bool:
    """Starlette says that something broke in its own words before it raises what it was: the problem comes then."""
    return start["status"] == HTTPStatus.INTERNAL_SERVER_ERROR and any(
        name == b"content-type" and value.startswith(b"text/plain") for name, value in start["headers"]
    )


def _with_security(headers: list[tuple[bytes, bytes]], request_id: str, scope: Scope) -> list[tuple[bytes, bytes]]:
    headers.append((b"x-request-id", request_id.encode()))
    if "problem" in scope:  # programs call it, no browser shows it: each header costs its microsecond
        headers.append(SECURITY_HEADERS[0])
        return headers
    present = {name for name, _ in headers}
    headers += [header for header in SECURITY_HEADERS if header[0] not in present]
    if b"content-security-policy" not in present:
        headers.append((b"content-security-policy", CONTENT_SECURITY_POLICY))
    return headers
