"""Whose conversation an update belongs to, where that is written to, and who writes."""

from typing import Final

from secretary.adapters.channels.telegram.reading.wire import Chat, Message, Update, User
from secretary.channels.messenger import Address, Person
from secretary.kernel.errors import Language

_RUSSIAN: Final = frozenset({"", "ru", "be", "uk", "kk", "ky", "uz", "tg", "tt", "hy", "az"})
"""Languages of those who rather read Russian than English; the empty one: Telegram does not always say."""
ELSEWHERE: Final = "-"
"""The thread of updates that belong to nobody's."""


def person_of(user: User, phone: str = "") -> Person:
    """Who somebody is, by the number that Telegram vouches for."""
    name = f"{user.first_name} {user.last_name}".strip()
    return Person(str(user.id), name, user.username, language_of(user.language_code), phone)


def language_of(code: str) -> Language:
    return "ru" if code.partition("-")[0].lower() in _RUSSIAN else "en"


def is_group(chat: Chat) -> bool:
    return chat.type != "private"


def topic_of(message: Message) -> int | None:
    """The topic of a forum. A reply in an ordinary group has a thread too, but cannot be written to by it."""
    return message.message_thread_id if message.is_topic_message else None


def thread_key(chat: Chat, user_id: int, topic: int | None = None) -> str:
    """`7` in private, `-100200:7` for a person in a group, with `/3` in topic 3."""
    key = f"{chat.id}:{user_id}" if is_group(chat) else str(user_id)
    return f"{key}/{topic}" if topic else key


def message_key(chat_id: int, message_id: int) -> str:
    """A message's id among all of the bot's: Telegram counts those of each group on their own."""
    return str(message_id) if chat_id > 0 else f"{chat_id}/{message_id}"


def message_number(key: str) -> int:
    """What Telegram calls a message; 0 for what is no id of ours."""
    number = key.rpartition("/")[2]
    return int(number) if number.isdigit() else 0


def address_of(chat_id: int, topic: int | None = None) -> Address:
    """What every request to a chat needs."""
    return {"chat_id": chat_id, "message_thread_id": topic} if topic else {"chat_id": chat_id}


def thread_of(update: Update) -> str:
    """The thread of an update. What concerns a whole group has the group's number; one that moved, its old one."""
    if message := update.message or update.edited_message:
        return _of_message(message, message.sender)
    if tap := update.callback_query:
        return _of_message(tap.message, tap.sender) if tap.message else str(tap.sender.id)
    if member := update.my_chat_member:
        return str(member.chat.id if is_group(member.chat) else member.sender.id)
    if reaction := update.message_reaction:
        return thread_key(reaction.chat, reaction.user.id) if reaction.user else str(reaction.chat.id)
    if stopped := update.stopped_message_generation:
        return thread_key(stopped.chat, stopped.chat.id, stopped.message_thread_id)
    return ELSEWHERE


def _of_message(message: Message, sender: User | None) -> str:
    if message.migrate_from_chat_id:
        return str(message.migrate_from_chat_id)
    if sender is None or message.sender_chat is not None or message.migrate_to_chat_id:
        return str(message.chat.id)
    return thread_key(message.chat, sender.id, topic_of(message))
