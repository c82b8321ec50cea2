"""The routes of `/v1`, on plain Starlette: the product's hottest path."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Scope

from secretary.gateway.answer import Answer
from secretary.gateway.answering import Answering
from secretary.gateway.edge import Border
from secretary.gateway.embeddings import Embedding
from secretary.gateway.errors import error_object, openai_problem
from secretary.gateway.schemas import ChatRequest, EmbeddingRequest, parsed
from secretary.gateway.shapes import DONE, Chunks, Whole, embeddings_object
from secretary.gateway.targets import Listed, Targets, no_such_model
from secretary.kernel.clock import Clock
from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import Actor
from secretary.web.problem import internal_error
from secretary.web.sse import EventStream

OVERHEAD = b"x-secretary-overhead-ms"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gateway:
    """Answers programs."""

    border: Border
    targets: Targets
    answering: Answering
    embedding: Embedding
    clock: Clock

    def routes(self) -> list[BaseRoute]:
        guarded = self.border.route
        return [
            guarded("/v1/chat/completions", self.complete, ["POST"]),
            guarded("/v1/embeddings", self.embed, ["POST"]),
            guarded("/v1/models", self.models, ["GET"]),
            guarded("/v1/models/", self.models, ["GET"]),
            guarded("/v1/models/{model_id:path}", self.model, ["GET"]),
        ]

    async def complete(self, request: Request, actor: Actor) -> Response:
        """`POST /v1/chat/completions`. A fault before the first word has a status of its own."""
        began = time.perf_counter()
        asked = parsed(ChatRequest, await request.body())
        answer = await self.answering.begin(actor, asked)
        answer_id, created = f"chatcmpl-{request.scope['request_id']}", int(self.clock().timestamp())
        if asked.stream:
            chunks = Chunks(answer_id, asked.model, created, with_usage=asked.wants_usage)
            events = _events(answer, chunks, request.scope)
            response: Response = EventStream(events, first=await anext(events))
        else:
            whole = Whole()
            async with aclosing(answer.pieces) as pieces:
                async for piece in pieces:
                    whole.take(piece)
            response = _json(whole.body(answer_id, asked.model, created))
        response.raw_headers += _headers(answer, began)
        return response

    async def embed(self, request: Request, actor: Actor) -> Response:
        """`POST /v1/embeddings`."""
        asked = parsed(EmbeddingRequest, await request.body())
        found = await self.embedding.embed(actor, asked)
        return _json(embeddings_object(found, asked.model, asked.encoding_format))

    async def models(self, request: Request, actor: Actor) -> Response:
        """`GET /v1/models`."""
        del request
        listed = await self.targets.listed(actor)
        return _json({"object": "list", "data": [_model(one) for one in listed]})

    async def model(self, request: Request, actor: Actor) -> Response:
        """`GET /v1/models/{id}`: also one that is not listed, if it can be asked."""
        model_id = request.path_params["model_id"]
        for one in await self.targets.listed(actor):
            if one.id == model_id:
                return _json(_model(one))
        await self.targets.find(actor, model_id)
        provider, slash, _ = model_id.partition("/")
        if not model_id:
            raise no_such_model(model_id)
        return _json(_model(Listed(model_id, provider if slash else "secretary", model_id)))


async def _events(answer: Answer, chunks: Chunks, scope: Scope) -> AsyncGenerator[bytes, None]:
    """The answer as events, the first once its first piece is here. A fault before it is raised, one in mid-answer is
    the last event: the status has been sent.
    """
    async with aclosing(answer.pieces) as pieces:
        first = await anext(pieces, None)
        yield chunks.first() + (b"" if first is None else chunks.of(first))
        try:
            async for piece in pieces:
                yield chunks.of(piece)
        except SecretaryError as error:
            yield _failure(error, scope)
        except Exception:  # the edge of a stream: logged, and told without a word of what it was
            log.exception("stream_failed", request_id=scope["request_id"])
            yield _failure(internal_error(), scope)
    yield DONE


def _failure(error: SecretaryError, scope: Scope) -> bytes:
    status = openai_problem(error, scope).status_code
    return b"data: " + orjson.dumps(error_object(error, scope, status)) + b"\n\n"


def _headers(answer: Answer, began: float) -> list[tuple[bytes, bytes]]:
    """Our own part of the time until now, where we know what providers took; the conversation, where there is one."""
    headers = []
    if answer.trail is not None:
        ours = (time.perf_counter() - began) * 1000 - answer.trail.upstream_ms
        headers.append((OVERHEAD, b"%.2f" % max(0.0, ours)))
    if answer.session_id:
        headers.append((b"x-session-id", answer.session_id.encode()))
    return headers


def _model(listed: Listed) -> dict[str, object]:
    created = int(listed.created.timestamp()) if listed.created else 0
    return {
        "id": listed.id,
        "object": "model",
        "created": created,
        "owned_by": listed.owned_by,
        "root": listed.id,
        "description": listed.description,
    }


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
