"""The Graph API: numbers, messages, files and templates, for any number of business numbers; webhooks signed by app.

Every request, every answer and every update is held against the official description (`description`); what does not
fit is in `violations`. A message of ours is followed by its statuses as told by `progress`.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from aiohttp import web

from tests.support.fakes.frame import Arrival, Call, FakeService, Rates
from tests.support.fakes.pump import Habits, Pump, Signature, post
from tests.support.fakes.whatsapp.description import problems_of_answer, problems_of_update
from tests.support.fakes.whatsapp.errors import Refused
from tests.support.fakes.whatsapp.nodes import Nodes, asks, check_mine
from tests.support.fakes.whatsapp.people import People
from tests.support.fakes.whatsapp.sending import Sending
from tests.support.fakes.whatsapp.world import Number, Person, Template, World, new_message_id

Work = Callable[[Number, Any], Awaitable[dict[str, Any]]]


class FakeWhatsApp(FakeService):
    """`people` act, `world` is what there is. With `strict` too many messages are answered 130429 and 131056.

    `progress` are the statuses that follow each message by themselves.
    """

    def __init__(
        self,
        *,
        strict: bool = False,
        habits: Habits | None = None,
        progress: Sequence[str] = (),
        keep_calls: int = 20_000,
    ) -> None:
        super().__init__(keep_calls=keep_calls)
        self.world = World()
        self.habits = habits or Habits()
        self.progress = tuple(progress)
        self.is_strict = strict
        self.rates: dict[str, Rates] = {}
        self.people = People(self.world, self.deliver)
        self._sending = Sending(self.world, self.violations)
        self._nodes = Nodes(self.world, lambda: self.url, self.violations)
        acts = [name for name in dir(People) if not name.startswith("_") and name != "status"]
        self.controls = {name: getattr(self.people, name) for name in acts} | {
            "number": self._new_number,
            "revoke": self._revoke,
            "template": self._new_template,
            "webhook": self._webhook,
            "pending": self._pending,
        }

    @property
    def api_url(self) -> str:
        """What a client is given for https://graph.facebook.com/v23.0."""
        return f"{self.url}/v23.0"

    def number(self, number_id: str, token: str, app_secret: str, **about: Any) -> Number:
        """A business number that exists from now on."""
        self.world.numbers[number_id] = Number(number_id, token, app_secret, **about)
        return self.world.numbers[number_id]

    def template(self, name: str, language: str, text: str = "{{1}}", status: str = "APPROVED") -> Template:
        self.world.templates.append(Template(name, language, text, status))
        return self.world.templates[-1]

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        at = r"/{version:v\d+\.\d+}"
        return [
            web.post(at + r"/{id:\d+}/messages", self._on("messages", self._send)),
            web.post(at + r"/{id:\d+}/media", self._on("media", self._nodes.upload)),
            web.get(at + r"/{id:\d+}/message_templates", self._on("message_templates", self._nodes.templates)),
            web.post(at + r"/{id:\d+}/subscribed_apps", self._on("subscribed_apps", self._nodes.subscribe)),
            web.post(at + r"/{id:\d+}", self._on("set_number", self._nodes.set_number)),
            web.get(at + r"/{id:\d+}", self._on("get", self._nodes.get)),
            web.get("/media/{id}", self._download),
        ]

    def deliver(self, number: Number, update: dict[str, Any]) -> None:
        """An update for a number's webhook; without one, or without a subscription, Meta sends nothing."""
        self.violations += problems_of_update(update)
        if (pump := self._pump(number)) is not None:
            pump.put(orjson.dumps(update))

    async def push(self, number: Number, body: bytes, signature: Signature = "right") -> int:
        """Bring a body to a number's webhook now, signed as told; the status of the answer."""
        return await post(number.webhook_url, body, signed(number.app_secret, body, signature))

    async def asks(self, url: str, verify_token: str) -> bool:
        """The handshake: does this address know the token?"""
        return await asks(url, verify_token)

    def refusal(self, call: Call, status: int, retry_after: int, words: str) -> web.StreamResponse:
        """`words` may be one of Meta's codes, which then says more than the status."""
        refused = Refused(int(words)) if words.isdigit() else Refused.by_status(status)
        return _failed(refused, retry_after)

    async def stopping(self) -> None:
        for number in self.world.numbers.values():
            if number.pump is not None:
                await number.pump.stop()

    def _pump(self, number: Number) -> Pump | None:
        if number.pump is not None and number.pump.url != number.webhook_url:
            number.pump.url = number.webhook_url
        if number.pump is None and number.webhook_url and number.is_subscribed:
            number.pump = Pump(
                number.webhook_url, lambda body, kind: signed(number.app_secret, body, kind), self.habits
            )
            number.pump.start()
        return number.pump

    def _on(self, method: str, work: Work) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            given = await _given(request)
            known = {name: value for name, value in given.items() if not isinstance(value, bytes)}
            chat = str(given.get("to") or given.get("recipient") or "").lstrip("+")
            call = Call(method, known, chat, request.match_info["id"], dict(request.headers))
            return await self.play(request, call, lambda: self._answer(request, work, given))

        return answer

    async def _answer(self, request: web.Request, work: Work, given: dict[str, Any]) -> web.StreamResponse:
        try:
            result = await work(self._bearer(request), {**given, "_id": request.match_info["id"]})
        except Refused as refused:
            return _failed(refused)
        return web.json_response(body=orjson.dumps(result))

    def _bearer(self, request: web.Request) -> Number:
        """The number that is asked for, or any that this token is for."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        mine = [one for one in self.world.numbers.values() if one.token == token and not one.is_revoked]
        if not token or not mine:
            raise Refused(190)
        return next((one for one in mine if one.id == request.match_info["id"]), mine[0])

    async def _send(self, number: Number, given: dict[str, Any]) -> dict[str, Any]:
        check_mine(number.id, given)
        body = {name: value for name, value in given.items() if name != "_id"}
        if body.get("status") == "read":
            self._sending.check_read(number, body)
            return {"success": True}
        person = self._sending.check(number, body)
        self._check_rate(number, person)
        return self._sent(number, person, body)

    def _sent(self, number: Number, person: Person, body: dict[str, Any]) -> dict[str, Any]:
        message_id = new_message_id(person.phone)
        number.keep(number.sent, message_id, person.key)
        if body["type"] != "reaction":
            self.arrived[person.key].append(Arrival(message_id, _shown(body), body["type"], body))
        for state in self.progress:
            self.people.status(number, message_id, state)
        asked = body.get("to") or body.get("recipient")
        contact = {"input": asked} | ({"user_id": person.user_id} if person.hides else {"wa_id": person.phone})
        answer = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message_id}]}
        self.violations += problems_of_answer(answer, "MessageResponsePayload")
        return answer

    def _check_rate(self, number: Number, person: Person) -> None:
        """80 a second; to one person 45 at once, then one in 6 seconds (here: in every 6 seconds 45)."""
        if not self.is_strict:
            return
        pair = self.rates.setdefault(f"{number.id} {person.key}", Rates(per_second=45))
        if pair.wait_s(""):
            raise Refused(131056)
        if self.rates.setdefault(number.id, Rates(per_second=80)).wait_s(""):
            raise Refused(130429)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        call = Call("download", {"id": request.match_info["id"]}, headers=dict(request.headers))
        return await self.play(request, call, lambda: self._file(request))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        try:
            self._bearer(request)
        except Refused as refused:
            return _failed(refused)
        file = self.world.files.get(request.match_info["id"])
        if file is None:
            return web.Response(status=404)
        data = file.data or b"x" * file.size
        return web.Response(body=data, content_type=file.media_type.partition(";")[0])

    async def _new_number(self, number: str, token: str, app_secret: str, **about: Any) -> str:
        return self.number(number, token, app_secret, **about).id

    async def _new_template(self, name: str, language: str, text: str = "{{1}}") -> str:
        return self.template(name, language, text).name

    async def _revoke(self, number: str) -> bool:
        self.world.numbers[number].is_revoked = True
        return True

    async def _webhook(self, number: str, url: str = "", **habits: Any) -> dict[str, Any]:
        """Where updates go and how (`Habits`), and how that has gone."""
        for name, value in habits.items():
            setattr(self.habits, name, value)
        at = self.world.numbers[number]
        at.webhook_url = url or at.webhook_url
        pump = at.pump
        about = {"delivered": pump.delivered, "failures": pump.failures, "pending": pump.pending} if pump else {}
        return about | {"url": at.webhook_url}

    async def _pending(self, number: str) -> int:
        pump = self.world.numbers[number].pump
        return pump.pending if pump else 0


def signed(app_secret: str, body: bytes, signature: Signature = "right") -> Mapping[str, str]:
    """The header of an update: its HMAC-SHA256 by the app's secret."""
    if signature == "absent":
        return {}
    secret = {"right": app_secret, "wrong": f"{app_secret}-", "empty": ""}[signature]
    return {"X-Hub-Signature-256": f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"}


def _shown(body: dict[str, Any]) -> str:
    kind = body["type"]
    if kind == "text":
        return str(body["text"]["body"])
    if kind == "interactive":
        return str(body["interactive"]["body"]["text"])
    if kind == "template":
        texts = [one["text"] for part in body["template"].get("components", []) for one in part["parameters"]]
        return " ".join(texts)
    return str(body[kind].get("caption", "")) if isinstance(body[kind], dict) else ""


def _failed(refused: Refused, retry_after: int = 0) -> web.Response:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return web.json_response(refused.body(), status=refused.status, headers=headers)


async def _given(request: web.Request) -> dict[str, Any]:
    """From the query and from JSON or a multipart form."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "multipart/form-data":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                about = {"file_name": value.filename, "file_type": value.content_type}
                given |= {name: value.file.read(), **about}
            else:
                given[name] = value
    elif request.can_read_body:
        try:
            body = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            body = {}
        given |= body if isinstance(body, dict) else {}
    return given
