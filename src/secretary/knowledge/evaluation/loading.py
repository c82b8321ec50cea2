"""Question sets from JSON Lines: one question a line, faults named with file and line. It reads no documents."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from secretary.knowledge.evaluation import errors
from secretary.knowledge.evaluation.quotes import plain
from secretary.knowledge.evaluation.shapes import Gold, Half, Kind, Question, Turn


def _listed(value: object) -> object:
    """Nothing is an empty list; one text, or one object, is a list of it."""
    if value is None:
        return []
    return [value] if isinstance(value, str | dict) else value


def _turns(value: object) -> object:
    """Bare texts are the messages of user and assistant by turns, ending with the assistant's."""
    turns = _listed(value)
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        return turns
    roles = ("assistant", "user")
    return [{"role": roles[(len(turns) - 1 - place) % 2], "content": turn} for place, turn in enumerate(turns)]


Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Texts = Annotated[list[Text], BeforeValidator(_listed)]


class _Turn(BaseModel):
    role: Literal["user", "assistant"]
    content: str


class _Gold(BaseModel):
    file: Text
    quote: Text

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not plain(self.quote):
            raise ValueError("the quote holds no words")
        return self


class _Line(BaseModel):
    """A line as its author writes it; keys that are not ours are let through."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: Text
    question: Text
    kind: Text = "other"
    half: Half = Half.WHOLE
    history: Annotated[list[_Turn], BeforeValidator(_turns)] = []
    gold: Annotated[list[_Gold], BeforeValidator(_listed)] = []
    answer_contains: Texts = []
    answer_must_not_contain: Texts = []

    @model_validator(mode="after")
    def _kind_fits_gold(self) -> Self:
        if self.gold and self.kind == Kind.UNANSWERABLE:
            raise ValueError("an unanswerable question has no gold")
        return self

    def question_of(self) -> Question:
        return Question(
            id=self.id, question=self.question, kind=self.kind, half=self.half,
            history=tuple(Turn(turn.role, turn.content) for turn in self.history),
            gold=tuple(Gold(gold.file, gold.quote) for gold in self.gold),
            answer_contains=tuple(self.answer_contains),
            answer_must_not_contain=tuple(self.answer_must_not_contain),
        )  # fmt: skip


def parse_questions(text: str, file: str) -> tuple[Question, ...]:
    """The questions of a JSON Lines text; empty lines are skipped. `file` names it in errors. Raises Invalid."""
    questions = tuple(question for _, question in parse_lines(text, file))
    if not questions:
        raise errors.no_questions(file)
    return questions


def parse_lines(text: str, file: str) -> Iterator[tuple[int, Question]]:
    """Each question with the number of its line, counted from one. Raises Invalid at the first line that is wrong."""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        question = _parsed(line, file, number)
        if question.id in seen:
            raise errors.bad_line(file, number, f"id {question.id!r}: already on line {seen[question.id]}")
        seen[question.id] = number
        yield number, question


def _parsed(line: str, file: str, number: int) -> Question:
    try:
        return _Line.model_validate_json(line).question_of()
    except ValidationError as error:
        raise errors.bad_line(file, number, _reason(error)) from error


def _reason(error: ValidationError) -> str:
    return "; ".join(f"{_place(fault['loc'])}{fault['msg']}" for fault in error.errors())


def _place(keys: Sequence[int | str]) -> str:
    return f"{'.'.join(map(str, keys))}: " if keys else ""
