"""Forms that carry one file: read after the caller's right is known, and described for who reads the schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from secretary.kernel.errors import Invalid

_SLICE: Final = 1 << 20


def described(*fields: str) -> dict[str, Any]:
    """A route's `openapi_extra`: a file in the field `file`, and these texts."""
    texts = {name: {"type": "string"} for name in fields}
    properties = {"file": {"type": "string", "format": "binary"}, **texts}
    schema = {"type": "object", "required": ["file"], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@asynccontextmanager
async def one_file(request: Request, max_fields: int) -> AsyncIterator[tuple[UploadFile, FormData]]:
    """The file of a form with its name, and the form; both are gone afterwards. Raises Invalid("no_file")."""
    try:
        form = await request.form(max_files=1, max_fields=max_fields)
    except HTTPException as error:
        raise _no_file() from error
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise _no_file()
        yield file, form
    finally:
        await form.close()


async def chunks(file: UploadFile) -> AsyncIterator[bytes]:
    """Its content, a mebibyte at a time."""
    while chunk := await file.read(_SLICE):
        yield chunk


def _no_file() -> Invalid:
    return Invalid("no_file", en="Send one file in the field `file`.", ru="Пришлите один файл в поле `file`.")
