"""Noting, in the turn, what the stages do: for the owner's question why an answer was given. Costs microseconds."""

from time import perf_counter

from secretary.assistant.turn import Turn
from secretary.conversations.why import MOST_PASSAGES, FaqFound, PassageFound, StageDone
from secretary.knowledge.faq.lookup import FaqHit
from secretary.knowledge.search.ports import Found

LONGEST = 200


def note_stage(turn: Turn, stage: str, began: float, code: str, *, has_spoken: bool) -> None:
    """A stage is done, or was broken off; `began` is the clock of `perf_counter`."""
    ms = round((perf_counter() - began) * 1000)
    turn.why.ms += ms
    done = StageDone(stage=stage, outcome="passed", ms=ms, code=code)
    if has_spoken:
        done.outcome = "answered"
    elif code:
        done.outcome = "failed"
    turn.why.stages.append(done)


def note_faq(turn: Turn, hit: FaqHit) -> None:
    """An entry of the FAQ answers."""
    turn.why.faq = FaqFound(
        entry_id=hit.entry_id,
        question=hit.question[:LONGEST],
        matched_by=str(hit.matched_by),
        phrasing=hit.phrasing[:LONGEST],
    )


def note_found(turn: Turn, found: Found) -> None:
    """What the documents say, good enough or not: an owner sees what nearly answered, too."""
    turn.why.is_answer, turn.why.engine = found.is_answer, found.engine
    turn.why.passages = [
        PassageFound(
            chunk_id=each.chunk_id,
            document_id=each.document_id,
            title=each.title[:LONGEST],
            heading=each.heading[:LONGEST],
            score=round(each.score, 4),
        )
        for each in found.passages[:MOST_PASSAGES]
    ]
