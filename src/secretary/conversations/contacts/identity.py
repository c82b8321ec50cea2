"""An identity: by what a customer is known, in the one spelling in which it is compared. No I/O."""

import re
from dataclasses import dataclass

from secretary.conversations.contacts.models import PROVEN, Evidence

LONGEST = 200
NUMBERS = ("phone", "whatsapp")
"""Kinds whose values are telephone numbers: one number in both is a hint, and no proof."""

_RUSSIAN = re.compile(r"8(\d{10})")


@dataclass(frozen=True, slots=True)
class Identity:
    """`kind` is telegram, whatsapp, widget, phone, email, max or vk; `label` what a person reads (a name, a handle)."""

    kind: str
    value: str
    label: str = ""
    evidence: Evidence = Evidence.CHANNEL

    @property
    def is_proven(self) -> bool:
        return self.evidence in PROVEN


def spelled(kind: str, value: str) -> str:
    """A value as it is compared: numbers by their digits (a Russian 8 is +7), addresses in small letters."""
    value = value.strip()
    if kind in NUMBERS:
        digits = re.sub(r"\D", "", value)
        if not value.startswith("+") and (national := _RUSSIAN.fullmatch(digits)):
            digits = "7" + national[1]
        return digits[:LONGEST] or value.casefold()[:LONGEST]
    return (value.casefold() if kind == "email" else value)[:LONGEST]


def alike(kind: str) -> tuple[str, ...]:
    """The kinds in which the same value hints at the same person."""
    return NUMBERS if kind in NUMBERS else (kind,)
