"""A provider's embedding model as the search can bear it: a question never waits long, a text may be too long."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from secretary.kernel.errors import SecretaryError, Upstream
from secretary.knowledge.search.ports import Vectors

log = structlog.get_logger(__name__)

LONGEST_WAIT_S: Final = 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 15.0, 300.0
TOO_LONG: Final = "llm_too_long"
_SHORTEST: Final = 200
"""Characters: a model for which this is too long embeds nothing."""


class PatientVectors:
    """Implements `Vectors`. A model that failed a question is left alone for a while: words are searched meanwhile.

    `last_code` says why the last call failed; empty where it did not.
    """

    def __init__(
        self, vectors: Vectors, *, wait_s: float = LONGEST_WAIT_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._vectors, self._wait_s, self._now = vectors, wait_s, monotonic
        self._silent_until, self._pause_s = 0.0, 0.0
        self.last_code = ""

    @property
    def name(self) -> str:
        return self._vectors.name

    async def of_passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """As the port says; of a text that is too long, its beginning."""
        try:
            found = await self._as_they_fit(texts)
        except SecretaryError as error:
            self.last_code = error.code
            raise
        self._answered()
        return found

    async def of_question(self, text: str) -> Sequence[float]:
        """As the port says, and soon; of a text that is too long, its beginning."""
        if self._now() < self._silent_until:
            raise _slow(self.last_code)
        try:
            async with asyncio.timeout(self._wait_s):
                found = await self._beginning(text)
        except (TimeoutError, SecretaryError) as error:
            self._failed(error.code if isinstance(error, SecretaryError) else "embedding_too_slow")
            if isinstance(error, SecretaryError):
                raise
            raise _slow(self.last_code) from error
        self._answered()
        return found

    async def close(self) -> None:
        await self._vectors.close()

    async def _beginning(self, text: str) -> Sequence[float]:
        try:
            return await self._vectors.of_question(text)
        except Upstream as error:
            if error.code != TOO_LONG or len(text) <= _SHORTEST:
                raise
        return await self._beginning(text[: len(text) // 2])

    async def _as_they_fit(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        try:
            return await self._vectors.of_passages(texts)
        except Upstream as error:
            if error.code != TOO_LONG or (len(texts) == 1 and len(texts[0]) <= _SHORTEST):
                raise
        if len(texts) == 1:
            return await self._as_they_fit([texts[0][: len(texts[0]) // 2]])
        half = len(texts) // 2
        return [*await self._as_they_fit(texts[:half]), *await self._as_they_fit(texts[half:])]

    def _answered(self) -> None:
        self._silent_until, self._pause_s, self.last_code = 0.0, 0.0, ""

    def _failed(self, code: str) -> None:
        """What is the text's own fault says nothing of the model: nobody silences it by writing much."""
        if code == TOO_LONG:
            return
        self._pause_s = min(max(FIRST_PAUSE_S, 2 * self._pause_s), LONGEST_PAUSE_S)
        self._silent_until, self.last_code = self._now() + self._pause_s, code
        log.warning("embedding_left_alone", model=self.name, code=code, pause_s=self._pause_s)


def _slow(code: str) -> Upstream:
    return Upstream(
        code,
        en="The embedding model does not answer in time. Search goes on by words.",
        ru="Модель эмбеддингов не отвечает вовремя. Поиск продолжается по словам.",
        retryable=True,
    )
