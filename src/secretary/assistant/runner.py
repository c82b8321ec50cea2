"""The runner: stores what comes in, answers each conversation in order, and lets anybody listen.

A turn is a task of its own. It survives its listeners; the stop button, the time limit and the end of the process
are all that ends it early.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from secretary.assistant.answering import Answering
from secretary.assistant.follow import follow_stored
from secretary.assistant.news import AnswerNews
from secretary.assistant.ports import Accepted, Delivering, Inbound, Reply
from secretary.assistant.saver import AnswerSaver
from secretary.assistant.stream import AnswerStream
from secretary.assistant.turn import Responder
from secretary.conversations import leases
from secretary.conversations import service as conversations
from secretary.conversations.events import AnswersSilenced
from secretary.conversations.models import ChatMessage
from secretary.conversations.ports import UNFINISHED, MessageStatus, OverrideJson
from secretary.conversations.progress import Place, take_over_abandoned
from secretary.conversations.storing import Asked, Exchange
from secretary.conversations.tree import service as tree
from secretary.kernel.broadcast import Broadcast, LocalBroadcast
from secretary.kernel.clock import uuid7
from secretary.kernel.errors import Invalid, RateLimited, SecretaryError
from secretary.kernel.telemetry import TURNS_RUNNING
from secretary.kernel.text import clean
from secretary.kernel.unit import Actor, Unit, UnitFactory

log = structlog.get_logger(__name__)

MAX_MESSAGE_CHARACTERS = 4_096  # what a messenger lets its users write
BEAT_S = 2.0  # how often leases are renewed: a fifth of their length
PATIENCE_S = 1.0  # how long another process has to stop an answer before it is taken away from it


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a turn may take, how long the end of the process waits for running turns, how many may wait in line."""

    turn_s: float = 180.0
    drain_s: float = 3.0
    waiting_in_conversation: int = 20


class TurnRunner:
    """Implements `assistant.ports.Turns`. One runs in a process; `holder` names it in the leases that it takes.

    `overheard` is told, in the unit that stores it, of a message to a conversation that a person has.
    """

    def __init__(
        self,
        units: UnitFactory,
        responders: Sequence[Responder],
        limits: Limits | None = None,
        broadcast: Broadcast | None = None,
        delivering: Delivering | None = None,
        overheard: Callable[[Unit, str], Awaitable[None]] | None = None,
    ) -> None:
        self._overheard = overheard
        self.holder = uuid7()
        self._news = AnswerNews(broadcast or LocalBroadcast())
        self._news.on_stop(self._stop)
        self._units = units
        units.bus.subscribe(AnswersSilenced, self._silence)
        self._limits = limits or Limits()
        self._streams: dict[str, AnswerStream] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._lines: dict[str, dict[int, asyncio.Task[None]]] = {}
        self._delivering = delivering
        self._saver = AnswerSaver(units, self._growing, self._stop, delivering)
        self._answering = Answering(units, responders, self._saver, self._news, self._limits.turn_s, delivering)
        self._owned: list[asyncio.Task[None]] = []

    async def start(self, *, everything: bool) -> None:
        """Begin to work. `everything`: nobody else can be alive, so whatever is unfinished was left by the dead.

        Otherwise leases say who is alive: ours are kept, and those that run out are taken over, again and again.
        """
        self._owned.append(asyncio.create_task(self._saver.run()))
        if everything:
            await self._take_over(everything=True)
        else:
            self._saver.holder = self.holder
            self._owned.append(asyncio.create_task(self._keep_leases()))

    async def _keep_leases(self) -> None:
        while True:
            known = [stream for stream in self._streams.values() if not stream.is_ending]
            try:
                async with self._units.write() as unit:
                    held = await leases.keep(unit, self.holder, [stream.answer_id for stream in known])
                await self._take_over(everything=False)
            except (SecretaryError, OSError):
                log.exception("leases_not_kept")
            else:
                for stream in known:
                    if stream.answer_id not in held and not stream.is_ending:
                        self._stop(stream.answer_id)
            await asyncio.sleep(BEAT_S)

    async def _take_over(self, *, everything: bool) -> None:
        async with self._units.write() as unit:
            anew = self._delivering.brings if self._delivering else _never
            waiting = await take_over_abandoned(unit, self.holder, everything=everything, anew=anew)
        for exchange in waiting:
            if exchange.answer is not None:
                self._begin(exchange, exchange.answer)

    async def stop(self) -> None:
        """Give running turns a moment to end, interrupt the others, store everything."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=self._limits.drain_s)
        for stream in self._streams.values():
            stream.stopped_as = MessageStatus.INTERRUPTED
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=2)
        owned, self._owned = self._owned, []
        for task in owned:
            task.cancel()
        if owned:
            await asyncio.wait(owned)
        await self._saver.flush()

    async def accept(self, inbound: Inbound) -> Accepted:
        return await self._answer(inbound.session_id, lambda unit: self.store(unit, inbound))

    async def store(self, unit: Unit, inbound: Inbound) -> Exchange:
        text = _checked(inbound.text) if not inbound.files or inbound.text.strip() else ""
        asked = Asked(
            text,
            self.holder,
            inbound.message_id,
            inbound.override,
            provider_message_id=inbound.provider_message_id,
        )
        exchange = await conversations.store_asked(unit, inbound.session_id, asked)
        if exchange.answer is None and exchange.is_new and self._overheard is not None:
            await self._overheard(unit, inbound.session_id)
        return exchange

    def begin(self, exchange: Exchange) -> Accepted:
        if exchange.answer is not None and exchange.is_new:
            self._begin(exchange, exchange.answer)
        answer_id = exchange.answer.id if exchange.answer is not None else ""
        return Accepted(exchange.session.id, exchange.question.id, answer_id, exchange.is_new)

    def _silence(self, silenced: AnswersSilenced) -> None:
        for answer_id in silenced.answer_ids:
            self._stop(answer_id)
            self._news.tell_stop(answer_id)

    async def edit(self, session_id: str, message_id: str, text: str, override: OverrideJson | None) -> Accepted:
        """Store a question anew beside the old one and begin to answer it. Raises NotFound, Invalid, RateLimited."""
        asked = Asked(_checked(text), self.holder, override=override, edited=True)
        return await self._answer(session_id, lambda unit: tree.edit(unit, session_id, message_id, asked))

    async def regenerate(self, session_id: str, message_id: str, override: OverrideJson | None) -> Accepted:
        """Begin another answer to the same question. Raises NotFound, Invalid, RateLimited."""
        return await self._answer(
            session_id, lambda unit: tree.regenerate(unit, session_id, message_id, self.holder, override)
        )

    async def delete(self, actor: Actor, remove: Callable[[Unit], Awaitable[Sequence[str]]]) -> None:
        """Let `remove` delete messages in a unit of its own, then stop the answers among them that it names."""
        async with self._units.write(actor) as unit:
            running = await remove(unit)
        for answer_id in running:
            self._stop(answer_id)

    async def _answer(self, session_id: str, store: Callable[[Unit], Awaitable[Exchange]]) -> Accepted:
        if len(self._lines.get(session_id, ())) >= self._limits.waiting_in_conversation:
            raise _too_many_waiting()
        async with self._units.write() as unit:
            exchange = await store(unit)
        return self.begin(exchange)

    def _begin(self, exchange: Exchange, answer: ChatMessage) -> None:
        """Answer in a task of its own, after those of the same conversation that came before."""
        answer_id, session_id = answer.id, exchange.session.id
        place = Place(session_id, exchange.session.owner_id, exchange.session.source)
        stream = self._streams[answer_id] = AnswerStream(answer_id, place)
        line = self._lines.setdefault(session_id, {})
        task = asyncio.create_task(self._in_line(exchange, stream, answer.seq, _last_before(answer.seq, line)))
        line[answer.seq] = task
        self._tasks[answer_id] = task

    async def _in_line(
        self, exchange: Exchange, stream: AnswerStream, seq: int, before: asyncio.Task[None] | None
    ) -> None:
        answer_id, session_id = stream.answer_id, exchange.session.id
        with TURNS_RUNNING.track_inprogress():
            try:
                await self._answering.answer(exchange, stream, before)
            finally:
                line = self._lines[session_id]
                del self._tasks[answer_id]
                line.pop(seq, None)
                if not line:
                    del self._lines[session_id]
                del self._streams[answer_id]
                self._news.tell_over(session_id)

    def listen(self, session_id: str, answer_id: str, after: int = 0) -> AsyncIterator[tuple[int, Reply]]:
        stream = self._streams.get(answer_id)
        return stream.listen(after) if stream else follow_stored(self._units, self._news, session_id, answer_id, after)

    async def cancel(self, session_id: str, answer_id: str) -> None:
        async with self._units.read() as unit:
            await conversations.get_message(unit, session_id, answer_id)
        if answer_id in self._streams:
            self._stop(answer_id)
        else:
            await self._stop_elsewhere(session_id, answer_id)

    async def _stop_elsewhere(self, session_id: str, answer_id: str) -> None:
        """Ask whoever gives it; if nobody hears, take the answer away from him."""
        self._news.tell_stop(answer_id)
        async with self._units.read() as unit:
            answer = await conversations.get_message(unit, session_id, answer_id)
        if answer.status in UNFINISHED:
            await self._news.wait(session_id, PATIENCE_S)
            async with self._units.write() as unit:
                await leases.take_away(unit, answer_id)

    def _stop(self, answer_id: str) -> None:
        if (stream := self._streams.get(answer_id)) and (task := self._tasks.get(answer_id)):
            stream.stopped_as = MessageStatus.CANCELLED
            task.cancel()

    def _growing(self) -> list[AnswerStream]:
        return [stream for stream in self._streams.values() if stream.is_dirty]


def _last_before(seq: int, line: Mapping[int, asyncio.Task[None]]) -> asyncio.Task[None] | None:
    """The answer that comes right before number `seq`. Not the newest: one that was taken over from a dead process
    comes before those that were asked for since, and these wait for it in the database.
    """
    earlier = [number for number in line if number < seq]
    return line[max(earlier)] if earlier else None


def _never(source: str) -> bool:
    del source
    return False


def _checked(text: str) -> str:
    text = clean(text).strip()
    if not text:
        raise Invalid("empty_message", en="The message is empty.", ru="Сообщение пустое.")
    if len(text) > MAX_MESSAGE_CHARACTERS:
        raise Invalid(
            "message_too_long",
            en=f"The message is longer than {MAX_MESSAGE_CHARACTERS} characters. Please shorten it.",
            ru=f"Сообщение длиннее {MAX_MESSAGE_CHARACTERS} знаков. Сократите его, пожалуйста.",
        )
    return text


def _too_many_waiting() -> RateLimited:
    return RateLimited(
        "answers_pending",
        en="I am still answering your earlier messages. One moment, please.",
        ru="Я ещё отвечаю на ваши прошлые сообщения. Подождите немного.",
        retry_after_s=5,
    )
