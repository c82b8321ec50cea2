"""The admin API: one FastAPI application of every domain's router, built when the hot paths are already up."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

from secretary import __version__
from secretary.accounts.access import require
from secretary.accounts.api import ROUTERS as ACCOUNTS
from secretary.app.build import business_zone
from secretary.assistant.api import router as assistants
from secretary.assistant.backend.api import ROUTERS as DEFAULT_ASSISTANT
from secretary.assistant.chat.api import router as chat
from secretary.assistant.embedding.api import router as embedding
from secretary.assistant.reranking.api import router as reranker
from secretary.audit.api import audit_router
from secretary.channels.api import instances_router, messenger_routers
from secretary.channels.inbox.api import ROUTERS as INBOX
from secretary.channels.messenger import Messenger
from secretary.channels.owner.api import router as owner_links
from secretary.channels.ports import Channel
from secretary.kernel.errors import Invalid, SecretaryError
from secretary.knowledge.api import router as knowledge
from secretary.knowledge.contradictions.api import router as contradictions
from secretary.knowledge.documents.api import ROUTERS as DOCUMENTS
from secretary.knowledge.evaluation.api import router as evaluation
from secretary.knowledge.regression.api import router as regression
from secretary.knowledge.unanswered.api import router as unanswered
from secretary.llm.api import ROUTERS as LLM
from secretary.operations.api import routers as operations
from secretary.usage.api import usage_router
from secretary.web.problem import problem
from secretary.web.routing import RouteIndex


def routers(channels: Mapping[str, Channel], messengers: Mapping[str, Messenger]) -> list[APIRouter]:
    """Every domain's router."""
    audit = audit_router(require("audit", "view"), require("audit", "manage"))
    usage = usage_router(require("usage", "view"), require("usage", "manage"), business_zone)
    widget = instances_router(channels["widget"], "widget")
    written_to = [router for messenger in messengers.values() for router in messenger_routers(messenger)]
    of_knowledge = [*DOCUMENTS, embedding, reranker, evaluation, regression, unanswered, contradictions]
    both = [*DEFAULT_ASSISTANT, *LLM, *of_knowledge, *operations, *INBOX, owner_links]
    return [*ACCOUNTS, assistants, audit, chat, knowledge, widget, *written_to, usage, *both]


def build_admin_api(channels: Mapping[str, Channel], messengers: Mapping[str, Messenger]) -> FastAPI:
    """Takes a second with many routes: build it off the event loop."""
    api = FastAPI(
        title="AI Secretary",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    for router in routers(channels, messengers):
        api.router.routes.extend(router.routes)
    api.router.middleware_stack = RouteIndex(api.router.routes)
    api.add_exception_handler(SecretaryError, _problem)
    api.add_exception_handler(RequestValidationError, _invalid)
    return api


async def _problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, SecretaryError):
        raise error
    return problem(error, request.scope)


async def _invalid(request: Request, error: Exception) -> Response:
    """What is wrong with which field, without repeating what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        return problem(Invalid("bad_json", en="The request is no valid JSON.", ru="Запрос — не JSON."), request.scope)
    fields: list[dict[str, Any]] = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]), "reason": fault["type"]} for fault in error.errors()
    ]
    names = ", ".join(fault["field"] for fault in fields) or "body"
    invalid = Invalid("bad_request", en=f"Please check: {names}.", ru=f"Проверьте: {names}.", fields={"errors": fields})
    return problem(invalid, request.scope)
