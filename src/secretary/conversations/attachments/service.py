"""Use cases of attachments: note what came along, and what became of its file. Never commits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from secretary.conversations.attachments import queries
from secretary.conversations.models import ChatAttachment
from secretary.conversations.ports import AttachmentKind, AttachmentState
from secretary.kernel.errors import NotFound
from secretary.kernel.unit import Unit

LONGEST_NAME, LONGEST_TYPE = 255, 100


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """What a channel says of a file. `size` is in bytes, where it is known; `ref` is what fetching it needs.

    One of ours is on the disk already: under its `id`, at `path` below the folder of attachments.
    """

    kind: AttachmentKind
    name: str = ""
    media_type: str = ""
    size: int | None = None
    ref: Mapping[str, JsonValue] = field(default_factory=dict)
    state: AttachmentState = AttachmentState.WAITING
    id: str = ""
    path: str | None = None


def no_such_attachment() -> NotFound:
    return NotFound("no_such_attachment", en="There is no such file.", ru="Такого файла нет.")


async def add(
    unit: Unit, session_id: str, message_id: str, attachments: Sequence[NewAttachment]
) -> Sequence[ChatAttachment]:
    """Keep what came along with a message that was just stored."""
    ids = sorted(unit.new_id() for _ in attachments)  # within a millisecond they have no order of their own
    rows = [
        ChatAttachment(
            id=each.id or id_,
            session_id=session_id,
            message_id=message_id,
            kind=each.kind,
            name=each.name[:LONGEST_NAME],
            media_type=each.media_type[:LONGEST_TYPE],
            size=each.size,
            ref=dict(each.ref),
            path=each.path,
            state=each.state,
            created=unit.now(),
        )
        for id_, each in zip(ids, attachments, strict=True)
    ]
    if rows:
        unit.db.add_all(rows)
        await unit.db.flush()
        await queries.count_in(unit.db, message_id)
    return rows


async def get(unit: Unit, attachment_id: str) -> ChatAttachment:
    """One attachment. Raises NotFound."""
    found = await queries.attachment(unit.db, attachment_id)
    if found is None:
        raise no_such_attachment()
    return found


async def of_messages(unit: Unit, message_ids: Collection[str]) -> Mapping[str, Sequence[ChatAttachment]]:
    """What came along with these messages, by message, in order."""
    return await queries.of_messages(unit.db, message_ids) if message_ids else {}


async def known(unit: Unit, attachment_ids: Sequence[str]) -> set[str]:
    """Which of these there are; not those that were taken back, whose files nobody is to have."""
    return await queries.known(unit.db, attachment_ids)


async def stored(unit: Unit, attachment_id: str, path: str, size: int, media_type: str) -> bool:
    """Its file is on our disk: `path` below the folder of attachments, `size` in bytes.

    False where nobody wants it any more (taken back, or deleted with its conversation): then the file must go again.
    """
    row = await queries.attachment(unit.db, attachment_id, lock=True)
    if row is None or row.state is AttachmentState.GONE:
        return False
    row.path, row.size, row.state = path, size, AttachmentState.STORED
    row.media_type = media_type[:LONGEST_TYPE] or row.media_type
    await unit.db.flush()
    return True


async def failed(unit: Unit, attachment_id: str, state: AttachmentState = AttachmentState.FAILED) -> None:
    """Its file is not to be had, or too large to be fetched. One that is stored or gone stays as it is."""
    row = await queries.attachment(unit.db, attachment_id, lock=True)
    if row is not None and row.state is AttachmentState.WAITING:
        row.state = state
        await unit.db.flush()
