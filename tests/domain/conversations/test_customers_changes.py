"""What customers make of their messages at the provider: edited, taken back, with files beside them."""

import pytest

from secretary.conversations import service as conversations
from secretary.conversations.attachments import service as attachments
from secretary.conversations.attachments.service import NewAttachment
from secretary.conversations.ports import AttachmentKind, AttachmentState, MessageStatus, Visible
from secretary.conversations.progress import Place, Progress, save_progress
from secretary.conversations.search.service import find
from secretary.conversations.storing import Asked
from secretary.conversations.tree import service as tree
from secretary.kernel.errors import NotFound


@pytest.fixture
def asked(units, session_id, run):
    async def ask():
        async with units.write() as unit:
            question = Asked("Где мой заказ?", "holder", "c1", provider_message_id="501")
            return await conversations.store_asked(unit, session_id, question)

    return run(ask())


async def found(units, text):
    async with units.read() as unit:
        return (await find(unit, text, Visible(), session_id=None, limit=5, offset=0)).total


async def edited(units, session_id, text, number="501"):
    async with units.write() as unit:
        return await conversations.customer_edited(unit, session_id, number, text), unit.recorded


async def withdrew(units, session_id, number="501"):
    async with units.write() as unit:
        return await conversations.customer_withdrew(unit, session_id, number)


async def preview(units, session_id):
    async with units.read() as unit:
        return (await conversations.get_session(unit, session_id)).last_message


async def test_edited_message_is_shown_marked_and_found_by_its_new_words(units, session_id, asked):
    message, told = await edited(units, session_id, "Где мой возврат?")
    assert (message.id, message.content, message.edited) == (asked.question.id, "Где мой возврат?", True)
    assert [each.news().action for each in told] == ["update"]
    assert (await found(units, "заказ"), await found(units, "возврат")) == (0, 1)
    assert await preview(units, session_id) == "Где мой возврат?"
    assert (await edited(units, session_id, "Где мой возврат?"))[1] == []


async def test_preview_stays_the_answers_once_there_is_one(units, session_id, asked):
    async with units.write() as unit:
        place = Place(session_id, None)
        await save_progress(unit, [Progress(asked.answer.id, place, "Уже едет", MessageStatus.COMPLETE)])
    await edited(units, session_id, "Где мой возврат?")
    assert await preview(units, session_id) == "Уже едет"


async def test_message_that_was_taken_back_is_empty_found_by_nothing_and_stays_so(units, session_id, asked):
    message = await withdrew(units, session_id)
    assert (message.content, message.withdrawn is not None) == ("", True)
    assert await found(units, "заказ") == 0
    assert await preview(units, session_id) == ""
    when = message.withdrawn
    assert (await withdrew(units, session_id)).withdrawn == when
    assert (await edited(units, session_id, "Снова тут"))[0].content == ""


async def test_message_that_we_never_had_changes_nothing(units, session_id, asked):
    assert (await edited(units, session_id, "Текст", "999"))[0] is None
    assert await withdrew(units, session_id, "999") is None
    assert await withdrew(units, "nothing") is None
    assert await found(units, "заказ") == 1


PHOTO = NewAttachment(AttachmentKind.PHOTO, "n" * 300, "image/jpeg", 2**33, {"file_id": "AgAC"})
LARGE = NewAttachment(AttachmentKind.VIDEO, state=AttachmentState.TOO_LARGE)


async def add(units, asked, *files):
    async with units.write() as unit:
        return await attachments.add(unit, asked.session.id, asked.question.id, files)


async def of(units, asked):
    async with units.read() as unit:
        found = await attachments.of_messages(unit, [asked.question.id, asked.answer.id])
        message = await conversations.get_message(unit, asked.session.id, asked.question.id)
    return found.get(asked.question.id, []), message.attachment_count, len(found)


async def test_files_are_noted_counted_and_stored(units, asked):
    photo, video = await add(units, asked, PHOTO, LARGE)
    async with units.write() as unit:
        assert await attachments.stored(unit, photo.id, "ab/cd.jpg", 1234, "image/jpeg") is True
        await attachments.failed(unit, photo.id)
        await attachments.failed(unit, video.id)
    files, count, messages = await of(units, asked)
    assert [(one.kind.value, one.state.value, one.size, one.path) for one in files] == [
        ("photo", "stored", 1234, "ab/cd.jpg"),
        ("video", "too_large", None, None),
    ]
    assert (len(files[0].name), files[0].ref, count, messages) == (255, {"file_id": "AgAC"}, 2, 1)


async def test_file_that_cannot_be_had_is_said_to_be_so(units, asked):
    [photo] = await add(units, asked, PHOTO)
    async with units.write() as unit:
        await attachments.failed(unit, photo.id)
    assert [one.state.value for one in (await of(units, asked))[0]] == ["failed"]
    async with units.read() as unit:
        with pytest.raises(NotFound):
            await attachments.get(unit, "nothing")


async def by_withdrawal(unit, asked):
    await conversations.customer_withdrew(unit, asked.session.id, "501")


async def by_deleting_the_message(unit, asked):
    await tree.delete(unit, asked.session.id, asked.question.id)


async def by_deleting_the_conversation(unit, asked):
    await conversations.delete_sessions(unit, [await conversations.get_session(unit, asked.session.id)])


@pytest.mark.parametrize("end", [by_withdrawal, by_deleting_the_message, by_deleting_the_conversation])
async def test_file_that_nobody_is_to_have_any_more_is_not_known(units, asked, end):
    [photo] = await add(units, asked, PHOTO)
    async with units.write() as unit:
        await attachments.stored(unit, photo.id, "ab/cd.jpg", 1234, "image/jpeg")
        assert await attachments.known(unit, [photo.id, "nothing"]) == {photo.id}
    async with units.write() as unit:
        await end(unit, asked)
        assert await attachments.known(unit, [photo.id]) == set()


async def test_file_of_a_message_that_was_taken_back_is_not_kept(units, session_id, asked):
    [photo] = await add(units, asked, PHOTO)
    await withdrew(units, session_id)
    async with units.write() as unit:
        assert await attachments.stored(unit, photo.id, "ab/cd.jpg", 1, "image/jpeg") is False
        assert await attachments.stored(unit, "nothing", "ab/cd.jpg", 1, "image/jpeg") is False
    assert [one.state.value for one in (await of(units, asked))[0]] == ["gone"]
