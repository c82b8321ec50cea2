"""When a conversation goes to a person, as its owner decides. No clock, no database."""

from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from secretary.kernel.errors import Invalid
from secretary.kernel.inflection import fold, stem, words_of
from secretary.kernel.text import CleanText


def _has_words(phrase: str) -> str:
    if not stems_of(phrase):
        raise Invalid(
            "phrase_without_words",
            en="A phrase that hands over needs at least one word.",
            ru="В фразе, по которой зовут человека, должно быть хотя бы одно слово.",
        )
    return phrase.strip()


Phrase = Annotated[CleanText, Field(max_length=100), AfterValidator(_has_words)]


class HandOverRules(BaseModel):
    """When a person is called, and for how long a conversation is his.

    `on_request`: the customer asks for one. `on_unsure`: the secretary knows no answer. `words`: phrases of a
    customer's that do. `wait_minutes`: how long the secretary is silent until somebody takes the conversation;
    `hold_minutes`: how long after the last words of who has taken it.
    """

    model_config = ConfigDict(extra="forbid")

    on_request: bool = True
    on_unsure: bool = False
    words: list[Phrase] = Field(default_factory=list, max_length=50)
    wait_minutes: int = Field(default=10, ge=1, le=240)
    hold_minutes: int = Field(default=60, ge=5, le=1440)

    def names(self, text: str) -> bool:
        """Does `text` hold one of the phrases? Whole words, in order, in any of their forms."""
        if not self.words:
            return False
        said = f" {' '.join(stems_of(text))} "
        return any(f" {' '.join(_stems_of_phrase(phrase))} " in said for phrase in self.words)


@lru_cache(maxsize=4_096)
def _stems_of_phrase(phrase: str) -> tuple[str, ...]:
    return stems_of(phrase)


def stems_of(text: str) -> tuple[str, ...]:
    """The words of `text` without their endings."""
    return tuple(stem(word) for word in words_of(fold(text)))
