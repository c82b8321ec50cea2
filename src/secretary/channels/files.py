"""Files that customers send: fetched from their provider once, kept on our disk, shown to staff and to models that see;
and those that staff send them.

They lie in `data/attachments`, named by their id: nothing that a customer wrote is part of a path.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import time

import structlog

from secretary.channels.messenger import OutFile
from secretary.channels.running.lines import Lines
from secretary.conversations import service as conversations
from secretary.conversations.attachments import service as attachments
from secretary.conversations.models import ChatAttachment
from secretary.conversations.ports import AttachmentKind, AttachmentState
from secretary.kernel.errors import Invalid, NotFound, SecretaryError, Upstream
from secretary.kernel.jobs import ClaimedJob, Handler, NewJob, enqueue
from secretary.kernel.unit import Unit, UnitFactory
from secretary.llm.ports import Image

log = structlog.get_logger(__name__)

FETCH = "channels.fetch"
MAX_BYTES = 20_000_000
MOST_IMAGES = 4
MAX_IMAGE_BYTES = 5_000_000
YOUNG_S = 3600.0
"""A file younger than that may belong to a message that is just being stored."""
SEEN_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")


async def fetch_later(unit: Unit, attachment_ids: Sequence[str]) -> None:
    """Have files fetched once the unit is committed."""
    for attachment_id in attachment_ids:
        await enqueue(unit, NewJob(FETCH, {"attachment_id": attachment_id}, key=attachment_id))


@dataclass(frozen=True, slots=True)
class Files:
    """Fetches and reads files. `folder` is where attachments are kept."""

    units: UnitFactory
    lines: Lines
    folder: Path

    def handlers(self) -> Mapping[str, Handler]:
        """What a worker runs."""
        return {FETCH: self._fetch_job}

    async def kinds_of(self, message_id: str) -> frozenset[str]:
        """What came with a message."""
        async with self.units.read() as unit:
            rows = (await attachments.of_messages(unit, [message_id])).get(message_id, ())
        return frozenset(row.kind.value for row in rows)

    async def images_of(self, message_id: str) -> Sequence[Image]:
        """The pictures that came with a message, for a model that sees; without those that cannot be had."""
        async with self.units.read() as unit:
            rows = (await attachments.of_messages(unit, [message_id])).get(message_id, ())
        images = []
        for row in [row for row in rows if row.kind is AttachmentKind.PHOTO][:MOST_IMAGES]:
            with suppress(SecretaryError, OSError):
                stored = await self.fetch(row.id)
                data = await asyncio.to_thread(self.path_of(stored).read_bytes)
                if stored.media_type in SEEN_TYPES and len(data) <= MAX_IMAGE_BYTES:
                    images.append(Image(stored.media_type, data))
        return images

    def path_of(self, row: ChatAttachment) -> Path:
        """Where its file lies. Raises NotFound where there is none."""
        if row.state is not AttachmentState.STORED or not row.path:
            raise attachments.no_such_attachment()
        return self.folder / row.path

    async def fetch(self, attachment_id: str) -> ChatAttachment:
        """Bring a file to our disk, unless it is there. Raises NotFound, Invalid, Upstream as a connection does."""
        async with self.units.read() as unit:
            row = await attachments.get(unit, attachment_id)
            session = await conversations.get_session(unit, row.session_id)
        if row.state is not AttachmentState.WAITING:
            return row
        line = await self.lines.get(session.source_id)
        limit = min(MAX_BYTES, line.messenger.capabilities.max_file_bytes or MAX_BYTES)
        try:
            data, media_type = await line.connection.fetch(row.ref, limit)
        except (Invalid, Upstream) as error:
            await self._not_fetched(attachment_id, error)
            raise
        path = await self.keep(attachment_id, data)
        async with self.units.write() as unit:
            kept = await attachments.stored(unit, attachment_id, path, len(data), media_type or row.media_type)
            row = await attachments.get(unit, attachment_id)
        if not kept:
            await self.discard(path)
        return row

    async def keep(self, attachment_id: str, data: bytes) -> str:
        """Write a file; where it is below the folder. What no attachment names is swept up some day."""
        path = f"{attachment_id[-2:]}/{attachment_id}"
        await asyncio.to_thread(_write, self.folder / path, data)
        return path

    async def discard(self, path: str) -> None:
        """Repeatable."""
        await asyncio.to_thread((self.folder / path).unlink, missing_ok=True)

    async def outgoing(self, rows: Sequence[ChatAttachment]) -> Sequence[OutFile]:
        """Files of ours as they go out. Raises Upstream("channel_file_gone") for one that is on our disk no more."""
        found = []
        for row in rows:
            try:
                data = await asyncio.to_thread(self.path_of(row).read_bytes)
            except (NotFound, OSError) as error:
                raise _gone() from error
            found.append(OutFile(row.kind.value, row.name, row.media_type, data))
        return found

    async def _not_fetched(self, attachment_id: str, error: Invalid | Upstream) -> None:
        if isinstance(error, Upstream) and error.retryable:
            return
        state = AttachmentState.TOO_LARGE if isinstance(error, Invalid) else AttachmentState.FAILED
        async with self.units.write() as unit:
            await attachments.failed(unit, attachment_id, state)

    async def _fetch_job(self, job: ClaimedJob) -> None:
        try:
            await self.fetch(str(job.payload["attachment_id"]))
        except (Invalid, NotFound) as error:
            log.info("file_not_fetched", code=error.code)  # its state says so; trying again would not help

    async def sweep(self) -> int:
        """Delete files whose attachment is gone. Returns how many. Repeatable."""
        paths = await asyncio.to_thread(_written, self.folder, time() - YOUNG_S)
        async with self.units.read() as unit:
            known = await attachments.known(unit, [path.name for path in paths])
        gone = [path for path in paths if path.name not in known]
        for path in gone:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return len(gone)


def _gone() -> Upstream:
    return Upstream(
        "channel_file_gone",
        en="The file is not on the secretary's disk any more.",
        ru="Файла больше нет на диске секретаря.",
        retryable=False,
    )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".part")
    scratch.write_bytes(data)
    scratch.replace(path)


def _written(folder: Path, before: float) -> list[Path]:
    """What was written before then, and what was begun and never finished."""
    found = []
    for path in folder.glob("*/*"):
        with suppress(FileNotFoundError):  # it has just become whole, or was discarded
            if path.stat().st_mtime < before:
                found.append(path)
    return found
