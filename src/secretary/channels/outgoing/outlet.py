"""The way out: a stored message is queued for its instance's provider in the unit that stored it."""

from collections.abc import Collection
from datetime import datetime

from secretary.channels import queries as instances
from secretary.channels.incoming import queries as incoming
from secretary.channels.messenger import Messenger
from secretary.channels.models import ChannelThread
from secretary.channels.outgoing.queueing import Way, queue
from secretary.conversations.handover.state import Standing
from secretary.conversations.models import ChatSession
from secretary.conversations.progress import Place
from secretary.kernel.errors import Conflict
from secretary.kernel.unit import Unit


class MessengerOutlet:
    """Implements `channels.ports.Outlet` and `assistant.ports.Delivering` for every kind of messenger."""

    def __init__(self, messengers: Collection[Messenger]) -> None:
        self._kinds = {messenger.kind: messenger for messenger in messengers}

    def brings(self, source: str) -> bool:
        return source in self._kinds

    async def answered(self, unit: Unit, place: Place, answer_id: str, apology: str) -> None:
        """What says that a person was called goes out although he has the conversation: it was not held before."""
        found = await incoming.way_out(unit.db, place.session_id)
        if found is None:
            return
        is_automatic = not Standing(found.state, held_until=found.held_until).is_held(unit.now())
        way = Way(place.source, found.instance_id, found.id)
        await queue(unit, way, place.session_id, answer_id, is_automatic=is_automatic, apology=apology)

    async def send(self, unit: Unit, session: ChatSession, message_id: str, *, is_automatic: bool) -> None:
        if not self.brings(session.source):
            return
        thread = await incoming.thread_of(unit.db, session.id)
        if thread is None:
            return
        await self._check_window(unit, thread, session.source)
        way = Way(session.source, thread.instance_id, thread.id)
        await queue(unit, way, session.id, message_id, is_automatic=is_automatic)

    def takes_files(self, session: ChatSession) -> bool:
        return self.brings(session.source) and self._kinds[session.source].capabilities.files

    async def window_closes_at(self, unit: Unit, session: ChatSession) -> datetime | None:
        """Until when the provider lets us write freely; None where it always does."""
        window = self._kinds[session.source].capabilities.reply_window if self.brings(session.source) else None
        thread = await incoming.thread_of(unit.db, session.id) if window is not None else None
        return thread.last_inbound + window if thread is not None and window is not None else None

    async def _check_window(self, unit: Unit, thread: ChannelThread, kind: str) -> None:
        window = self._kinds[kind].capabilities.reply_window
        row = await instances.instance_by_id(unit.db, thread.instance_id)
        has_template = row is not None and bool(row.settings.get("template_name"))
        if window is not None and not has_template and unit.now() - thread.last_inbound > window:
            raise window_closed()


def window_closed() -> Conflict:
    return Conflict(
        "window_closed",
        en="This customer last wrote more than a day ago, and WhatsApp lets us send only an approved template now. "
        "Name one in the channel's settings, or wait until he writes.",
        ru="Клиент писал больше суток назад, и WhatsApp разрешает теперь только одобренный шаблон. "
        "Укажите шаблон в настройках канала или дождитесь сообщения клиента.",
    )
