"""What the events of `/admin/events` carry, for those who read them."""

from typing import Literal

from pydantic import BaseModel, Field


class PanelReady(BaseModel):
    """`ready`: told from now on. `resync`: something was missed, everything should be fetched again."""

    type: Literal["ready", "resync"]


class PanelChange(BaseModel):
    """Something changed; whoever shows it fetches it anew. `type` is the resource, a dot, and what was done."""

    type: str = Field(pattern=r"^\w+\.\w+$")
    resource: str
    id: str
    fields: dict[str, str | int | float | bool | list[str] | None] = Field(default_factory=dict)


class PanelFault(BaseModel):
    """The sign-in is over (`signed_out`), and with it the stream."""

    type: Literal["error"]
    code: str
    message: str


PanelEvent = PanelReady | PanelChange | PanelFault
