"""The chat call as a `Wire` of one answer, the model that asks again with a new token, and vectors."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from secretary.adapters.llm.embeddings import EmbeddingCall, OpenAiEmbedder, timeouts_of
from secretary.adapters.llm.gigachat.login import OAUTH_URL, PERSONAL, Account, Login
from secretary.adapters.llm.gigachat.payload import request_body
from secretary.adapters.llm.openai_wire.answer import Completion
from secretary.adapters.llm.openai_wire.endpoint import Endpoint
from secretary.adapters.llm.openai_wire.faults import fault_of_status
from secretary.adapters.llm.wire import WireModel
from secretary.kernel.clock import Clock, utc_now
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.llm.catalog import capabilities_of
from secretary.llm.ports import ChatCapabilities, Embeddings, Finish, Piece, Prompt
from secretary.llm.providers import ProviderSpec

_BATCH = 100


class _Call:
    """One answer's wire: it knows which token it was asked with."""

    def __init__(self, endpoint: Endpoint, login: Login) -> None:
        self._endpoint = endpoint
        self._login = login
        self.token = ""
        self.is_refused = False
        """The service does not know the token (any more)."""

    async def request(self, prompt: Prompt, timeouts: HttpTimeouts) -> HttpRequest:
        self.token = await self._login.token(timeouts)
        endpoint = replace(self._endpoint, api_key=self.token)
        return HttpRequest(
            "POST",
            endpoint.chat_url,
            kind=endpoint.kind,
            headers={"Content-Type": "application/json", "Accept": "text/event-stream", **endpoint.key_headers},
            body=request_body(endpoint.model, prompt),
            timeouts=timeouts,
            proxy=endpoint.proxy,
            ca_file=endpoint.ca_file,
        )

    def answer(self, prompt: Prompt) -> Completion:
        del prompt
        return Completion(self._endpoint.model)

    def fault_of_status(self, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Upstream:
        self.is_refused = status == HTTPStatus.UNAUTHORIZED
        return fault_of_status(status, headers, body, now)


class GigaChatModel:
    """A `ChatModel`. A token that ran out early is replaced once, unseen."""

    def __init__(self, http: HttpClient, spec: ProviderSpec, login: Login, now: Clock) -> None:
        self._http = http
        self._spec = spec
        self._login = login
        self._now = now
        self._capabilities = capabilities_of(spec)

    @property
    def name(self) -> str:
        return self._spec.name

    @property
    def capabilities(self) -> ChatCapabilities:
        return self._capabilities

    @property
    def is_available(self) -> bool:
        return True

    def start(self) -> None:
        """Nothing to load."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """As `WireModel.stream`."""
        call = self._call()
        try:
            async with aclosing(self._answer(call, prompt)) as pieces:
                async for piece in pieces:
                    yield piece
        except Upstream:
            if not call.is_refused:
                raise
            self._login.forget(call.token)
        else:
            return
        async with aclosing(self._answer(self._call(), prompt)) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        """Nothing to end: the shared client owns the connections."""

    def _call(self) -> _Call:
        return _Call(_endpoint(self._spec), self._login)

    def _answer(self, call: _Call, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        spec = self._spec
        capabilities = self._capabilities
        model = WireModel(
            self._http, call, name=spec.name, capabilities=capabilities, limits=spec.limits, now=self._now
        )
        return model.stream(prompt)


class GigaChatEmbedder:
    """An `Embedder` behind the same login."""

    def __init__(self, http: HttpClient, spec: ProviderSpec, login: Login, now: Clock) -> None:
        self._http = http
        self._spec = spec
        self._login = login
        self._now = now

    @property
    def name(self) -> str:
        return self._spec.name

    async def embed(self, texts: Sequence[str], *, dimensions: int | None = None) -> Embeddings:
        """As `OpenAiEmbedder.embed`."""
        token = await self._token()
        try:
            return await self._asked(token, texts, dimensions)
        except Upstream as error:
            if error.code != "llm_bad_key":
                raise
            self._login.forget(token)
        return await self._asked(await self._token(), texts, dimensions)

    async def close(self) -> None:
        """Nothing to end."""

    async def _token(self) -> str:
        return await self._login.token(timeouts_of(self._spec.limits))

    async def _asked(self, token: str, texts: Sequence[str], dimensions: int | None) -> Embeddings:
        endpoint = replace(_endpoint(self._spec), api_key=token)
        call = EmbeddingCall(batch=_BATCH, encoding=None, has_dimensions=False)
        embedder = OpenAiEmbedder(
            self._http, endpoint, name=self.name, limits=self._spec.limits, call=call, now=self._now
        )
        return await embedder.embed(texts, dimensions=dimensions)


def gigachat_model(http: HttpClient, spec: ProviderSpec, now: Clock = utc_now) -> GigaChatModel:
    """A model of GigaChat. Options: `scope`, `ca_file` (PEM with the Russian root), `auth_url`."""
    return GigaChatModel(http, spec, _login(http, spec, now), now)


def gigachat_embedder(http: HttpClient, spec: ProviderSpec, now: Clock = utc_now) -> GigaChatEmbedder:
    """Vectors of GigaChat; the same options."""
    return GigaChatEmbedder(http, spec, _login(http, spec, now), now)


def _login(http: HttpClient, spec: ProviderSpec, now: Clock) -> Login:
    options = spec.options
    account = Account(
        spec.api_key,
        options.get("auth_url") or OAUTH_URL,
        options.get("scope") or PERSONAL,
        spec.kind,
        spec.proxy,
        _ca_file(spec),
    )
    return Login(http, account, now)


def _endpoint(spec: ProviderSpec) -> Endpoint:
    return Endpoint(spec.base_url, spec.model, kind=spec.kind, proxy=spec.proxy, ca_file=_ca_file(spec))


def _ca_file(spec: ProviderSpec) -> Path | None:
    ca_file = spec.options.get("ca_file")
    return Path(ca_file) if ca_file else None
