"""`/admin/inbox/files`: files that staff send to customers. A prefix of their own, for their bodies are large."""

from typing import Final

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from secretary.channels.inbox.api.deps import MayWrite, OutletDep
from secretary.channels.inbox.filing import Sent, read, ready_for_file, reply_with_file
from secretary.channels.inbox.schemas import FileWords, MessageId
from secretary.channels.inbox.shapes import Replied, ReplyOut
from secretary.kernel.errors import Invalid
from secretary.web import forms
from secretary.web.deps import services

router = APIRouter(prefix="/admin/inbox", tags=["inbox"])

_FIELDS: Final = 3


@router.post("/files/{session_id}", status_code=201, openapi_extra=forms.described("text", "message_id"))
async def send_file(request: Request, actor: MayWrite, outlet: OutletDep, session_id: str) -> Replied:
    """Send a file of up to 20 MB to the customer, with words beside it or without. 409 `files_not_taken` where the
    channel takes none, `window_closed` where the provider lets nobody write now.
    """
    app = services(request)
    async with app.units.read(actor) as unit:  # before the file is read: it may be for nothing
        await ready_for_file(unit, outlet, actor, session_id)
    async with forms.one_file(request, _FIELDS) as (file, form):
        sent = await _sent(file, form)
    message, shown = await reply_with_file(app.units, app.files, outlet, actor, session_id, sent)
    return Replied(message=ReplyOut.model_validate(message), session=shown)


async def _sent(file: UploadFile, form: FormData) -> Sent:
    try:
        text = _TEXT.validate_python(form.get("text") or "")
        message_id = _MESSAGE_ID.validate_python(form.get("message_id") or None)
    except ValidationError as error:
        raise Invalid("bad_request", en="Please check: text, message_id.", ru="Проверьте: text, message_id.") from error
    media_type = (file.content_type or "").partition(";")[0].strip().lower()
    data = await read(forms.chunks(file))
    return Sent(file.filename or "", media_type or "application/octet-stream", data, text, message_id)


_TEXT: TypeAdapter[str] = TypeAdapter(FileWords)
_MESSAGE_ID: TypeAdapter[str | None] = TypeAdapter(MessageId | None)
