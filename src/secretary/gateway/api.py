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

from secretary.assistant.ports import SourcesFound
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
from secretary.llm.ports import Piece
from secretary.web.problem import internal_error
from secretary.web.sse import EventStream

OVERHEAD = "x-secretary-overhead-ms"
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
        if not asked.stream:
            whole = Whole()
            async with aclosing(answer.pieces) as pieces:
                async for piece in pieces:
                    whole.take(piece)
            return _json(whole.body(answer_id, asked.model, created), _headers(answer, began))
        first = await anext(answer.pieces, None)
        with_usage = asked.stream_options is not None and asked.stream_options.include_usage
        chunks = Chunks(answer_id, asked.model, created, with_usage=with_usage)
        response = EventStream(_events(answer, chunks, first, request))
        response.raw_headers = [*response.raw_headers, *_raw(_headers(answer, began))]
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


async def _events(
    answer: Answer, chunks: Chunks, first: Piece | SourcesFound | None, request: Request
) -> AsyncGenerator[bytes, None]:
    """The answer as events. A fault in mid-answer is the last event: the status has been sent."""
    yield chunks.first()
    async with aclosing(answer.pieces) as pieces:
        try:
            if first is not None:
                yield chunks.of(first)
            async for piece in pieces:
                yield chunks.of(piece)
        except SecretaryError as error:
            status = openai_problem(error, request.scope).status_code
            yield b"data: " + orjson.dumps(error_object(error, request.scope, status)) + b"\n\n"
        except Exception:  # the edge of a stream: logged, and told without a word of what it was
            log.exception("stream_failed", request_id=request.scope["request_id"])
            yield b"data: " + orjson.dumps(error_object(internal_error(), request.scope, 500)) + b"\n\n"
    yield DONE


def _headers(answer: Answer, began: float) -> dict[str, str]:
    """Our own part of the time until now: all of it but what providers took."""
    headers = {OVERHEAD: f"{max(0.0, (time.perf_counter() - began) * 1000 - answer.trail.upstream_ms):.2f}"}
    if answer.session_id:
        headers["x-session-id"] = answer.session_id
    return headers


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


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


def _json(body: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), 200, headers, media_type="application/json")
