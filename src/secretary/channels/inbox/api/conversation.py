"""`/admin/inbox/{id}`: one conversation with what went out and came along, and the files themselves."""

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse

from secretary.channels.inbox.access import seen, touched
from secretary.channels.inbox.api.deps import MayRead, MayWrite, OutletDep
from secretary.channels.inbox.resending import send_once_more
from secretary.channels.inbox.shapes import AttachmentOut, DeliveryOut, InboxSession, OneInboxSession, Resent
from secretary.channels.inbox.showing import inbox_row
from secretary.channels.outgoing import queries as outgoing
from secretary.conversations import queries as conversations
from secretary.conversations.attachments import service as attachments
from secretary.conversations.attachments.service import no_such_attachment
from secretary.conversations.models import ChatAttachment
from secretary.conversations.ports import AttachmentState
from secretary.conversations.service import get_message
from secretary.web.deps import UnitDep, services

router = APIRouter(prefix="/admin/inbox", tags=["inbox"])

LATEST = 200
SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/", "application/pdf")
"""Media types that a browser shows without running anything; all else is bytes."""


@router.get("/attachments/{attachment_id}", response_class=FileResponse)
async def read_attachment(request: Request, unit: UnitDep, actor: MayRead, attachment_id: str) -> FileResponse:
    """A file that a customer sent, to be saved: browsers are told not to show it as a page."""
    row = await attachments.get(unit, attachment_id)
    await seen(unit, actor, row.session_id)
    path = _path(services(request).files.folder, row)
    return FileResponse(
        path,
        media_type=row.media_type if row.media_type.startswith(SHOWN) else "application/octet-stream",
        filename=row.name or path.name,
        content_disposition_type="attachment",
        headers={
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, no-store",
        },
    )


def _path(folder: Path, row: ChatAttachment) -> Path:
    """Where a stored file is. Raises NotFound where there is none, or it would be elsewhere."""
    if row.state is not AttachmentState.STORED or not row.path:
        raise no_such_attachment()
    path = (folder / row.path).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise no_such_attachment()
    return path


@router.post("/{session_id}/messages/{message_id}/resend", status_code=202)
async def resend_message(unit: UnitDep, actor: MayWrite, session_id: str, message_id: str) -> Resent:
    """Try once more to bring what could not be delivered. 409 `not_undelivered` where nothing waits for that."""
    session = await touched(unit, actor, session_id)
    await get_message(unit, session_id, message_id)
    await send_once_more(unit, session, message_id)
    return Resent()


@router.get("/{session_id}")
async def read_inbox_session(unit: UnitDep, actor: MayRead, outlet: OutletDep, session_id: str) -> OneInboxSession:
    """Who has a conversation, and what became of its latest messages."""
    session = await seen(unit, actor, session_id)
    messages = await conversations.visible_messages(unit.db, session_id, last=LATEST)
    parts = await outgoing.of_messages(unit.db, [row.id for row in messages if row.role != "user"])
    files = await attachments.of_messages(unit, [row.id for row in messages if row.attachment_count])
    return OneInboxSession(
        session=InboxSession(
            **dict(await inbox_row(unit, session)),
            window_closes_at=await outlet.window_closes_at(unit, session),
            takes_files=outlet.takes_files(session),
            deliveries=[
                DeliveryOut(message_id=one.message_id, part=one.part, state=one.state, error=one.error, at=one.updated)
                for rows in parts.values()
                for one in rows
            ],
            attachments={id_: [AttachmentOut.model_validate(row) for row in rows] for id_, rows in files.items()},
        )
    )
