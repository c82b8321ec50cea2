"""Every statement on links, their codes and cards."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from secretary.accounts.models import User
from secretary.channels.models import ChannelInstance, ChannelRun
from secretary.channels.owner.models import LinkCode, OperatorCard, OperatorLink
from secretary.kernel.unit import Actor


async def link(db: AsyncSession, link_id: str) -> OperatorLink | None:
    return await db.get(OperatorLink, link_id)


async def links_of(db: AsyncSession, user_id: str) -> Sequence[tuple[OperatorLink, ChannelInstance]]:
    """A user's links with where they lead, oldest first."""
    found = (
        select(OperatorLink, ChannelInstance)
        .join(ChannelInstance, ChannelInstance.id == OperatorLink.instance_id)
        .where(OperatorLink.user_id == user_id)
        .order_by(OperatorLink.created, OperatorLink.id)
    )
    return [(row[0], row[1]) for row in await db.execute(found)]


async def link_at(db: AsyncSession, instance_id: str, person_key: str) -> OperatorLink | None:
    """Whoever of the staff this person is."""
    return (await db.scalars(_LINK_AT, {"its_instance": instance_id, "its_person": person_key})).one_or_none()


_LINK_AT = select(OperatorLink).where(  # built once: it is asked with every message
    OperatorLink.instance_id == bindparam("its_instance"), OperatorLink.person_key == bindparam("its_person")
)


async def in_the_way(db: AsyncSession, user_id: str, instance_id: str, person_key: str) -> Sequence[OperatorLink]:
    """What a new link takes the place of."""
    found = select(OperatorLink).where(
        OperatorLink.instance_id == instance_id,
        (OperatorLink.user_id == user_id) | (OperatorLink.person_key == person_key),
    )
    return (await db.scalars(found)).all()


async def linked(db: AsyncSession) -> Sequence[tuple[OperatorLink, ChannelInstance, Actor]]:
    """Every link whose user may sign in, with where it leads and who he is, with his rights as they are now."""
    found = (
        select(OperatorLink, ChannelInstance, User.id, User.role)
        .join(User, User.id == OperatorLink.user_id)
        .join(ChannelInstance, ChannelInstance.id == OperatorLink.instance_id)
        .where(User.is_active)
        .order_by(OperatorLink.created, OperatorLink.id)
    )
    return [(row[0], row[1], Actor("user", row[2], row[3].value)) for row in await db.execute(found)]


async def actor(db: AsyncSession, user_id: str) -> Actor | None:
    """A user with his rights as they are now; None for one who may not sign in."""
    found = await db.execute(select(User.id, User.role).where(User.id == user_id, User.is_active))
    row = found.one_or_none()
    return None if row is None else Actor("user", row[0], row[1].value)


async def name_of(db: AsyncSession, user_id: str) -> str:
    """What colleagues call a user."""
    row = (await db.execute(select(User.display_name, User.username).where(User.id == user_id))).one_or_none()
    return "" if row is None else row[0] or row[1]


async def take_code(db: AsyncSession, digest: str, instance_id: str, now: datetime) -> str | None:
    """Use a code up: whose it was. None for one that is unknown, used, too old, or another instance's."""
    used = (
        delete(LinkCode)
        .where(LinkCode.digest == digest, LinkCode.instance_id == instance_id)
        .returning(LinkCode.user_id, LinkCode.expires)
    )
    row = (await db.execute(used)).one_or_none()
    return row[0] if row is not None and row[1] > now else None


async def forget_codes(db: AsyncSession, user_id: str, now: datetime) -> None:
    """A user's earlier ones, and everybody's that are too old."""
    await db.execute(delete(LinkCode).where((LinkCode.user_id == user_id) | (LinkCode.expires <= now)))


async def address_of_bot(db: AsyncSession, instance_id: str) -> str:
    """Where a messenger opens a chat with an instance, as its provider said when it ran last."""
    identity = await db.scalar(select(ChannelRun.identity).where(ChannelRun.instance_id == instance_id))
    return identity.get("link", "") if identity else ""


async def card(db: AsyncSession, card_id: str) -> OperatorCard | None:
    return await db.get(OperatorCard, card_id)


async def card_shown(db: AsyncSession, link_id: str, provider_message_id: str) -> OperatorCard | None:
    """The card that a person quotes."""
    found = select(OperatorCard).where(
        OperatorCard.link_id == link_id, OperatorCard.provider_message_id == provider_message_id
    )
    return (await db.scalars(found.limit(1))).first()


async def card_awaiting(db: AsyncSession, link_id: str, now: datetime) -> OperatorCard | None:
    """The card that a person's next words are about."""
    found = select(OperatorCard).where(
        OperatorCard.link_id == link_id, OperatorCard.awaiting != "", OperatorCard.awaiting_until > now
    )
    return (await db.scalars(found.order_by(OperatorCard.id.desc()).limit(1))).first()


async def expect_nothing(db: AsyncSession, link_id: str) -> None:
    """A person's next words are about no card."""
    waiting = update(OperatorCard).where(OperatorCard.link_id == link_id, OperatorCard.awaiting != "")
    await db.execute(waiting.values(awaiting="", awaiting_until=None).execution_options(synchronize_session="fetch"))


async def shown_to(db: AsyncSession, session_id: str) -> Sequence[tuple[OperatorLink, ChannelInstance, Actor]]:
    """Those of `linked` who have been shown this conversation."""
    shown = select(OperatorCard.link_id).where(OperatorCard.session_id == session_id)
    links = set((await db.scalars(shown)).all())
    return [one for one in await linked(db) if one[0].id in links] if links else []


async def acting_in(db: AsyncSession, session_id: str) -> set[str]:
    """The links by which somebody answers in this conversation."""
    acts = select(OperatorCard.link_id).where(OperatorCard.session_id == session_id, OperatorCard.acts)
    return set((await db.scalars(acts)).all())


async def act_no_more(db: AsyncSession, session_id: str) -> None:
    """Nobody answers in this conversation from his messenger."""
    acting = update(OperatorCard).where(OperatorCard.session_id == session_id, OperatorCard.acts)
    await db.execute(acting.values(acts=False))


async def forget_cards(db: AsyncSession, before: datetime) -> None:
    await db.execute(delete(OperatorCard).where(OperatorCard.created < before))
