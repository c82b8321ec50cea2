"""Files that a person sends to a customer: on our disk first, then stored with their message and brought like that."""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Final

from secretary.channels.files import MAX_BYTES, Files
from secretary.channels.inbox.access import touched
from secretary.channels.inbox.replying import reply
from secretary.channels.inbox.shapes import InboxRow
from secretary.channels.inbox.showing import inbox_row
from secretary.channels.outgoing.outlet import window_closed
from secretary.channels.ports import Outlet
from secretary.conversations.attachments.service import NewAttachment
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import AttachmentKind, AttachmentState
from secretary.kernel.errors import Conflict, Invalid
from secretary.kernel.unit import Actor, Unit, UnitFactory

_SIGNATURES: Final = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
"""How the pictures begin that every messenger shows: ITU T.81 B.1.1.3, PNG (ISO 15948) 5.2."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a person sends: a file with its words, which may be none. `message_id` as in `reply`."""

    name: str
    media_type: str
    data: bytes
    text: str = ""
    message_id: str | None = None


async def read(chunks: AsyncIterable[bytes]) -> bytes:
    """A file as it comes. Raises Invalid for none, and for one larger than messengers carry."""
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > MAX_BYTES:
            raise _too_large()
    if not data:
        raise Invalid("empty_file", en="The file is empty.", ru="Файл пустой.")
    return bytes(data)


async def ready_for_file(unit: Unit, outlet: Outlet, actor: Actor, session_id: str) -> ChatSession:
    """A conversation into which the actor may send a file now. Raises NotFound, Invalid, Conflict("window_closed")."""
    session = await touched(unit, actor, session_id)
    if not outlet.takes_files(session):
        raise _not_taken()
    closes = await outlet.window_closes_at(unit, session)
    if closes is not None and closes < unit.now():
        raise window_closed()  # a template would go out without the file
    return session


async def reply_with_file(
    units: UnitFactory, files: Files, outlet: Outlet, actor: Actor, session_id: str, sent: Sent
) -> tuple[ChatMessage, InboxRow]:
    """Send a file to a customer as a person. Raises as `ready_for_file` and `replying.reply` do."""
    attachment_id = units.new_id()
    path = await files.keep(attachment_id, sent.data)
    try:
        async with units.write(actor) as unit:
            session = await ready_for_file(unit, outlet, actor, session_id)
            kept = NewAttachment(
                kind=_kind(sent),
                name=sent.name,
                media_type=sent.media_type,
                size=len(sent.data),
                state=AttachmentState.STORED,
                id=attachment_id,
                path=path,
            )
            message = await reply(unit, session, outlet, actor.id, sent.text, sent.message_id, [kept])
            shown = await inbox_row(unit, session)
    except BaseException:
        await files.discard(path)
        raise
    return message, shown


def _kind(sent: Sent) -> AttachmentKind:
    """A picture only where it is one: a messenger would refuse another."""
    begins = _SIGNATURES.get(sent.media_type)
    return AttachmentKind.PHOTO if begins and sent.data.startswith(begins) else AttachmentKind.FILE


def _too_large() -> Invalid:
    most = MAX_BYTES // 1_000_000
    return Invalid(
        "file_too_large",
        en=f"The file is larger than {most} MB. Send a link to it instead.",
        ru=f"Файл больше {most} МБ. Пришлите вместо него ссылку.",
    )


def _not_taken() -> Conflict:
    return Conflict(
        "files_not_taken",
        en="Files cannot be sent to this channel. Send a link instead.",
        ru="В этот канал нельзя отправить файл. Пришлите ссылку.",
    )
