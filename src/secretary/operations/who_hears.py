"""Who may hear of a change: those who see the module it belongs to, all of it or their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from secretary.accounts.reach import reach
from secretary.accounts.rights import MODULES, Module, Scope
from secretary.kernel.events import News
from secretary.kernel.unit import Actor

MODULE_OF: Mapping[str, Module] = {
    "assistant": "assistants",
    "request": "requests",
    "faq": "faq",
    "knowledge_collection": "knowledge",
    "knowledge": "knowledge",
    "document": "knowledge",
    "contradiction": "knowledge",
    "unanswered": "chat",
    "evaluation": "knowledge",
    "regression": "knowledge",
    "regression_run": "knowledge",
    "user": "users",
    "session": "users",
    "second_factor": "users",
    "recovery_codes": "users",
    "api_key": "api_keys",
    "consent": "legal",
    "contact": "requests",
    "contact_note": "requests",
    "canned_answer": "requests",
    "conversation": "chat",
    "message": "chat",
    "note": "chat",
    "job": "jobs",
    "schedule": "jobs",
    "llm_provider": "providers",
    "llm_preset": "presets",
    "llm_backend": "llm",
    "reranker": "llm",
    "embedding": "llm",
    "local_model": "models",
    "usage_limit": "usage",
    "usage_log": "usage",
    "push_device": "profile",
    "operator_link": "profile",
    "setup": "settings",
}
SHARED: Mapping[Module, Module] = {
    **{name: name for name in ("assistants", "channels", "requests", "telegram", "whatsapp", "widget")},
    "chat": "requests",
}
"""Where rows that belong to nobody are seen by those who see their own, and the right that this takes: conversations
of nobody are customers', for those who see their messages.
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. `number` grows by one; where it begins is each process's own secret."""

    number: int
    news: News

    def is_for(self, actor: Actor) -> bool:
        """May this actor know? Nobody hears of his own rows only, where it is not known whose they are."""
        module = module_of(self.news.resource)
        scope = reach(actor, module, "view")
        if scope is not Scope.OWN:
            return scope is Scope.ALL
        owner_id = self.news.owner_id
        if owner_id is not None:
            return owner_id == actor.id
        return module in SHARED and reach(actor, SHARED[module], "view") is not None


@dataclass(frozen=True, slots=True)
class Told:
    """What a listener gets, and the number to go on from: where we stand (`ready`), a change, or that some were missed
    and everything should be looked at again (`resync`).
    """

    kind: Literal["ready", "resync", "change"]
    number: int
    news: News | None = None


def module_of(resource: str) -> Module:
    """The module whose right one needs to hear of it; what nobody has thought of is for those who see the audit log."""
    if resource in MODULE_OF:
        return MODULE_OF[resource]
    kind = resource.removesuffix("_instance")
    if kind != resource:
        return next((module for module in MODULES if module == kind), "channels")
    return "audit"
