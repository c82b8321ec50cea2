"""The history as the widget reads it; an answer being given is `assistant.frames`."""

from typing import Any

from secretary.channels.ports import StoredMessage


def stored(message: StoredMessage) -> dict[str, Any]:
    """A message of the history."""
    return {
        "id": message.id,
        "role": message.role,
        "content": message.content,
        "created": message.created.isoformat(),
        "status": message.status,
        "sources": [source.model_dump() for source in message.sources],
        "buttons": [button.model_dump() for button in message.buttons],
    }
