"""Who may do what, as data: role x module -> how far seeing, editing and managing reach.

`view` is to see and to try; `edit` to change what belongs to the module; `manage` to change what concerns the whole
installation. `OWN` reaches rows that the user owns, `ALL` every row. What is not named is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

from secretary.accounts.models import Role

Level = Literal["view", "edit", "manage"]
Module = Literal[
    "api_keys", "assistants", "audit", "backup", "channels", "chat", "crm", "dashboard", "faq", "finetune", "github",
    "gsm", "jobs", "knowledge", "legal", "llm", "models", "monitor", "payments", "presets", "profile", "providers",
    "requests", "sales", "services", "settings", "stt", "telegram", "tts", "usage", "users", "voice", "whatsapp",
    "widget",
]  # fmt: skip
MODULES: tuple[Module, ...] = get_args(Module)
LEVELS: tuple[Level, ...] = get_args(Level)


class Scope(StrEnum):
    """How many of a module's rows a right reaches."""

    OWN = "own"
    ALL = "all"


OWN, ALL = Scope.OWN, Scope.ALL


@dataclass(frozen=True, slots=True)
class Grant:
    """One cell of the matrix; `None` is a refusal."""

    view: Scope
    edit: Scope | None = None
    manage: Scope | None = None

    def reach(self, level: Level) -> Scope | None:
        if level == "view":
            return self.view
        return self.edit if level == "edit" else self.manage


SEES = Grant(ALL)
EDITS = Grant(ALL, ALL)
EDITS_OWN = Grant(OWN, OWN)
SEES_ALL_EDITS_OWN = Grant(ALL, OWN)

_CUSTOMER: Mapping[Module, Grant] = {
    "assistants": EDITS_OWN,
    "channels": EDITS_OWN,
    "chat": EDITS_OWN,
    "crm": SEES,
    "faq": EDITS,
    "github": EDITS_OWN,
    "jobs": Grant(OWN),
    "knowledge": SEES_ALL_EDITS_OWN,
    "legal": SEES,
    "llm": SEES,
    "payments": EDITS_OWN,
    "presets": SEES_ALL_EDITS_OWN,
    "profile": EDITS_OWN,
    "providers": EDITS_OWN,
    "requests": EDITS_OWN,
    "sales": EDITS_OWN,
    "settings": SEES,
    "stt": SEES,
    "telegram": EDITS_OWN,
    "whatsapp": EDITS_OWN,
    "widget": EDITS_OWN,
}

GRANTS: Mapping[Role, Mapping[Module, Grant]] = {
    Role.ADMIN: dict.fromkeys(MODULES, Grant(ALL, ALL, ALL)),
    Role.USER: {
        **_CUSTOMER,
        "audit": SEES,
        "dashboard": SEES,
        "monitor": SEES,
        "services": SEES,
        "tts": SEES_ALL_EDITS_OWN,
        "usage": SEES,
    },
    Role.WEB: _CUSTOMER,
    Role.GUEST: {"chat": EDITS_OWN, "dashboard": SEES, "faq": SEES, "profile": Grant(OWN)},
}


def reach(role: str, module: Module, level: Level) -> Scope | None:
    """How far `level` of `module` reaches for `role`; `None` when it is refused or there is no such role."""
    if role not in set(Role):
        return None
    grant = GRANTS[Role(role)].get(module)
    return grant.reach(level) if grant is not None else None
