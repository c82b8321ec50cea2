"""Stage message: nobody knew an answer, so the secretary says so and takes a message, or goes on taking one."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import asdict

from secretary.assistant import queries, taking
from secretary.assistant.events import RequestTaken
from secretary.assistant.handover.calling import call, closed_words, is_live
from secretary.assistant.introducing import introduce
from secretary.assistant.models import Request
from secretary.assistant.noticing import note_refusal
from secretary.assistant.ports import Attention, Buttons, Delta
from secretary.assistant.taking import Asking, Draft, Outcome, Step
from secretary.assistant.turn import Said, Stage, Turn
from secretary.conversations.ports import HandOverReason
from secretary.kernel.errors import Language
from secretary.kernel.language import detect_language
from secretary.kernel.unit import Unit
from secretary.legal import service as legal


class TakeMessage:
    """Always answers: the last stage. Where the owner wants it so and somebody is there, a person is called instead of
    an offer to pass the question on.
    """

    stage = Stage.MESSAGE

    def __init__(self, attention: Attention | None = None) -> None:
        self._attention = attention

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if turn.taking is not None:
            step = taking.advance(draft_of(turn.taking), turn.text, turn.language)
        else:
            note_refusal(turn)
            if turn.assistant.handover.on_unsure and is_live(turn):
                yield Delta(call(turn, HandOverReason.UNSURE, self._attention))
                return
            step = taking.led_by(closed_words(turn), taking.offer(turn.text, turn.language))
        for said in say(turn, step):
            yield said
        if turn.taking is not None and step.draft.outcome is Outcome.TAKEN:
            taken = RequestTaken(turn.taking.id, turn.owner_id)
            turn.on_save(lambda unit: self._tell(unit, taken))

    async def _tell(self, unit: Unit, taken: RequestTaken) -> None:
        unit.record(taken)
        found = await queries.request(unit.db, taken.request_id)
        if found is not None:
            await introduce(unit, found[0])
        if self._attention is not None:
            await self._attention.message_taken(unit, taken.request_id, taken.owner_id)


def drop_lapsed(turn: Turn) -> None:
    """An offer that the customer has passed over is withdrawn, and his message is an ordinary one."""
    if turn.taking is not None and taking.lapses(draft_of(turn.taking), turn.text):
        passed_over = turn.taking
        turn.taking, turn.language = None, detect_language(turn.text, turn.language)
        turn.on_save(lambda unit: _decline(unit, passed_over))


async def _decline(unit: Unit, request: Request) -> None:
    declined = await unit.db.merge(request)
    declined.status, declined.asking, declined.updated = Outcome.DECLINED, Asking.NOTHING, unit.now()
    await unit.db.flush()


def draft_of(request: Request) -> Draft:
    """The stored request as the state machine knows it."""
    return Draft(
        question=request.question,
        asking=Asking(request.asking),
        outcome=Outcome(request.status),
        contact=request.contact,
        name=request.name,
        urgency=request.urgency,
        call_back=request.call_back,
    )


def say(turn: Turn, step: Step) -> Iterator[Said]:
    """Say a step, and keep its draft in the transaction that stores the answer."""
    turn.on_save(lambda unit: _keep(unit, turn, step.draft))
    yield Delta(step.text)
    if step.buttons:
        yield Buttons(step.buttons)


async def _keep(unit: Unit, turn: Turn, draft: Draft) -> None:
    if turn.taking is None:
        begin_request(unit, turn.session_id, turn.language, draft)
    else:
        fields = _stored(unit, draft)
        request = await unit.db.merge(turn.taking)
        for name, value in fields.items():
            setattr(request, name, value)
        if turn.taking.asking in {Asking.OFFER, Asking.CONSENT} and draft.asking is Asking.CONTACT:
            await legal.grant_required(unit, turn.contact_key, turn.source)
    await unit.db.flush()


def begin_request(unit: Unit, session_id: str, language: Language, draft: Draft) -> None:
    """Begin to take a message in a conversation where none is being taken."""
    fields = _stored(unit, draft)
    unit.db.add(Request(id=unit.new_id(), session_id=session_id, created=unit.now(), language=language, **fields))


def _stored(unit: Unit, draft: Draft) -> dict[str, object]:
    """A draft as its row holds it."""
    fields = asdict(draft) | {"status": draft.outcome.value, "asking": draft.asking.value, "updated": unit.now()}
    del fields["outcome"]
    return fields
