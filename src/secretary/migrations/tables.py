"""Every module that has tables, in one import."""

from secretary.accounts import models as accounts
from secretary.assistant import models as assistant
from secretary.audit import models as audit
from secretary.channels import models as channels
from secretary.conversations import models as conversations
from secretary.kernel import config, jobs
from secretary.knowledge import models as knowledge
from secretary.legal import models as legal
from secretary.llm import models as llm
from secretary.operations import models as operations
from secretary.usage import models as usage

__all__ = [
    "accounts",
    "assistant",
    "audit",
    "channels",
    "config",
    "conversations",
    "jobs",
    "knowledge",
    "legal",
    "llm",
    "operations",
    "usage",
]
