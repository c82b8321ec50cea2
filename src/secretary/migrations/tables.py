"""Every module that has tables, in one import."""

from secretary.accounts import models as accounts
from secretary.assistant import models as assistant
from secretary.audit import models as audit
from secretary.channels import models as channels
from secretary.channels.owner import models as owner
from secretary.conversations import models as conversations
from secretary.conversations.contacts import models as contacts
from secretary.kernel import config, jobs
from secretary.knowledge import models as knowledge
from secretary.knowledge.contradictions import models as contradictions
from secretary.knowledge.evaluation import models as evaluation
from secretary.knowledge.regression import models as regression
from secretary.knowledge.unanswered import models as unanswered
from secretary.legal import models as legal
from secretary.llm import models as llm
from secretary.operations import models as operations
from secretary.operations.push import models as push
from secretary.usage import models as usage

__all__ = [
    "accounts",
    "assistant",
    "audit",
    "channels",
    "config",
    "contacts",
    "contradictions",
    "conversations",
    "evaluation",
    "jobs",
    "knowledge",
    "legal",
    "llm",
    "operations",
    "owner",
    "push",
    "regression",
    "unanswered",
    "usage",
]
