"""What may be saved as an entry: limits and checks, and the forms in which it is stored. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from secretary.kernel.inflection import fold
from secretary.kernel.text import clean
from secretary.knowledge.faq import errors
from secretary.knowledge.faq.expressions import says_too_little
from secretary.knowledge.faq.linear import PatternRefused
from secretary.knowledge.faq.normalise import understand
from secretary.knowledge.faq.phrasing import Kind, Phrasing
from secretary.knowledge.faq.wildcards import longest_literal, wildcard_key
from secretary.knowledge.models import QUESTION_LENGTH

MAX_ANSWER_CHARS = 10_000
MAX_PHRASINGS = 50
MAX_KEYWORDS = 20
MAX_KEYWORD_CHARS = 100
MAX_PRIORITY = 1_000
MIN_LITERAL_CHARS = 2

_QUESTION = ("The question", "Вопрос")
_PHRASING = ("A phrasing", "Формулировка")
_ANSWER = ("The answer", "Ответ")
_KEYWORD = ("A keyword", "Ключевое слово")


@dataclass(frozen=True, slots=True)
class Content:
    """What the author of an entry writes."""

    question: str
    answer: str
    phrasings: Sequence[Phrasing] = ()
    keywords: Sequence[str] = ()
    priority: int = 0
    enabled: bool = True

    @classmethod
    def plain(cls, question: str, answer: str, *phrasings: str) -> Self:
        """An entry whose phrasings are exact, or wildcards where they have a star."""
        return cls(question, answer, [Phrasing.plain(phrasing) for phrasing in phrasings])

    def checked(self) -> "Content":
        """The same, tidied: spaces trimmed, repetitions dropped. Raises Invalid for what may not be saved."""
        if abs(self.priority) > MAX_PRIORITY:
            raise errors.out_of_range(MAX_PRIORITY)
        return Content(
            question=_checked_question(self.question),
            answer=_limited(clean(self.answer).strip(), MAX_ANSWER_CHARS, _ANSWER),
            phrasings=_checked_phrasings(self.phrasings),
            keywords=_checked_keywords(self.keywords),
            priority=self.priority,
            enabled=self.enabled,
        )

    def differs(self, other: "Content") -> tuple[str, ...]:
        """The names of the parts in which two contents are not the same."""
        pairs = [
            ("question", self.question, other.question),
            ("answer", self.answer, other.answer),
            ("phrasings", list(self.phrasings), list(other.phrasings)),
            ("keywords", list(self.keywords), list(other.keywords)),
            ("priority", self.priority, other.priority),
            ("enabled", self.enabled, other.enabled),
        ]
        return tuple(name for name, ours, theirs in pairs if ours != theirs)

    @property
    def key(self) -> str:
        """What two questions of one collection may not share. Raises Invalid where it does not fit its column."""
        return _limited(question_key(self.question), QUESTION_LENGTH, _QUESTION)

    @property
    def search_text(self) -> str:
        """All that a search in the panel looks through, folded."""
        texts = (self.question, *(phrasing.text for phrasing in self.phrasings), *self.keywords, self.answer)
        return fold("\n".join(texts))


def question_key(question: str) -> str:
    """The normal form of a question; any string has one."""
    return wildcard_key(question) if "*" in question else understand(question).key


def _checked_question(question: str) -> str:
    text = _limited(_one_line(question), QUESTION_LENGTH, _QUESTION)
    _check_meaning(Phrasing.plain(text))
    return text


def _checked_phrasings(phrasings: Sequence[Phrasing]) -> Sequence[Phrasing]:
    if len(phrasings) > MAX_PHRASINGS:
        raise errors.too_many("phrasings", "формулировки", MAX_PHRASINGS)
    checked = [
        Phrasing(text=_limited(_one_line(phrasing.text), QUESTION_LENGTH, _PHRASING), kind=phrasing.kind)
        for phrasing in phrasings
    ]
    for phrasing in checked:
        _check_meaning(phrasing)
    return list(dict.fromkeys(checked))


def _checked_keywords(keywords: Sequence[str]) -> Sequence[str]:
    if len(keywords) > MAX_KEYWORDS:
        raise errors.too_many("keywords", "ключевые слова", MAX_KEYWORDS)
    checked = [_limited(_one_line(keyword), MAX_KEYWORD_CHARS, _KEYWORD) for keyword in keywords]
    for keyword in checked:
        _check_meaning(Phrasing(text=keyword))
    return list(dict.fromkeys(checked))


def _check_meaning(phrasing: Phrasing) -> None:
    """Raises Invalid for a phrasing that nothing fits, or nearly everything."""
    if _is_vague(phrasing):
        raise errors.says_too_little(phrasing.text)


def _is_vague(phrasing: Phrasing) -> bool:
    if phrasing.kind is Kind.EXACT:
        return not understand(phrasing.text).says_something
    if phrasing.kind is Kind.WILDCARD:
        return longest_literal(phrasing.text) < MIN_LITERAL_CHARS
    try:
        return says_too_little(phrasing.text)
    except PatternRefused as refused:
        raise errors.expression_refused(phrasing.text, str(refused)) from refused


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _limited(text: str, limit: int, what: tuple[str, str]) -> str:
    if not text:
        raise errors.empty(*what)
    if len(text) > limit:
        raise errors.too_long(*what, limit)
    return text
