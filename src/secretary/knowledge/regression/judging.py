"""Whether an answer is what its question demands. No I/O."""

from collections.abc import Sequence

from secretary.knowledge.evaluation.answers import says
from secretary.knowledge.regression.models import RegressionQuestion
from secretary.knowledge.regression.ports import Answered
from secretary.knowledge.regression.shapes import Outcome

LONGEST_ANSWER = 4_000


def judged(question: RegressionQuestion, said: Answered) -> Outcome:
    """How it went. Faults: `refused`, `answered`, `lacks:…`, `says:…`, `other_document`, `other_entry`."""
    faults = _of_refusal(said) if question.must_refuse else _of_answer(question, said)
    return Outcome(answer=said.text[:LONGEST_ANSWER], stage=said.stage, sources=said.sources, faults=faults)


def _of_refusal(said: Answered) -> Sequence[str]:
    return () if said.is_refusal else ("answered",)


def _of_answer(question: RegressionQuestion, said: Answered) -> Sequence[str]:
    if said.is_refusal:
        return ("refused",)
    lacking = [f"lacks:{one}" for one in question.answer_contains if not says(said.text, one)]
    wrong = [f"says:{one}" for one in question.answer_must_not_contain if says(said.text, one)]
    return [*lacking, *wrong, *_of_sources(question, said)]


def _of_sources(question: RegressionQuestion, said: Answered) -> Sequence[str]:
    documents = {one.document_id for one in said.sources}
    entries = {one.faq_entry_id for one in said.sources}
    faults = ["other_document"] if question.document_id and question.document_id not in documents else []
    return [*faults, "other_entry"] if question.faq_entry_id and question.faq_entry_id not in entries else faults
