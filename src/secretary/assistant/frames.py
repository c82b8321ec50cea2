"""Replies as the frames of an event stream, the widget's and the panel's.

The id of a frame is the number of characters said so far.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, assert_never

from secretary.assistant.ports import Accepted, Buttons, Completed, Delta, Failed, Reply, SourcesFound
from secretary.web.sse import DONE, frame


async def frames(
    answer_id: str, replies: AsyncIterator[tuple[int, Reply]], accepted: bytes = b""
) -> AsyncGenerator[bytes, None]:
    """The rest of an answer; `accepted` goes first where a message has just been stored. Without an id of the answer a
    person has the conversation: the stream says so and ends.
    """
    if accepted:
        yield accepted
    if not answer_id:
        yield frame({"type": "handoff", "message": ""}, 0)
        yield DONE
        return
    async for reached, reply in replies:
        yield render(answer_id, reached, reply)
    yield DONE


def render(answer_id: str, reached: int, reply: Reply) -> bytes:
    match reply:
        case Delta(text):
            return frame({"type": "chunk", "content": text}, reached)
        case SourcesFound(sources):
            return frame({"type": "sources", "sources": [source.model_dump() for source in sources]}, reached)
        case Buttons(buttons):
            return frame({"type": "buttons", "buttons": [button.model_dump() for button in buttons]}, reached)
        case Completed():
            return frame({"type": "assistant_message", "message": _completed(answer_id, reply)}, reached)
        case Failed(code, text, content):
            failed = {
                "id": answer_id,
                "role": "assistant",
                "content": content,
                "status": "interrupted" if content else "failed",
            }
            error = frame({"type": "error", "code": code, "message": text}, reached)
            return error + frame(
                {"type": "assistant_message", "message": failed | {"sources": [], "buttons": []}}, reached
            )
        case _:
            assert_never(reply)


def _completed(answer_id: str, reply: Completed) -> dict[str, Any]:
    return {
        "id": answer_id,
        "role": "assistant",
        "content": reply.content,
        "status": reply.status,
        "finish_reason": reply.finish_reason,
        "sources": [source.model_dump() for source in reply.sources],
        "buttons": [button.model_dump() for button in reply.buttons],
    }


def user_message(accepted: Accepted, content: str, message_id: str) -> bytes:
    """The first frame: the message is stored, and this is the answer to listen to."""
    message = {
        "id": accepted.question_id,
        "role": "user",
        "content": content,
        "message_id": message_id,
        "status": "complete",
    }
    return frame({"type": "user_message", "message": message, "answer_id": accepted.answer_id}, 0)
