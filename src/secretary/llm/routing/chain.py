"""A chain of backends as an assistant has it: who is asked first, and under which circumstances at all."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from secretary.kernel.errors import Invalid, Language

AUTO = "auto"
NONE = "none"
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a link's conditions are held against; `at` is the time of day on the business's own clock."""

    language: Language
    source: str = ""
    characters: int = 0
    at: time = time(12)


class When(BaseModel):
    """Conditions; what is not named is not asked. `hours` may run over midnight: 21:00-08:00."""

    model_config = ConfigDict(extra="forbid")

    languages: list[Language] = Field(default_factory=list, max_length=2)
    sources: list[str] = Field(default_factory=list, max_length=20)
    min_characters: int | None = Field(default=None, ge=0)
    max_characters: int | None = Field(default=None, ge=0)
    hours: str = ""

    @field_validator("hours")
    @classmethod
    def _readable(cls, hours: str) -> str:
        if hours and not _HOURS.fullmatch(hours):
            raise Invalid(
                "bad_hours",
                en="Write the hours like 09:00-18:00.",
                ru="Напишите часы так: 09:00-18:00.",
            )
        return hours

    def holds(self, now: Circumstances) -> bool:
        """Do these conditions hold?"""
        return (
            (not self.languages or now.language in self.languages)
            and (not self.sources or now.source in self.sources)
            and (self.min_characters is None or now.characters >= self.min_characters)
            and (self.max_characters is None or now.characters <= self.max_characters)
            and (not self.hours or self._is_within(now.at))
        )

    def _is_within(self, at: time) -> bool:
        begin, _, end = self.hours.partition("-")
        since, until = time.fromisoformat(begin), time.fromisoformat(end)
        return since <= at < until if since <= until else at >= since or at < until


class ChainLink(BaseModel):
    """One backend of a chain; a plain name is a link without conditions."""

    model_config = ConfigDict(extra="forbid")

    backend: str = Field(min_length=1, max_length=60)
    when: When = Field(default_factory=When)

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"backend": value} if isinstance(value, str) else value
