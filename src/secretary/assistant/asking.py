"""For whom a turn asks a model, and whom: what answering, rewriting and judging passages have in common."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from secretary.assistant.turn import Turn
from secretary.llm.ports import ChatCapabilities, Prompt
from secretary.llm.routing.ask import Ask, Origin
from secretary.llm.routing.chain import ChainLink, Circumstances


def ask_of(turn: Turn, prompt_for: Callable[[ChatCapabilities], Prompt]) -> Ask:
    """A question to the assistant's chain of backends, or to the one that the message names."""
    asked, assistant = turn.override.llm_backend, turn.assistant
    return Ask(
        prompt_for,
        origin_of(turn),
        assistant.backends if asked is None else [ChainLink(backend=asked)],
        Circumstances(turn.language, turn.source, len(turn.text), local_time(turn).time()),
    )


def origin_of(turn: Turn, action: str = "chat") -> Origin:
    """Who is charged."""
    assistant = turn.assistant
    owner_id = assistant.owner_id if turn.override.llm_backend is None else turn.owner_id
    return Origin(turn.source, turn.session_id, assistant.id, turn.api_key_id, owner_id, action)


def local_time(turn: Turn) -> datetime:
    """When it was asked, on the clock of the business."""
    return turn.asked_at.astimezone(ZoneInfo(turn.assistant.card.timezone))


def no_prompt(_: ChatCapabilities) -> Prompt:
    """For finding out who could be asked at all."""
    return Prompt(())
