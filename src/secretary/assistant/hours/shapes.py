"""What an owner writes down: the hours of a week, holidays, what is said when nobody is there."""

import re
from datetime import date, time
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from secretary.kernel.errors import Invalid, Language
from secretary.kernel.jobs.rules import Weekday
from secretary.kernel.text import CleanText

MIDNIGHT = "24:00"
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def _start(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise Invalid(
            "bad_time_of_day",
            en=f"“{text}” is no time of day. Write it like 09:30.",
            ru=f"«{text}» — не время суток. Напишите его так: 09:30.",
        )
    return text


def _end(text: str) -> str:
    return text if text == MIDNIGHT else _start(text)


class Span(BaseModel):
    """From one time of day to another. One that ends at 24:00 lasts to the end of the day; one that ends earlier than
    it begins runs past midnight, and belongs to the day on which it begins.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    start: Annotated[str, AfterValidator(_start)] = Field(alias="from", max_length=5)
    end: Annotated[str, AfterValidator(_end)] = Field(alias="to", max_length=5)

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.start == self.end:
            raise Invalid(
                "empty_hours",
                en="The hours end when they begin. For a whole day write 00:00–24:00.",
                ru="Часы заканчиваются в момент начала. Для целых суток напишите 00:00–24:00.",
            )
        return self

    @property
    def begins(self) -> time:
        return time.fromisoformat(self.start)

    @property
    def ends(self) -> time:
        """On the next day, where `ends_next_day`."""
        return time() if self.end == MIDNIGHT else time.fromisoformat(self.end)

    @property
    def ends_next_day(self) -> bool:
        return self.end == MIDNIGHT or self.end < self.start


Spans = Annotated[list[Span], Field(max_length=8)]


class Holiday(BaseModel):
    """Days, both ends included, with hours of their own; closed where there are none."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    name: Annotated[CleanText, Field(max_length=100)] = ""
    spans: Spans = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.last < self.first:
            raise Invalid(
                "holiday_backwards",
                en="A holiday ends before it begins. Swap its dates.",
                ru="Праздник заканчивается раньше, чем начинается. Поменяйте даты местами.",
            )
        return self


class BusinessHours(BaseModel):
    """When people are there. A weekday that is not named is a day off; of several holidays the first one counts.

    `closed_text` is said instead of our own words when nobody is there; `{when}` in it is when somebody will be.
    """

    model_config = ConfigDict(extra="forbid")

    weekly: dict[Weekday, Spans] = Field(default_factory=dict)
    holidays: list[Holiday] = Field(default_factory=list, max_length=200)
    closed_text: dict[Language, Annotated[CleanText, Field(max_length=500)]] = Field(default_factory=dict)
