"""What a statement and a contradiction are, as the parts of this package hand them on. No I/O."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What has become of a contradiction."""

    OPEN = "open"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Said:
    """That something is stated: `value` of what `terms` name, under `context` (title, then headings, as terms).

    A value is a list of quantities ("from 500 ₽": bound, number, kind), or yes or no. `text` are the words themselves,
    `shown` those of the value. `is_row`: it is a row of a table.
    """

    terms: frozenset[str]
    value: tuple[str, ...]
    context: Sequence[frozenset[str]]
    chunk_id: str
    text: str
    shown: str
    is_row: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of what the value is, without the numbers: only values of the same kinds can disagree."""
        return tuple(" ".join(word for word in part.split() if not word[0].isdigit()) for part in self.value)

    @property
    def subject_key(self) -> str:
        """Equal for statements that are about the same and have values of the same kinds; yes and no are one."""
        kinds = ("yes or no",) if self.value[0] in {"yes", "no"} else self.kinds
        return hashlib.sha256("\n".join((*sorted(self.terms), "", *kinds)).encode()).hexdigest()[:32]
