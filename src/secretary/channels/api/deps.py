"""What the application offers to the routes of messengers."""

from typing import Annotated, Protocol

from fastapi import Depends, Request

from secretary.channels.running.lines import Lines
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import UnitFactory
from secretary.web.deps import services


class MessengerServices(Protocol):
    """The parts that these routes need."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def lines(self) -> Lines: ...

    @property
    def public_url(self) -> str: ...


async def messenger_services(request: Request) -> MessengerServices:
    offered: MessengerServices = services(request)
    return offered


Offered = Annotated[MessengerServices, Depends(messenger_services)]
