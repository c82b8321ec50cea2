"""The sender of an instance: brings letters to its provider, part by part, and keeps what became of them.

A part that is out is recorded before the next one goes, so a repetition goes on from where it stood. Providers of
messengers take no idempotency key: a crash between a request and its record, or a connection that breaks before the
answer, brings that part twice. Stopping an instance does not: what has begun to go out is recorded first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from secretary.channels.incoming import queries as incoming
from secretary.channels.letters import Letter, Writer
from secretary.channels.messenger import OutFile, Outgoing, Part
from secretary.channels.models import DeliveryStatus
from secretary.channels.outgoing import queries
from secretary.channels.outgoing.pace import Pacer
from secretary.channels.outgoing.queueing import MESSAGE
from secretary.channels.outgoing.writing import Message, record, write_message
from secretary.channels.running.lines import Line, Lines
from secretary.channels.running.logbook import note
from secretary.conversations.events import ConversationWentOn
from secretary.conversations.handover.service import held
from secretary.conversations.models import ChatAttachment
from secretary.kernel.errors import Upstream
from secretary.kernel.jobs import ClaimedJob, LeaseLost, complete
from secretary.kernel.leaving import to_the_end
from secretary.kernel.unit import UnitFactory

BLOCKED, MOVED, TOKEN = "channel_blocked", "channel_moved", "channel_token"
BUSY, UNREACHABLE = "channel_busy", "channel_unreachable"
FAREWELL_S = 4.0
"""How long a request and its record have to end when the instance stops."""


class Sender:
    """Handles the jobs of one instance's outbox. `settled` waits until nothing is shown of a growing answer, `refused`
    is told when the provider does not know us any more, `files` reads what goes along with a message.
    """

    def __init__(
        self,
        units: UnitFactory,
        lines: Lines,
        instance_id: str,
        pacer: Pacer,
        writers: Mapping[str, Writer],
        settled: Callable[[str], Awaitable[None]],
        refused: Callable[[Upstream], None],
        files: Callable[[Sequence[ChatAttachment]], Awaitable[Sequence[OutFile]]],
    ) -> None:
        self._units = units
        self._lines = lines
        self._instance_id = instance_id
        self._pacer = pacer
        self._writers = writers
        self._settled = settled
        self._refused = refused
        self._files = files

    async def handle(self, job: ClaimedJob) -> None:
        """Send what a job stands for. Raises Upstream where it is to be tried again, or given up."""
        line = await self._lines.get(self._instance_id)
        if job.payload.get("writer") == MESSAGE:
            await self._message(line, job)
        else:
            await self._letter(line, job)

    async def _letter(self, line: Line, job: ClaimedJob) -> None:
        async with self._units.read() as unit:
            letter = await self._writers[str(job.payload["writer"])](unit, job.payload)
        if letter is not None:
            await to_the_end(self._all_of(line, letter, job), FAREWELL_S)

    async def _all_of(self, line: Line, letter: Letter, job: ClaimedJob) -> None:
        sent = []
        for part in line.messenger.render(letter.message, line.settings):
            await self._pacer.wait(_chat(letter))
            sent.append(await self._out(line, letter, part))
        async with self._units.write() as unit:
            if letter.sent is not None:
                await letter.sent(unit, sent)
            await complete(unit, job)

    async def _message(self, line: Line, job: ClaimedJob) -> None:
        await self._settled(str(job.payload["message_id"]))
        async with self._units.read() as unit:
            message = await write_message(unit, line, job.payload)
        if message is None:
            await self._drop(str(job.payload["message_id"]), job)
            return
        outgoing = await self._with_files(message, job)
        parts = line.messenger.render(outgoing, line.settings)
        first = message.parts_sent + 1
        for number in range(first, len(parts) + 1):
            has_waited = await self._pacer.wait(_chat(message.letter))
            if job.payload.get("is_automatic"):
                is_old = has_waited or number > first
                if await self._is_held(message.session_id) if is_old else message.is_held:
                    await self._drop(message.id, job)
                    return
            if not await self._part(line, message, job, number, parts):
                return
        if message.parts_sent >= len(parts):
            async with self._units.write() as unit:
                await complete(unit, job)

    async def _with_files(self, message: Message, job: ClaimedJob) -> Outgoing:
        outgoing = message.letter.message
        if not message.attachments:
            return outgoing
        try:
            return replace(outgoing, files=await self._files(message.attachments))
        except Upstream as error:
            await self._failed(message, job, message.parts_sent + 1, error)
            raise

    async def _part(self, line: Line, message: Message, job: ClaimedJob, number: int, parts: Sequence[Part]) -> bool:
        """Bring one part and record it; with the last one the job is done. False: nothing more can be brought there."""
        try:
            await to_the_end(self._recorded(line, message, job, number, parts), FAREWELL_S)
        except Upstream as error:
            await self._failed(message, job, number, error)
            if error.code == BLOCKED:
                return False
            raise
        return True

    async def _recorded(
        self, line: Line, message: Message, job: ClaimedJob, number: int, parts: Sequence[Part]
    ) -> None:
        shown_id = message.shown_id if number == 1 else ""
        provider_id = await self._out(line, message.letter, parts[number - 1], shown_id)
        async with self._units.write() as unit:
            await record(unit, message, number, DeliveryStatus.SENT, provider_id)
            unit.record(ConversationWentOn(message.session_id, line.row.owner_id))
            if number == len(parts):
                with suppress(LeaseLost):  # it is out all the same: whoever has the job now has to know
                    await complete(unit, job)

    async def _out(self, line: Line, letter: Letter, part: Part, shown_id: str = "") -> str:
        try:
            return await line.connection.send(letter.address, part, shown_id)
        except Upstream as error:
            if error.code == BUSY and error.retry_after_s:
                self._pacer.pause(error.retry_after_s)
            elif error.code == TOKEN:
                self._refused(error)
                raise _later(error) from error
            raise

    async def _is_held(self, session_id: str) -> bool:
        """Has a person taken over since this was queued?"""
        async with self._units.read() as unit:
            return bool(await held(unit, [session_id]))

    async def _drop(self, message_id: str, job: ClaimedJob) -> None:
        """It does not go out any more."""
        async with self._units.write() as unit:
            await queries.move_on(unit.db, message_id, DeliveryStatus.WITHDRAWN, "", unit.now())
            await complete(unit, job)

    async def _failed(self, message: Message, job: ClaimedJob, number: int, error: Upstream) -> None:
        """What a person shall see of it: at once where repeating cannot mend it, else after the last attempt."""
        async with self._units.write() as unit:
            thread = await incoming.thread_of(unit.db, message.session_id)
            address = error.fields.get("address")
            if error.code == MOVED and thread is not None and isinstance(address, Mapping):
                thread.address = {**thread.address, **address}
            elif not error.retryable or job.attempt >= job.max_attempts:
                await record(unit, message, number, DeliveryStatus.FAILED, error=error.code)
                note(unit, self._instance_id, "not_delivered", "warning", code=error.code)
            if error.code == BLOCKED and thread is not None:
                thread.left = unit.now()


def _later(error: Upstream) -> Upstream:
    """A message waits for the token that its owner will enter: it is not to blame."""
    return Upstream(error.code, en=error.en, ru=error.ru, retryable=True)


def _chat(letter: Letter) -> str:
    return str(sorted(letter.address.items()))
