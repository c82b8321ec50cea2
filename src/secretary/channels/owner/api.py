"""`/admin/owner-links`: the caller's own messengers, in which he is told of what needs him."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from secretary.accounts.access import require
from secretary.channels.models import ChannelInstance
from secretary.channels.owner import linking, queries
from secretary.channels.owner.errors import not_a_messenger
from secretary.channels.owner.models import OperatorLink
from secretary.kernel.errors import Language
from secretary.kernel.unit import Actor
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/owner-links", tags=["owner"])

MaySee = Annotated[Actor, Depends(require("profile", "view"))]
MayEdit = Annotated[Actor, Depends(require("profile", "edit"))]
WIDGET = "widget"
"""The one kind of channel that holds the line itself: nobody can be written to there."""


class InstanceShown(BaseModel):
    """The bot, or the number, by which he is told."""

    id: str
    kind: str
    name: str


class LinkOut(BaseModel):
    """A messenger of the caller's. Where he is written to is never shown."""

    id: str
    instance: InstanceShown
    name: str
    language: Language
    morning: bool
    evening: bool
    created: datetime


class LinksOut(BaseModel):
    links: list[LinkOut]
    total: int


class OneLinkOut(BaseModel):
    link: LinkOut


class InviteIn(BaseModel):
    """By which bot, or number, one wants to be told."""

    model_config = ConfigDict(extra="forbid")

    instance_id: str = Field(min_length=1, max_length=36)


class InvitationOut(BaseModel):
    """`text` is to be sent to the bot by whoever is to be linked; `url` opens it with that (empty: not known)."""

    text: str
    url: str
    expires: datetime


class LinkIn(BaseModel):
    """Which summaries are wanted; only what is named changes."""

    model_config = ConfigDict(extra="forbid")

    morning: bool | None = None
    evening: bool | None = None


class UnlinkedOut(BaseModel):
    """It is gone."""

    status: Literal["ok"] = "ok"


def _shown(link: OperatorLink, instance: ChannelInstance) -> LinkOut:
    return LinkOut(
        id=link.id,
        instance=InstanceShown(id=instance.id, kind=instance.kind, name=instance.name),
        name=link.name,
        language=link.language,
        morning=link.morning,
        evening=link.evening,
        created=link.created,
    )


@router.get("")
async def list_links(unit: UnitDep, actor: MaySee) -> LinksOut:
    """The caller's own, oldest first."""
    rows = [_shown(*row) for row in await queries.links_of(unit.db, actor.id)]
    return LinksOut(links=rows, total=len(rows))


@router.post("", status_code=201)
async def invite(unit: UnitDep, actor: MayEdit, body: InviteIn) -> InvitationOut:
    """A code, good once and for ten minutes; it makes the caller's earlier ones worthless."""
    instance = await linking.visible_instance(unit, actor, body.instance_id)
    if instance.kind == WIDGET:
        raise not_a_messenger()
    made = await linking.invite(unit, instance)
    return InvitationOut(text=made.text, url=made.url, expires=made.expires)


@router.put("/{link_id}")
async def change_link(unit: UnitDep, actor: MayEdit, link_id: str, body: LinkIn) -> OneLinkOut:
    """Switch a summary on or off."""
    own = await linking.own_link(unit, actor, link_id)
    await linking.change(unit, own, morning=body.morning, evening=body.evening)
    instance = next(row for link, row in await queries.links_of(unit.db, actor.id) if link.id == own.id)
    return OneLinkOut(link=_shown(own, instance))


@router.delete("/{link_id}")
async def remove_link(unit: UnitDep, actor: MayEdit, link_id: str) -> UnlinkedOut:
    """Be told nothing there any more."""
    await linking.unlink(unit, await linking.own_link(unit, actor, link_id), "asked")
    return UnlinkedOut()
