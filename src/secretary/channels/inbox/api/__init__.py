"""The endpoints of the inbox, of contacts and of canned answers."""

from secretary.channels.inbox.api.brief import router as brief
from secretary.channels.inbox.api.canned import router as canned
from secretary.channels.inbox.api.contact_steps import router as contact_steps
from secretary.channels.inbox.api.contacts import router as contacts
from secretary.channels.inbox.api.conversation import router as conversation
from secretary.channels.inbox.api.files import router as files
from secretary.channels.inbox.api.inbox import router as inbox

ROUTERS = (inbox, conversation, files, brief, contacts, contact_steps, canned)

__all__ = ["ROUTERS"]
