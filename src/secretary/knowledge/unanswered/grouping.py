"""Which group a question belongs to: the one that holds what is most like it, or a new one. No I/O."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from secretary.knowledge.unanswered.likeness import SAME, Asked, likeness

_LOOSEST: Final = 0.5
"""Of `SAME`: so like must a question be to all members on average, or groups would grow from one thing to another."""


@dataclass(frozen=True, slots=True)
class Known:
    """A group and some of its questions."""

    key: str
    members: list[Asked] = field(default_factory=list)


def place(asked: Asked, groups: Sequence[Known]) -> str | None:
    """The key of the group that asks the same; None where none does."""
    best, found = 0.0, None
    for group in groups:
        alike = [likeness(asked, member) for member in group.members]
        nearest = max(alike, default=0.0)
        is_near = nearest >= SAME and sum(alike) / len(alike) >= SAME * _LOOSEST
        if nearest > best and (is_near or nearest == 1.0):
            best, found = nearest, group.key
    return found


def place_all(asked: Mapping[str, Asked], groups: Sequence[Known]) -> Mapping[str, str]:
    """The key of a group for each of these, in order; a question that is like none opens one, by its own name."""
    known = list(groups)
    by_key = {group.key: group for group in known}
    placed: dict[str, str] = {}
    for name, one in asked.items():
        key = place(one, known)
        if key is None:
            key = name
            by_key[key] = Known(key)
            known.append(by_key[key])
        by_key[key].members.append(one)
        placed[name] = key
    return placed


def representative(questions: Sequence[tuple[str, str]]) -> str:
    """Of these, oldest first, each with its terms, the one that speaks for all: asked so most often, or sharing most
    with the others, and written as a question. Raises ValueError for none.
    """
    lines = Counter(line for _, line in questions)
    shared = Counter(term for _, line in questions for term in line.split())

    def speaks_for(question: tuple[str, str]) -> tuple[int, float, bool]:
        text, line = question
        terms = line.split() or [""]
        return lines[line], sum(shared[term] for term in terms) / len(terms), text.rstrip().endswith("?")

    return max(questions, key=speaks_for)[0]
