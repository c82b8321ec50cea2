"""One turn from its beginning to its stored end: who speaks, and what becomes of it when somebody stumbles."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from time import perf_counter

import structlog

from secretary.assistant import queries
from secretary.assistant.follow import LOOK_AGAIN_S
from secretary.assistant.news import AnswerNews
from secretary.assistant.noticing import note_another_answer
from secretary.assistant.override import LlmOverride
from secretary.assistant.ports import Delivering, Failed
from secretary.assistant.responders.message import drop_lapsed
from secretary.assistant.saver import AnswerSaver
from secretary.assistant.stream import AnswerStream
from secretary.assistant.tracing import note_stage
from secretary.assistant.turn import Responder, Stage, Turn
from secretary.conversations.leases import is_first_in_line
from secretary.conversations.models import ChatMessage
from secretary.conversations.ports import MessageStatus
from secretary.conversations.storing import Exchange
from secretary.conversations.why import Why
from secretary.kernel.errors import Internal, Language, NotFound, SecretaryError, Upstream
from secretary.kernel.language import detect_language
from secretary.kernel.telemetry import FIRST_WORD_SECONDS, TURNS
from secretary.kernel.unit import UnitFactory

log = structlog.get_logger(__name__)


class Answering:
    """Runs turns through the responders, in the order of their stages."""

    def __init__(
        self,
        units: UnitFactory,
        responders: Sequence[Responder],
        saver: AnswerSaver,
        news: AnswerNews,
        turn_s: float,
        delivering: Delivering | None = None,
    ) -> None:
        self._delivering = delivering
        self._news = news
        self._units = units
        self._responders = responders
        self._saver = saver
        self._turn_s = turn_s

    async def answer(self, exchange: Exchange, stream: AnswerStream, before: asyncio.Task[None] | None) -> None:
        """Answer, once `before` has ended. Returns when the answer is stored; raises nothing."""
        if exchange.answer is None:
            return
        language = detect_language(exchange.question.content, exchange.session.language)
        turn: Turn | None = None
        try:
            if before is not None:
                await asyncio.wait([before])
            await self._saver.pay(exchange.session.id)
            if self._saver.holder is not None:
                await self._wait_for_others(exchange)
            async with asyncio.timeout(self._turn_s):
                turn = await self._prepare(exchange, exchange.answer, language)
                await self._speak(turn, stream)
            await self._end(turn, stream, MessageStatus.COMPLETE, None)
        except asyncio.CancelledError:
            await self._stopped(turn, stream, language)
        except TimeoutError:
            await self._failed(turn, stream, language, _took_too_long())
        except SecretaryError as error:
            await self._failed(turn, stream, language, error)
        except Exception:  # the edge of a turn: logged, and the customer hears that something broke
            log.exception("turn_failed", answer_id=stream.answer_id)
            await self._failed(turn, stream, language, _broken())

    async def _wait_for_others(self, exchange: Exchange) -> None:
        """Earlier messages of the conversation may be in the hands of another process."""
        while True:
            async with self._units.read() as unit:
                if await is_first_in_line(unit, exchange.session.id, exchange.question.seq):
                    return
            await self._news.wait(exchange.session.id, LOOK_AGAIN_S)

    async def _prepare(self, exchange: Exchange, answer: ChatMessage, language: Language) -> Turn:
        async with self._units.read() as unit:
            found = await queries.who_answers(unit.db, exchange.session.assistant_id, exchange.session.id)
        if found is None:
            raise NotFound("no_assistant", en="There is no assistant to answer.", ru="Отвечать некому: нет ассистента.")
        assistant, persona, taking = found
        turn = Turn(
            why=Why(began=self._units.clock()),
            session_id=exchange.session.id,
            question_id=exchange.question.id,
            answer_id=answer.id,
            text=exchange.question.content,
            language=language,
            asked_at=exchange.question.created,
            messages_before=exchange.question.seq - 1,
            assistant=assistant,
            persona=persona,
            source=exchange.session.source,
            contact_key=exchange.session.contact_key,
            owner_id=exchange.session.owner_id,
            session_prompt=exchange.session.system_prompt,
            override=LlmOverride.stored(answer.override),
            files=exchange.question.attachment_count or 0,
            taking=taking,
        )
        if taking is not None:
            turn.language = taking.language  # an e-mail address or "ok" says nothing about the language
            drop_lapsed(turn)
        if answer.seq > exchange.question.seq + 1 and turn.taking is None:
            note_another_answer(turn)
        return turn

    async def _speak(self, turn: Turn, stream: AnswerStream) -> None:
        is_taking = turn.taking is not None
        for responder in self._responders:
            kept, label = len(turn.effects), responder.stage.label
            began, code = perf_counter(), ""
            try:
                async with aclosing(responder.respond(turn)) as saying:
                    async for said in saying:
                        stream.answered_by = label
                        stream.say(said)
            except Upstream as error:
                if stream.has_spoken:
                    raise
                del turn.effects[kept:]
                code = error.code
                log.warning("stage_passed_on", stage=label, code=code)
            finally:
                note_stage(turn, label, began, code, has_spoken=stream.has_spoken)
            if stream.has_spoken:
                if responder.stage is Stage.LLM and stream.has_sources:
                    stream.answered_by = Stage.KNOWLEDGE.label  # in the model's words, but from the documents
                elif responder.stage is Stage.MESSAGE and is_taking:
                    stream.answered_by = Stage.HAND_OVER.label  # a message for a person goes on: nobody was refused
                return

    async def _end(
        self,
        turn: Turn | None,
        stream: AnswerStream,
        status: MessageStatus,
        failure: SecretaryError | None,
        language: Language = "ru",
    ) -> None:
        """Store the answer, then tell the listeners that it is over."""
        stream.is_ending = True
        progress = stream.progress(status)
        if turn is not None:
            progress = replace(progress, why=turn.why)
        effects = turn.effects if turn and status is MessageStatus.COMPLETE else ()
        apology = failure.text(language) if failure is not None else ""
        try:
            await self._saver.store(progress, effects, apology)
        except SecretaryError as error:
            failure = failure or error
        TURNS.labels(stream.answered_by or "-", status.value).inc()
        if progress.first_word_ms is not None:
            FIRST_WORD_SECONDS.observe(progress.first_word_ms / 1000)
        if failure is None:
            stream.close(stream.completed(status))
        else:
            stream.close(Failed(failure.code, failure.text(language), stream.content))

    async def _stopped(self, turn: Turn | None, stream: AnswerStream, language: Language) -> None:
        """By the button: what was said stays. By the end of the process: what was not begun waits for the next one."""
        is_begun = stream.has_spoken and not self._given_anew(stream)
        if stream.stopped_as is MessageStatus.INTERRUPTED and not is_begun:
            stream.close(Failed("restarting", _restarting().text(language), ""))
        else:
            await self._end(turn, stream, stream.stopped_as, None)

    def _given_anew(self, stream: AnswerStream) -> bool:
        """Has nobody heard the beginning? Then the next process begins once more."""
        return self._delivering is not None and self._delivering.brings(stream.place.source)

    async def _failed(self, turn: Turn | None, stream: AnswerStream, language: Language, error: SecretaryError) -> None:
        log.warning("turn_failed", code=error.code, answer_id=stream.answer_id)
        status = MessageStatus.INTERRUPTED if stream.has_spoken else MessageStatus.FAILED
        await self._end(turn, stream, status, error, language)


def _took_too_long() -> Upstream:
    return Upstream(
        "turn_timeout", en="The answer took too long.", ru="Ответ занял слишком много времени.", retryable=True
    )


def _restarting() -> Upstream:
    return Upstream(
        "restarting",
        en="The secretary is restarting and will answer in a moment.",
        ru="Секретарь перезапускается и сейчас ответит.",
        retryable=True,
    )


def _broken() -> Internal:
    return Internal(
        "turn_failed",
        en="Something went wrong on our side. Your message is kept; please ask again.",
        ru="У нас что-то сломалось. Ваше сообщение сохранено, спросите ещё раз.",
    )
