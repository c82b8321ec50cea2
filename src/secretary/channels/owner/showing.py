"""What a card shows of a conversation, read when it goes out."""

from dataclasses import replace

from secretary.assistant import queries as assistants
from secretary.channels import queries as instances
from secretary.channels.owner import queries
from secretary.channels.owner.cards import Shown
from secretary.channels.owner.models import OperatorCard, OperatorLink
from secretary.conversations import queries as conversations
from secretary.conversations.contacts import queries as contacts
from secretary.conversations.handover.state import Standing
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import SessionState
from secretary.kernel.jobs import Payload
from secretary.kernel.unit import Unit

SECONDS_A_MINUTE = 60


async def shown(unit: Unit, row: OperatorCard, link: OperatorLink, session: ChatSession, payload: Payload) -> Shown:
    """The conversation as this user's card tells of it."""
    instance = await instances.instance_by_id(unit.db, session.source_id)
    asked = await conversations.message(unit.db, session.id, row.question_id) if row.question_id else None
    first = await assistants.first_question(unit.db, session.id)
    holder = await _holder(unit, session)
    about = Shown(
        card_id=row.id,
        why=str(payload["why"]),
        channel=instance.name if instance else session.source,
        who=await who(unit, session),
        asked=asked.content if asked else "",
        files=(asked.attachment_count or 0) if asked else 0,
        first=first.content if first and asked and first.id != asked.id else "",
        waits_minutes=_waits_minutes(unit, session),
        answered_by=holder[1],
        is_mine=holder[0] == link.user_id,
    )
    return await _with_request(unit, about, str(payload["request_id"])) if payload.get("request_id") else about


async def who(unit: Unit, session: ChatSession) -> str:
    """What the customer is called, empty where that is not known."""
    contact = await contacts.contact(unit.db, session.contact_id) if session.contact_id else None
    return contact.name if contact else ""


async def _with_request(unit: Unit, about: Shown, request_id: str) -> Shown:
    """A message that was taken: what is to be passed on, and how to reach whom."""
    found = await assistants.request(unit.db, request_id)
    if found is None:
        return about
    request = found[0]
    return replace(
        about,
        why="urgent" if request.urgency == "urgent" else "taken",
        who=request.name or about.who,
        asked=request.question,
        contact=request.contact,
        call_back=request.call_back,
    )


async def _holder(unit: Unit, session: ChatSession) -> tuple[str, str]:
    """The id and the name of the person who has the conversation now, both empty where nobody does."""
    has_it = session.state is SessionState.PERSON and Standing.of(session).is_held(unit.now())
    if not has_it or session.assignee_id is None:
        return "", ""
    return session.assignee_id, await queries.name_of(unit.db, session.assignee_id)


def _waits_minutes(unit: Unit, session: ChatSession) -> int:
    if session.state is not SessionState.WAITING or session.waiting_since is None:
        return 0
    return int((unit.now() - session.waiting_since).total_seconds()) // SECONDS_A_MINUTE
