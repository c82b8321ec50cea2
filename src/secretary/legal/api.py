"""The page `/privacy-policy`, in Russian or English, with the business's own name and contacts."""

from collections.abc import Awaitable, Callable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from secretary.legal.pages import CONTACTS, POLICY
from secretary.web.access import public_route
from secretary.web.problem import language_of

BusinessFacts = Callable[[], Awaitable[dict[str, str]]]
"""Gives company, phone and address of the default assistant; `app` fills it."""


def pages(facts: BusinessFacts) -> list[Route]:
    @public_route("a visitor must be able to read what he agrees to")
    async def privacy_policy(request: Request) -> HTMLResponse:
        asked = request.query_params.get("lang")
        language = "ru" if (asked or language_of(request.scope)) == "ru" else "en"
        known = {name: escape(value) for name, value in (await facts()).items()}
        contacts = "".join(f"<li>{known[name]}</li>" for name in ("company", "phone", "address") if known.get(name))
        title, body = POLICY[language]
        own = f"<h2>{CONTACTS[language]}</h2><ul>{contacts}</ul>" if contacts else ""
        page = f"<!doctype html><html lang={language}><meta charset=utf-8><title>{title}</title>"
        return HTMLResponse(
            f'{page}<meta name=viewport content="width=device-width"><link rel=stylesheet href="/static/page.css">'
            f"<main><h1>{title}</h1>{body}{own}</main></html>"
        )

    return [Route("/privacy-policy", privacy_policy)]
