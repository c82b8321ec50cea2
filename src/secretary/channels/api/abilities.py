"""What a kind of messenger can do, as its page in the panel shows it."""

from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from secretary.accounts.access import require
from secretary.accounts.rights import Module
from secretary.channels.files import MAX_BYTES
from secretary.channels.messenger import Messenger


class PaceOut(BaseModel):
    """Messages a second for an instance, and seconds between two of one chat."""

    model_config = ConfigDict(from_attributes=True)

    per_second: float
    per_chat_s: float


class AbilitiesOut(BaseModel):
    """What can be written and shown there. `max_file_bytes` is what we fetch of a customer's file at most; `starts` is
    whether we may write first; `reply_window` is for how many seconds after the customer's last message free text may
    be sent, None for ever.
    """

    model_config = ConfigDict(from_attributes=True, ser_json_timedelta="float")

    streams: bool
    buttons: bool
    max_buttons: int
    markdown: bool
    max_characters: int | None
    max_caption: int | None
    voice: bool
    files: bool
    max_file_bytes: int
    edits: bool
    typing: bool
    starts: bool
    reply_window: timedelta | None
    pace: PaceOut


def abilities_router(messenger: Messenger, module: Module) -> APIRouter:
    """One endpoint: `/admin/{messenger}/abilities`."""
    router = APIRouter(prefix=f"/admin/{messenger.kind}", tags=[messenger.kind])

    @router.get("/abilities", dependencies=[Depends(require(module, "view"))])
    async def read_abilities() -> AbilitiesOut:
        can = messenger.capabilities
        return AbilitiesOut.model_validate(replace(can, max_file_bytes=min(can.max_file_bytes, MAX_BYTES)))

    return router
