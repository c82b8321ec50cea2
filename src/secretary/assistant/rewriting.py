"""A question that leans on what was said before ("and for two?"), put into words of its own by a model.

One short call, and only where it is worth it: a customer must not wait for it, and an answer must not hang on it.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import structlog

from secretary.assistant.asking import ask_of, no_prompt, origin_of
from secretary.assistant.prompt import UNKNOWN
from secretary.assistant.turn import Turn
from secretary.kernel.errors import Upstream
from secretary.kernel.inflection import fold, words_of
from secretary.knowledge.search.function_words import CONNECTORS, FUNCTION_TERMS, POINTERS
from secretary.knowledge.search.tokens import terms_of
from secretary.llm.ports import Delta, Message, Prompt, Sampling
from secretary.llm.routing.backends import Backend
from secretary.llm.routing.patience import Patience
from secretary.llm.routing.router import Router
from secretary.usage.ports import LimitReached

log = structlog.get_logger(__name__)

LONGEST_WAIT_S: Final = 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 900.0
"""How long a model is not asked after it was too slow or of no use; doubled each time that this happens again."""
IMPATIENT: Final = Patience(queue_s=0.5, first_word_s=None, retries=0, longest_wait_s=0)
LEAST_CONTEXT_TOKENS: Final = 2_048
_TOKENS: Final = 80
_LONGEST_QUERY, _MOST_WORDS = 200, 30
_MESSAGES, _CHARACTERS = 6, 500
_SHORT: Final = 2
_LABEL: Final = re.compile(r"^(?:поисковый )?(?:запрос|вопрос|query|question)\s*:\s*", re.IGNORECASE)

ORDER: Final = {
    "ru": (
        "Ниже разговор клиента с секретарём и последнее сообщение клиента. Перепиши это сообщение как один вопрос, "
        "понятный без разговора: назови то, на что оно указывает. Не отвечай на вопрос и ничего не добавляй от себя. "
        "Напиши только вопрос, одной строкой."
    ),
    "en": (
        "Below are a conversation between a customer and a secretary, and the customer's last message. Rewrite this "
        "message as one question that is understood without the conversation: name what it refers to. Do not answer "
        "it, and add nothing of your own. Write the question alone, on one line."
    ),
}
_WHO: Final = {
    "ru": {"user": "Клиент", "assistant": "Секретарь", "last": "Последнее сообщение клиента"},
    "en": {"user": "Customer", "assistant": "Secretary", "last": "The customer's last message"},
}


class Rewriting:
    """Knows which models were too slow lately. One for the whole process."""

    def __init__(
        self, router: Router, *, wait_s: float = LONGEST_WAIT_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._router, self._wait_s, self._now = router, wait_s, monotonic
        self._pauses: dict[str, tuple[float, float]] = {}

    async def query(self, turn: Turn) -> str:
        """What `turn` asks, in words that need no history; empty where it says so itself or nobody could tell."""
        said = [one for one in turn.history if one[0] in {"user", "assistant"} and one[1].strip()]
        if not any(role == "user" for role, _ in said) or not leans_on_history(turn.text):
            return ""
        backend = await self.capable(turn)
        if backend is None or self._now() < self._pauses.get(backend.name, (0.0, 0.0))[0]:
            return ""
        return await self._asked(turn, backend, said)

    async def capable(self, turn: Turn) -> Backend | None:
        """Who would answer this turn; nobody where that is a small model of this machine, or one that is down."""
        found = next(iter(await self._router.candidates(ask_of(turn, no_prompt))), None)
        if found is None:
            return None
        able = found.model.capabilities
        is_fit = not able.is_local and able.context_tokens >= LEAST_CONTEXT_TOKENS and found.model.is_available
        return found if is_fit and found.breaker.retry_in_s == 0 else None

    async def _asked(self, turn: Turn, backend: Backend, said: Sequence[tuple[str, str]]) -> str:
        prompt = _prompt(turn, said)
        ask = replace(ask_of(turn, lambda _: prompt), origin=origin_of(turn, "rewrite"))
        try:
            async with asyncio.timeout(self._wait_s):
                pieces = await self._router.once(ask, backend, IMPATIENT)
        except (TimeoutError, Upstream, LimitReached) as error:
            self._pause(backend, getattr(error, "code", "too_slow"))
            return ""
        told = "".join(piece.text for piece in pieces if isinstance(piece, Delta))
        query = sensible(told, [*(content for _, content in said), turn.text])
        if not query:
            self._pause(backend, "nonsense")
            return ""
        self._pauses.pop(backend.name, None)
        return "" if fold(query) == fold(turn.text) else query

    def _pause(self, backend: Backend, why: str) -> None:
        _, last_s = self._pauses.get(backend.name, (0.0, 0.0))
        pause_s = min(max(FIRST_PAUSE_S, 2 * last_s), LONGEST_PAUSE_S)
        self._pauses[backend.name] = (self._now() + pause_s, pause_s)
        log.info("question_not_rewritten", backend=backend.name, why=why, pause_s=pause_s)


def leans_on_history(text: str) -> bool:
    """May this be understood only together with what was said before? Cheap, and rather too often than too seldom."""
    words = words_of(fold(text))
    telling = [term for term in terms_of(text) if term not in FUNCTION_TERMS]
    return len(telling) <= _SHORT or words[0] in CONNECTORS or not POINTERS.isdisjoint(words)


def sensible(told: str, dialogue: Sequence[str]) -> str:
    """What a model made of a question, as a query; empty where it is no question about what was spoken of."""
    line = next((line.strip() for line in told.splitlines() if line.strip()), "")
    query = _LABEL.sub("", line).strip(" \t«»“”\"'`*")
    if not query or len(query) > _LONGEST_QUERY or len(query.split()) > _MOST_WORDS or UNKNOWN in query:
        return ""
    known = {term for text in dialogue for term in terms_of(text)} - FUNCTION_TERMS
    return query if known.intersection(terms_of(query)) else ""


def _prompt(turn: Turn, said: Sequence[tuple[str, str]]) -> Prompt:
    who = _WHO[turn.language]
    lines = [f"{who[role]}: {' '.join(content.split())[:_CHARACTERS]}" for role, content in said[-_MESSAGES:]]
    last = f"{who['last']}: {' '.join(turn.text.split())[:_CHARACTERS]}"
    told = "\n".join([*lines, "", last])
    messages = [Message("system", ORDER[turn.language]), Message("user", told)]
    return Prompt(messages, Sampling(temperature=0, max_tokens=_TOKENS))
