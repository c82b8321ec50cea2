"""Files that a person sends to a customer: with words or without, once, and only where the channel takes them."""

import os
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from tests.domain.documents.importing import multipart
from tests.support.pigeon import CAPABLE, refused, window

from secretary.channels.files import MAX_BYTES
from secretary.channels.models import ChannelThread
from secretary.conversations.models import ChatAttachment, ChatSession

PICTURE = b"\x89PNG\r\n\x1a\n and its dots"
NAME = "смета.pdf"


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def session_id(loft, run):
    """A conversation in which the customer waits."""

    async def begin():
        await loft.says(7, "Could you send me the price list?")
        await loft.deliver()
        loft.post.sent.clear()
        async with loft.app.units.read() as unit:
            return await unit.db.scalar(select(ChatSession.id).where(ChatSession.source == "pigeon"))

    return run(begin())


async def send(who, session_id, name, content, media_type="application/pdf", **fields):
    return await who.post(f"/admin/inbox/files/{session_id}", **multipart(name, content, media_type, **fields))


def kept(loft):
    folder = loft.app.files.folder
    return [path.read_bytes() for path in folder.glob("*/*")] if folder.is_dir() else []


async def test_a_file_goes_out_with_its_words_and_is_shown_with_them(loft, admin, session_id, people):
    answer = await send(admin, session_id, NAME, b"%PDF", text="Here it is", message_id="file-0001")
    assert (answer.status, answer.json()["message"]["author_id"]) == (201, people.admin.id)
    assert await loft.deliver() == 1
    assert [text for _, text, _ in loft.post.sent] == ["Here it is", NAME]
    assert loft.post.carried == [("file", b"%PDF")]
    shown = (await admin.get(f"/admin/inbox/{session_id}")).json()["session"]
    assert (shown["state"], shown["takes_files"]) == ("person", True)
    message_id = answer.json()["message"]["id"]
    [file] = shown["attachments"][message_id]
    assert (file["name"], file["size"], file["state"]) == (NAME, 4, "stored")
    assert [one["state"] for one in shown["deliveries"] if one["message_id"] == message_id] == ["sent", "sent"]
    saved = await admin.get(f"/admin/inbox/attachments/{file['id']}")
    assert (saved.status, saved.content) == (200, b"%PDF")


async def test_a_picture_without_words_is_a_picture_and_what_only_says_so_a_file(loft, admin, session_id):
    for content in (PICTURE, b"no picture at all"):
        assert (await send(admin, session_id, "boat.png", content, "image/png")).status == 201
    await loft.deliver()
    assert loft.post.carried == [("photo", PICTURE), ("file", b"no picture at all")]
    assert [text for _, text, _ in loft.post.sent] == ["boat.png", "boat.png"]


async def test_the_same_number_sends_it_once(loft, admin, session_id):
    for _ in range(2):
        assert (await send(admin, session_id, NAME, b"%PDF", message_id="file-0001")).status == 201
    await loft.deliver()
    assert loft.post.carried == [("file", b"%PDF")]
    assert await loft.app.files.sweep() == 0, "a young one may be that of a message that is being stored"
    for path in loft.app.files.folder.glob("*/*"):
        os.utime(path, (0, 0))
    assert await loft.app.files.sweep() == 1
    assert kept(loft) == [b"%PDF"]


async def test_a_part_that_is_out_is_not_sent_again(loft, admin, session_id):
    await send(admin, session_id, NAME, b"%PDF", text="Here it is")
    tried = []

    async def before(part):
        tried.append(part.method)
        if tried == ["text", "file"]:
            raise refused("channel_busy", retryable=True)

    loft.post.before = before
    await loft.deliver()
    assert tried == ["text", "file", "file"]
    assert [text for _, text, _ in loft.post.sent] == ["Here it is", NAME]


async def test_a_file_that_is_gone_is_said_to_be(loft, admin, session_id):
    answer = await send(admin, session_id, NAME, b"%PDF")
    for path in loft.app.files.folder.glob("*/*"):
        path.unlink()
    await loft.deliver()
    assert loft.post.carried == []
    shown = (await admin.get(f"/admin/inbox/{session_id}")).json()["session"]
    its = [one for one in shown["deliveries"] if one["message_id"] == answer.json()["message"]["id"]]
    assert [(one["state"], one["error"]) for one in its] == [("failed", "channel_file_gone")]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b"x" * (MAX_BYTES + 1), "file_too_large")], ids=["empty", "large"]
)
async def test_what_is_no_file_to_send_is_refused(loft, admin, session_id, content, code):
    answer = await send(admin, session_id, NAME, content)
    assert (answer.status, answer.json()["code"]) == (422, code)
    form = await admin.post(f"/admin/inbox/files/{session_id}", **multipart(NAME, b"%PDF", text="x" * 4097))
    assert form.status == 422
    assert kept(loft) == []


async def test_where_no_file_can_go_it_is_said_and_nothing_is_kept(loft, pigeon, admin, session_id):
    pigeon.capabilities = replace(CAPABLE, files=False)
    answer = await send(admin, session_id, NAME, b"%PDF")
    assert (answer.status, answer.json()["code"]) == (409, "files_not_taken")
    pigeon.capabilities = window(files=True)
    async with loft.app.units.write() as unit:
        late = unit.now() - window().reply_window * 2
        await unit.db.execute(update(ChannelThread).values(last_inbound=late))
    answer = await send(admin, session_id, NAME, b"%PDF")
    assert (answer.status, answer.json()["code"]) == (409, "window_closed")
    assert kept(loft) == []
    async with loft.app.units.read() as unit:
        assert (await unit.db.scalars(select(ChatAttachment))).all() == []


async def test_only_who_may_write_there_sends_files(client, people, session_id):
    for token, status in ((people.guest.token, 403), (people.other.token, 404)):
        assert (await send(client.signed_in(token), session_id, NAME, b"%PDF")).status == status
