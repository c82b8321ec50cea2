"""Letters to those of the staff who have linked their messenger, written when they go out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

from secretary.accounts.reach import may_touch
from secretary.channels.letters import Letter, Writer, post, queue_of
from secretary.channels.messenger import Address, Outgoing
from secretary.channels.owner import queries
from secretary.channels.owner.cards import NAME, card, plain
from secretary.channels.owner.showing import shown, who
from secretary.channels.owner.summing_up import summary
from secretary.channels.owner.texts import LINES, REPLIES
from secretary.conversations.models import ChatSession
from secretary.conversations.service import get_sessions
from secretary.kernel.errors import Language
from secretary.kernel.jobs import Payload
from secretary.kernel.unit import Unit

CARD, WORDS, SUMMARY, TAKEN = "card", "owner", "owner_summary", "owner_taken"


def writers() -> Mapping[str, Writer]:
    """Who writes these letters."""
    return {CARD: write_card, WORDS: write_words, SUMMARY: write_summary, TAKEN: write_taken}


async def say(
    unit: Unit, instance: tuple[str, str], to: Address, text: str, language: Language, lane: str = ""
) -> None:
    """Have something of ours brought to somebody. `instance` is a kind and an id; `lane` keeps the order."""
    payload: dict[str, JsonValue] = {"address": dict(to), "text": text, "language": language}
    await post(unit, queue_of(*instance), WORDS, payload, key=unit.new_id(), conversation=lane)


async def write_words(unit: Unit, payload: Payload) -> Letter | None:
    """Something of ours, word for word."""
    del unit
    address = payload["address"]
    if not isinstance(address, Mapping):
        return None
    language: Language = "en" if payload["language"] == "en" else "ru"
    return Letter(address, Outgoing(text=str(payload["text"]), language=language))


async def write_card(unit: Unit, payload: Payload) -> Letter | None:
    """A card as things stand now; None where its user, or the conversation, is gone or is not his business any more."""
    row = await queries.card(unit.db, str(payload["card_id"]))
    link = await queries.link(unit.db, row.link_id) if row else None
    session = next(iter(await get_sessions(unit, [row.session_id])), None) if row else None
    if row is None or link is None or session is None or not await _may(unit, link.user_id, session):
        return None
    card_id = row.id

    async def sent(unit: Unit, ids: Sequence[str]) -> None:
        kept = await queries.card(unit.db, card_id)
        if kept is not None and ids:
            kept.provider_message_id = ids[-1]
            await unit.db.flush()

    about = await shown(unit, row, link, session, payload)
    return Letter(link.address, card(about, link.language), sent)


async def _may(unit: Unit, user_id: str, session: ChatSession) -> bool:
    actor = await queries.actor(unit.db, user_id)
    return actor is not None and may_touch(actor, "requests", session.owner_id)


async def write_taken(unit: Unit, payload: Payload) -> Letter | None:
    """A colleague has a conversation that was shown here; None where somebody may not see it any more."""
    link = await queries.link(unit.db, str(payload["link_id"]))
    session = next(iter(await get_sessions(unit, [str(payload["session_id"])])), None)
    if link is None or session is None or not await _may(unit, link.user_id, session):
        return None
    name = plain(await queries.name_of(unit.db, str(payload["user_id"])), NAME)
    customer = plain(await who(unit, session), NAME) or LINES["visitor"][link.language]
    text = REPLIES["taken_by"][link.language].format(name=name, who=customer)
    return Letter(link.address, Outgoing(text=text, language=link.language))


async def write_summary(unit: Unit, payload: Payload) -> Letter | None:
    """What has happened and what waits; None where he is linked no more, or there is nothing to say unasked."""
    link = await queries.link(unit.db, str(payload["link_id"]))
    actor = await queries.actor(unit.db, link.user_id) if link else None
    if link is None or actor is None:
        return None
    period = datetime.fromisoformat(str(payload["since"])), datetime.fromisoformat(str(payload["until"]))
    text = await summary(unit, actor, link.language, str(payload["occasion"]), period)
    return Letter(link.address, Outgoing(text=text, language=link.language)) if text else None
