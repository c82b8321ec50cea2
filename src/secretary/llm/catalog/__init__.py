"""What is known of providers and their models: facts of autumn 2026, and careful guesses for what came later."""

from secretary.llm.catalog.capabilities import capabilities_of
from secretary.llm.catalog.kinds import KINDS, kind_of

__all__ = ["KINDS", "capabilities_of", "kind_of"]
