"""Use cases of links: a code that the panel shows, sent to the bot by whoever is to be linked. Never commits."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from secretary.accounts.reach import may_touch
from secretary.accounts.rights import MODULES, Module
from secretary.channels import queries as instances
from secretary.channels.messenger import Said
from secretary.channels.models import ChannelInstance
from secretary.channels.owner import queries
from secretary.channels.owner.errors import no_such_instance, no_such_link
from secretary.channels.owner.events import OperatorLinkChanged, OperatorLinked, OperatorUnlinked
from secretary.channels.owner.models import LinkCode, OperatorLink
from secretary.kernel.unit import Actor, Unit

CODE_LIVES: Final = timedelta(minutes=10)
_BYTES: Final = 18
_SENT: Final = re.compile(r"(?:/start(?:@\w+)?\s+)?link_(?P<code>[\w-]{20,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a user sends to the bot, the address that sends it for him (empty where it is not known), until when."""

    text: str
    url: str
    expires: datetime


async def invite(unit: Unit, instance: ChannelInstance) -> Invitation:
    """A new code for the actor; his earlier ones are worth nothing any more."""
    await queries.forget_codes(unit.db, unit.actor.id, unit.now())
    code, expires = secrets.token_urlsafe(_BYTES), unit.now() + CODE_LIVES
    unit.db.add(LinkCode(digest=_digest(code), user_id=unit.actor.id, instance_id=instance.id, expires=expires))
    await unit.db.flush()
    address = await queries.address_of_bot(unit.db, instance.id)
    url = f"{address}?start=link_{code}" if address.startswith("https://t.me/") else ""
    return Invitation(f"/start link_{code}", url, expires)


async def visible_instance(unit: Unit, actor: Actor, instance_id: str) -> ChannelInstance:
    """An instance that the actor sees. Raises NotFound."""
    row = await instances.instance_by_id(unit.db, instance_id)
    if row is None or not may_touch(actor, _module(row.kind), row.owner_id, "view"):
        raise no_such_instance()
    return row


def _module(kind: str) -> Module:
    return next((module for module in MODULES if module == kind), "channels")


def code_in(said: Said) -> str:
    """The code that somebody sends, empty where it is something else."""
    found = _SENT.fullmatch(said.text.strip()) or _SENT.fullmatch(said.payload.strip())
    return found["code"] if found else ""


async def link(unit: Unit, instance_id: str, code: str, said: Said) -> OperatorLink | None:
    """Link whoever sends a code to the user who asked for it; None where the code is worth nothing."""
    user_id = await queries.take_code(unit.db, _digest(code), instance_id, unit.now())
    actor = await queries.actor(unit.db, user_id) if user_id else None
    if actor is None:
        return None
    for old in await queries.in_the_way(unit.db, actor.id, instance_id, said.person.key):
        await unlink(unit, old, "replaced")
    made = OperatorLink(
        id=unit.new_id(),
        user_id=actor.id,
        instance_id=instance_id,
        person_key=said.person.key,
        address=dict(said.address),
        name=said.person.name[:200],
        language=said.person.language,
        summed_up=unit.now(),
        created=unit.now(),
    )
    unit.db.add(made)
    await unit.db.flush()
    unit.record(OperatorLinked(made.id, instance_id, actor.id))
    return made


async def own_link(unit: Unit, actor: Actor, link_id: str) -> OperatorLink:
    """Raises NotFound, for another's too."""
    found = await queries.link(unit.db, link_id)
    if found is None or found.user_id != actor.id:
        raise no_such_link()
    return found


async def change(unit: Unit, own: OperatorLink, *, morning: bool | None, evening: bool | None) -> None:
    """Say which summaries are wanted; None leaves it."""
    wanted = {"morning": morning, "evening": evening}
    for name, value in wanted.items():
        if value is not None:
            setattr(own, name, value)
    await unit.db.flush()
    fields = tuple(name for name, value in wanted.items() if value is not None)
    unit.record(OperatorLinkChanged(own.id, own.user_id, fields))


async def unlink(unit: Unit, own: OperatorLink, reason: str) -> None:
    """He is told nothing there any more."""
    await unit.db.delete(own)
    await unit.db.flush()
    unit.record(OperatorUnlinked(own.id, own.user_id, reason))


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
