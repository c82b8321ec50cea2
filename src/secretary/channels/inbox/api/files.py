"""`/admin/inbox/files`: files that staff send to customers. A prefix of their own, for their bodies are large."""

from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from secretary.channels.inbox.api.deps import MayWrite, OutletDep
from secretary.channels.inbox.filing import Sent, read, ready_for_file, reply_with_file
from secretary.channels.inbox.schemas import FileWords, MessageId
from secretary.channels.inbox.shapes import Replied, ReplyOut
from secretary.kernel.errors import Invalid
from secretary.web.deps import services

router = APIRouter(prefix="/admin/inbox", tags=["inbox"])

_SLICE: Final = 1 << 20
_FIELDS: Final = 3
_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "text": {"type": "string"},
                        "message_id": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post("/files/{session_id}", status_code=201, openapi_extra=_FORM)
async def send_file(request: Request, actor: MayWrite, outlet: OutletDep, session_id: str) -> Replied:
    """Send a file of up to 20 MB to the customer, with words beside it or without. 409 `files_not_taken` where the
    channel takes none, `window_closed` where the provider lets nobody write now.
    """
    app = services(request)
    async with app.units.read(actor) as unit:  # before the file is read: it may be for nothing
        await ready_for_file(unit, outlet, actor, session_id)
    try:
        async with request.form(max_files=1, max_fields=_FIELDS) as form:
            sent = await _sent(form)
    except HTTPException as error:
        raise _no_file() from error
    message, shown = await reply_with_file(app.units, app.files, outlet, actor, session_id, sent)
    return Replied(message=ReplyOut.model_validate(message), session=shown)


async def _sent(form: FormData) -> Sent:
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise _no_file()
    try:
        text = _TEXT.validate_python(form.get("text") or "")
        message_id = _MESSAGE_ID.validate_python(form.get("message_id") or None)
    except ValidationError as error:
        raise Invalid("bad_request", en="Please check: text, message_id.", ru="Проверьте: text, message_id.") from error
    media_type = (file.content_type or "").partition(";")[0].strip().lower()
    return Sent(file.filename, media_type or "application/octet-stream", await read(_chunks(file)), text, message_id)


_TEXT: TypeAdapter[str] = TypeAdapter(FileWords)
_MESSAGE_ID: TypeAdapter[str | None] = TypeAdapter(MessageId | None)


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_SLICE):
        yield chunk


def _no_file() -> Invalid:
    return Invalid("no_file", en="Send one file in the field `file`.", ru="Пришлите один файл в поле `file`.")
