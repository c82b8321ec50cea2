"""The answer being given: a growing text that any number of listeners follow, each from where it stands."""

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter

from secretary.assistant.ports import Buttons, Completed, Delta, Failed, Reply, SourcesFound
from secretary.assistant.turn import Said
from secretary.conversations.ports import MessageStatus, QuickReply, Source
from secretary.conversations.progress import Place, Progress
from secretary.llm.ports import Finish

End = Completed | Failed


class AnswerStream:
    """What was said so far. One producer appends; listeners are woken, never waited for."""

    def __init__(self, answer_id: str, place: Place) -> None:
        self.answer_id = answer_id
        self.place = place
        self.is_dirty = False
        self.answered_by: str | None = None
        self.end: End | None = None
        self.is_ending = False
        self.stopped_as = MessageStatus.INTERRUPTED
        self._said: list[str | SourcesFound | Buttons] = []
        self._content, self._joined = "", 0
        self._sources: list[Source] = []
        self._buttons: list[QuickReply] = []
        self._finish: Finish | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._began = perf_counter()
        self._first_word_s: float | None = None

    @property
    def has_spoken(self) -> bool:
        return bool(self._said) or self._finish is not None

    @property
    def has_sources(self) -> bool:
        return bool(self._sources)

    def say(self, said: Said) -> None:
        """Append what a responder said."""
        if isinstance(said, Delta):
            if not said.text:
                return
            if self._first_word_s is None:
                self._first_word_s = perf_counter() - self._began
            self._said.append(said.text)  # a bare text: many long answers are no work for the garbage collector
            self.is_dirty = True
        elif isinstance(said, Finish):
            self._finish = said
            return
        elif isinstance(said, SourcesFound) and said.sources:
            self._said.append(said)
            self._sources += said.sources
        elif isinstance(said, Buttons):
            self._said.append(said)
            self._buttons += said.buttons
        self._wake()

    def close(self, end: End) -> None:
        """Nothing more will be said."""
        self.end = end
        self._wake()

    def _wake(self) -> None:
        if self._waiting:
            for waiter in self._waiting:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiting.clear()

    async def listen(self, after: int = 0) -> AsyncIterator[tuple[int, Reply]]:
        """Every event from the character `after` on, to the end."""
        said, position, reached = self._said, 0, 0
        loop = asyncio.get_running_loop()  # asked for once: it is a system call
        while True:
            while position < len(said):
                part = said[position]
                position += 1
                if not isinstance(part, str):
                    yield reached, part
                    continue
                reached += len(part)
                if reached > after:
                    yield reached, Delta(part[max(0, after - reached + len(part)) :])
            if self.end is not None:
                yield reached, self.end
                return
            waiter = loop.create_future()
            self._waiting.append(waiter)
            await waiter

    @property
    def content(self) -> str:
        fresh = self._said[self._joined :]
        self._joined += len(fresh)
        self._content += "".join(part for part in fresh if isinstance(part, str))
        return self._content

    def completed(self, status: MessageStatus) -> Completed:
        """The end of this answer as its listeners shall hear it."""
        reason = self._finish.reason.value if self._finish else None
        return Completed(self.content, status, reason, tuple(self._sources), tuple(self._buttons))

    def progress(self, status: MessageStatus) -> Progress:
        """The answer as it shall be stored now; it is dirty again when more is said."""
        self.is_dirty = False
        finish, is_over = self._finish, status is not MessageStatus.STREAMING
        return Progress(
            answer_id=self.answer_id,
            place=self.place,
            content=self.content,
            status=status,
            answered_by=self.answered_by,
            model=finish.model if finish else None,
            prompt_tokens=finish.usage.prompt if finish else None,
            completion_tokens=finish.usage.completion if finish else None,
            first_word_ms=None if self._first_word_s is None else round(self._first_word_s * 1000),
            latency_ms=round((perf_counter() - self._began) * 1000) if is_over else None,
            finish_reason=finish.reason.value if finish else None,
            sources=self._sources,
            buttons=self._buttons,
        )
