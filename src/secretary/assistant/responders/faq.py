"""Stage FAQ: what the owner has written down is said as he wrote it, at once."""

from collections.abc import AsyncGenerator

from secretary.assistant import taking
from secretary.assistant.ports import Buttons, Delta, SourcesFound
from secretary.assistant.responders.message import draft_of
from secretary.assistant.taking import Asking
from secretary.assistant.tracing import note_faq
from secretary.assistant.turn import Said, Stage, Turn
from secretary.conversations.ports import Source
from secretary.knowledge.faq.lookup import FaqLookup
from secretary.knowledge.ports import BusinessCard


class AnswerFromFaq:
    """Answers from the FAQ of the assistant's collections.

    While a message is taken it answers in between and repeats what was asked; but the message itself, once it was
    asked for, is for the owner, even if it is a question that the FAQ could answer.
    """

    stage = Stage.FAQ

    def __init__(self, lookup: FaqLookup) -> None:
        self._lookup = lookup

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if turn.is_wordless or (turn.taking is not None and turn.taking.asking == Asking.QUESTION):
            return
        card = BusinessCard(**turn.assistant.card.model_dump())
        hit = await self._lookup.find(turn.text, turn.assistant.collections, turn.asked_at, card, turn.language)
        if hit is None:
            return
        turn.on_save(lambda unit: self._lookup.record_hit(unit, hit.entry_id))
        note_faq(turn, hit)
        yield Delta(hit.answer)
        yield SourcesFound((Source(title=f"FAQ: {hit.question}"),))
        if turn.taking is not None:
            pending = taking.ask(draft_of(turn.taking), turn.language)
            yield Delta(f"\n\n{pending.text}")
            yield Buttons(pending.buttons)
