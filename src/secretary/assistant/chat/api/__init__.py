"""The endpoints of the chat: `/admin/chat`, and the caller's own conversation under `/chat`."""

from fastapi import APIRouter

from secretary.assistant.chat.api import branches, messages, notes, own, sessions, why

router = APIRouter(tags=["chat"])
for part in (sessions, messages, why, branches, notes, own):
    router.routes.extend(part.router.routes)
