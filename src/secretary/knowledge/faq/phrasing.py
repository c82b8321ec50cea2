"""A way of asking, as it is stored."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict


class Kind(StrEnum):
    """How a phrasing is compared with a message, the most certain first."""

    EXACT = "exact"
    WILDCARD = "wildcard"
    REGEX = "regex"
    KEYWORDS = "keywords"


CERTAINTY = {kind: rank for rank, kind in enumerate(Kind)}


class Phrasing(BaseModel):
    """A text and how it is compared."""

    model_config = ConfigDict(frozen=True)

    text: str
    kind: Literal[Kind.EXACT, Kind.WILDCARD, Kind.REGEX] = Kind.EXACT

    @classmethod
    def plain(cls, text: str) -> Self:
        """A text alone: a wildcard when it has a star, else exact."""
        return cls(text=text, kind=Kind.WILDCARD if "*" in text else Kind.EXACT)
