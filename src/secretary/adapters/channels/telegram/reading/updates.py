"""One update as what happened. Nothing raises: what we know nothing about is `Unknown`, with its kind for the log."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import JsonValue, ValidationError

from secretary.adapters.channels.telegram.reading.files import files_of, own_phone
from secretary.adapters.channels.telegram.reading.texts import Us, is_addressed, words_of
from secretary.adapters.channels.telegram.reading.threads import (
    address_of,
    is_group,
    message_key,
    person_of,
    topic_of,
)
from secretary.adapters.channels.telegram.reading.wire import (
    CallbackQuery,
    GenerationStopped,
    MemberUpdate,
    Message,
    ReactionUpdate,
    Update,
    User,
)
from secretary.channels.messenger import Edited, Incoming, Left, Moved, Person, Rated, Said, Stopped, Tapped, Unknown

_START: Final = "start"
_GONE: Final = frozenset({"kicked", "left"})
_UP: Final = frozenset("👍❤🔥🥰👏😁🎉🤩🙏👌😍💯⚡🏆🤝🫡😎🆒💘😇🤗")
_DOWN: Final = frozenset("👎💩🤮🤬😢😡🖕🥱💔🤡🥴😴😭")
_BY_LABEL: Final = re.compile(r"label:\d{1,3}")
"""What a button carries whose value and label are both too long for one (`rendering.keyboard`)."""


def read_update(payload: Mapping[str, JsonValue], us: Us, groups: str) -> Sequence[Incoming]:
    """What an update says to us; `groups` is the setting of that name."""
    try:
        update = Update.model_validate(payload)
    except ValidationError:
        return [Unknown("malformed")]
    if update.message:
        return [_message(update.message, us, groups)]
    if update.edited_message:
        return [_edited(update.edited_message, us)]
    kind = next((name for name in payload if name != "update_id"), "empty")
    return [_other(update) or Unknown(kind)]


def _other(update: Update) -> Incoming | None:
    """What is no message."""
    if update.callback_query:
        return _tapped(update.callback_query)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    if update.message_reaction:
        return _rated(update.message_reaction)
    return _stopped(update.stopped_message_generation) if update.stopped_message_generation else None


def _message(message: Message, us: Us, groups: str) -> Incoming:
    if message.migrate_to_chat_id:
        return Moved(str(message.migrate_to_chat_id), address_of(message.migrate_to_chat_id))
    if message.migrate_from_chat_id:
        return Moved(str(message.chat.id), address_of(message.chat.id))
    if why := _not_a_person(message):
        return Unknown(why)
    if is_group(message.chat) and groups == "off":
        return Unknown("group")
    said = _said(message, us, to_all=groups == "all")
    return said if said.text or said.files or said.is_start else Unknown("service_message")


def _not_a_person(message: Message) -> str:
    """Why this is not for us: what a channel, an anonymous administrator or a bot said, or, in a group, somebody else.

    What is forwarded to us in private is shown to be answered.
    """
    if message.sender is None or message.sender_chat is not None:
        return "anonymous"
    if message.sender.is_bot:
        return "bot"
    if message.via_bot is not None:
        return "via_bot"
    return "forwarded" if message.forward_origin is not None and is_group(message.chat) else ""


def _said(message: Message, us: Us, *, to_all: bool) -> Said:
    words = words_of(message, us)
    is_start = words.command == _START
    in_group = is_group(message.chat)
    sender = message.sender or User(id=0)
    answered = message.reply_to_message
    return Said(
        message_id=message_key(message.chat.id, message.message_id),
        person=person_of(sender, own_phone(message)),
        address=address_of(message.chat.id, topic_of(message)),
        text="" if is_start else words.text,
        files=files_of(message),
        at=datetime.fromtimestamp(message.date, UTC) if message.date else None,
        is_group=in_group,
        is_addressed=not in_group or to_all or is_addressed(message, words, us),
        is_start=is_start,
        payload=words.rest if is_start else "",
        quoted_id=message_key(message.chat.id, answered.message_id) if answered else "",
        album=message.media_group_id,
    )


def _edited(message: Message, us: Us) -> Incoming:
    """Telegram sends this for changes that nobody sees, too: then the text is the same."""
    if why := _not_a_person(message):
        return Unknown(f"edited_{why}")
    text = words_of(message, us).text
    return Edited(message_key(message.chat.id, message.message_id), text) if text else Unknown("edited_file")


def _tapped(tap: CallbackQuery) -> Incoming:
    message = tap.message
    if message is None or not tap.data:
        return Unknown("inline_tap")
    shown = [one for row in (message.reply_markup.inline_keyboard if message.reply_markup else ()) for one in row]
    label = next((one.text for one in shown if one.callback_data == tap.data), "")
    value = label if _BY_LABEL.fullmatch(tap.data) else tap.data
    if not value:
        return Unknown("old_button")
    return Tapped(
        message_key(message.chat.id, message.message_id),
        person_of(tap.sender),
        address_of(message.chat.id, topic_of(message)),
        value,
        label,
        tap.id,
        is_group=is_group(message.chat),
    )


def _membership(change: MemberUpdate) -> Incoming:
    """Of a group it is not the one who let us in or threw us out that is gone, but all of it."""
    was_gone, is_gone = (one.status in _GONE for one in (change.old_chat_member, change.new_chat_member))
    if was_gone == is_gone:
        return Unknown("my_chat_member")
    person = Person(str(change.chat.id)) if is_group(change.chat) else person_of(change.sender)
    return Left(person, is_back=was_gone)


def _rated(reaction: ReactionUpdate) -> Incoming:
    shown = [one.emoji.removesuffix("\ufe0f") for one in reaction.new_reaction if one.type == "emoji"]
    key = message_key(reaction.chat.id, reaction.message_id)
    if not reaction.new_reaction:
        return Rated(key, 0)
    value = next((1 if one in _UP else -1 for one in shown if one in _UP or one in _DOWN), 0)
    return Rated(key, value) if value else Unknown("reaction")


def _stopped(stopped: GenerationStopped) -> Incoming:
    address = address_of(stopped.chat.id, stopped.message_thread_id)
    return Stopped(person_of(User(id=stopped.chat.id)), address)
