"""What a customer sees while his answer is being given: that somebody is typing, and the answer as it grows.

Best effort: what is shown is a preview, and only the outbox brings the answer. A provider that is slow or refuses is
not asked again for this answer.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import structlog

from secretary.assistant.ports import Accepted, Delta, Turns
from secretary.channels.incoming.taken import Taken
from secretary.channels.models import ChannelThread
from secretary.channels.outgoing import queries
from secretary.channels.running.lines import Line
from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import UnitFactory

log = structlog.get_logger(__name__)

TYPING_AFTER_S = 0.3  # most answers from the FAQ are there before
TYPING_EVERY_S = 4.5  # Telegram shows it for five seconds, WhatsApp for up to twenty-five
SHOW_AFTER_S, SHOW_EVERY_S = 0.8, 1.0
SETTLE_S = 10.0


@dataclass(slots=True)
class _Growing:
    text: str = ""
    shown: str = ""
    shown_id: str = ""


class Live:
    """Owns a task for each answer that is being shown."""

    def __init__(self, units: UnitFactory, turns: Turns) -> None:
        self._units = units
        self._turns = turns
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def watch(self, line: Line, taken: Taken, accepted: Accepted) -> None:
        """Show how an answer grows, and answer a tap. Returns at once."""
        task = asyncio.create_task(self._watch(line, taken, accepted), name="live")
        key = accepted.answer_id or str(id(task))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    async def settled(self, answer_id: str) -> None:
        """Return when nothing is shown of this answer any more, so that its end can take the place of it."""
        task = self._tasks.get(answer_id)
        if task is not None:
            await asyncio.wait({task}, timeout=SETTLE_S)

    async def close(self) -> None:
        """Show nothing more. Repeatable."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, line: Line, taken: Taken, accepted: Accepted) -> None:
        try:
            if taken.callback_id:
                await line.connection.tapped(taken.callback_id)
            if taken.thread is not None and taken.thread.session_id is not None:
                for answer_id in taken.stop:
                    await self._turns.cancel(taken.thread.session_id, answer_id)
            if taken.thread is not None and accepted.is_new and not accepted.is_held:
                await self._grow(line, taken.thread, taken.quoted_id, accepted)
        except SecretaryError as error:
            log.info("not_shown", instance_id=line.id, code=error.code)

    async def _grow(self, line: Line, thread: ChannelThread, quoted_id: str, accepted: Accepted) -> None:
        growing = _Growing()
        listening = asyncio.create_task(self._listen(accepted, growing))
        try:
            if await _over(listening, TYPING_AFTER_S):
                return
            await self._type(line, thread, quoted_id)
            if await _over(listening, SHOW_AFTER_S - TYPING_AFTER_S):
                return
            await self._show_until_over(line, thread, quoted_id, accepted, growing, listening)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError, SecretaryError):
                await listening

    async def _show_until_over(
        self,
        line: Line,
        thread: ChannelThread,
        quoted_id: str,
        accepted: Accepted,
        growing: _Growing,
        listening: asyncio.Task[None],
    ) -> None:
        waited_s = 0.0
        while True:
            if line.messenger.capabilities.streams and growing.text != growing.shown:
                await self._show(line, thread, accepted.answer_id, growing)
            elif waited_s >= TYPING_EVERY_S:
                await self._type(line, thread, quoted_id)
                waited_s = 0.0
            if await _over(listening, SHOW_EVERY_S):
                return
            waited_s += SHOW_EVERY_S

    async def _show(self, line: Line, thread: ChannelThread, answer_id: str, growing: _Growing) -> None:
        text = growing.text
        shown_id = await line.connection.show(thread.address, answer_id, text, growing.shown_id)
        if shown_id and not growing.shown_id and thread.session_id is not None:
            async with self._units.write() as unit:
                await queries.add_queued(unit.db, answer_id, line.id, thread.session_id, unit.now())
                await queries.keep_shown(unit.db, answer_id, shown_id)
        growing.shown, growing.shown_id = text, shown_id

    async def _type(self, line: Line, thread: ChannelThread, quoted_id: str) -> None:
        if line.messenger.capabilities.typing and line.settings.typing_enabled:
            await line.connection.typing(thread.address, quoted_id)

    async def _listen(self, accepted: Accepted, growing: _Growing) -> None:
        async for _, reply in self._turns.listen(accepted.session_id, accepted.answer_id):
            if isinstance(reply, Delta):
                growing.text += reply.text


async def _over(listening: asyncio.Task[None], wait_s: float) -> bool:
    done, _ = await asyncio.wait({listening}, timeout=wait_s)
    return bool(done)
