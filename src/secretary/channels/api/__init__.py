"""The HTTP side of channels: instances of every kind, and those of messengers at work."""

from collections.abc import Sequence

from fastapi import APIRouter

from secretary.accounts.rights import Module
from secretary.channels.api.abilities import abilities_router
from secretary.channels.api.instances import instances_router
from secretary.channels.api.messengers import messenger_router
from secretary.channels.api.oldest import config_router, default_router
from secretary.channels.api.running import running_router
from secretary.channels.api.threads import threads_router
from secretary.channels.messenger import Messenger

__all__ = ["instances_router", "messenger_routers"]

MODULES: dict[str, Module] = {"telegram": "telegram", "whatsapp": "whatsapp"}


def messenger_routers(messenger: Messenger) -> Sequence[APIRouter]:
    """Every router of one kind of messenger; Telegram has those of the single bot of old besides."""
    module = MODULES.get(messenger.kind, "channels")
    make = (messenger_router, running_router, abilities_router)
    routers = [router(messenger, module) for router in make]
    if messenger.kind != "telegram":
        return routers
    of_old = [config_router(messenger, module), default_router(messenger, module)]
    return [*of_old, *routers, threads_router(messenger, module)]
