"""A conversation as a file, read and written a page at a time."""

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Literal

import orjson

from secretary.assistant.chat.access import seen
from secretary.assistant.chat.shapes import message_out, session_out
from secretary.conversations import queries
from secretary.conversations.events import ConversationExported
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.kernel.unit import Actor, UnitFactory

Format = Literal["json", "markdown", "txt"]
TYPES: Mapping[Format, tuple[str, str]] = {
    "json": ("application/json", "json"),
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "txt": ("text/plain; charset=utf-8", "txt"),
}
PAGE = 200
SPEAKERS = {"ru": {"user": "Клиент", "assistant": "Секретарь"}, "en": {"user": "Customer", "assistant": "Secretary"}}


async def begun(units: UnitFactory, actor: Actor, session_id: str, form: Format) -> ChatSession:
    """The conversation that will be exported; that it is, is recorded. Raises NotFound."""
    async with units.write(actor) as unit:
        session = await seen(unit, actor, session_id)
        unit.record(ConversationExported(session_id, session.owner_id, form))
    return session


def headers(session: ChatSession, form: Format) -> Mapping[str, str]:
    content_type, ending = TYPES[form]
    return {
        "content-type": content_type,
        "content-disposition": f'attachment; filename="conversation-{session.id}.{ending}"',
        "cache-control": "no-store",
    }


async def pieces(units: UnitFactory, session: ChatSession, form: Format) -> AsyncGenerator[bytes, None]:
    """The file, piece by piece; no unit stays open while the reader takes his time."""
    yield _head(session, form)
    seq, is_first = 0, True
    while True:
        async with units.read() as unit:
            rows = await queries.messages_after(unit.db, session.id, seq, limit=PAGE, visible_only=form != "json")
        if not rows:
            break
        for row in rows:
            yield (b"" if is_first or form != "json" else b",\n") + _message(row, session, form)
            is_first = False
        seq = rows[-1].seq
    yield b"\n]}\n" if form == "json" else b""


def _head(session: ChatSession, form: Format) -> bytes:
    if form == "json":
        return b'{"session":' + orjson.dumps(session_out(session).model_dump()) + b',"messages":[\n'
    title = session.title or session.id
    return (f"# {title}\n" if form == "markdown" else f"{title}\n").encode()


def _message(message: ChatMessage, session: ChatSession, form: Format) -> bytes:
    if form == "json":
        return orjson.dumps(message_out(message).model_dump())
    speaker, when = SPEAKERS[session.language].get(message.role, message.role), _minute(message.created)
    if form == "markdown":
        return f"\n**{speaker}**, {when}\n\n{message.content}\n".encode()
    return f"\n[{when}] {speaker}:\n{message.content}\n".encode()


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
