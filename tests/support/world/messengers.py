"""The world's messengers: a bot and a number that do not run, customers who wrote to them, and conversations in every
state. Rows are made by the program's own use cases; only what providers would have said is written beside them.
"""

import io
import struct
import wave
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import sin
from pathlib import Path
from typing import Any

from secretary.accounts import service as accounts
from secretary.app import App
from secretary.channels.models import ChannelDelivery, ChannelInstance, ChannelThread, DeliveryStatus
from secretary.conversations import service as conversations
from secretary.conversations.attachments import service as attachments
from secretary.conversations.attachments.service import NewAttachment
from secretary.conversations.contacts import merging
from secretary.conversations.contacts import service as contacts
from secretary.conversations.contacts.identity import Identity
from secretary.conversations.contacts.models import Contact, Evidence
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatMessage, ChatNote, ChatSession
from secretary.conversations.ports import AttachmentKind, HandOverReason, MessageStatus, Source
from secretary.conversations.service import NewSession
from secretary.conversations.storing import Asked
from secretary.kernel.unit import Unit
from tests.support.client import Client
from tests.support.people import Person, sign_in_again
from tests.support.world.talks import CANNED, TALKS, Line, Talk

HOLD = timedelta(hours=12)
BODIES = {
    "telegram": {"name": "Магазин посуды", "bot_token": "700100200:AAE-made-up-token-of-the-world-000000"},
    "whatsapp": {
        "name": "WhatsApp магазина", "phone_number_id": "100200300400", "access_token": "EAAG-made-up",
        "app_secret": "made-up-secret", "verify_token": "made-up-verify",
    },
}  # fmt: skip


async def add_messengers(
    app: App, client: Client, folder: Path, set_clock: Callable[[datetime], None], *, colleague_id: str
) -> dict[str, str]:
    """Everything that came by messengers; the conversations' ids by who wrote."""
    async with app.units.write() as unit:
        admin_id = (await accounts.user_named(unit, "admin")).id
        (await accounts.user_of(unit, colleague_id)).display_name = "Анна Соколова"
    people = {"admin": admin_id, "colleague": colleague_id}
    panel = client.signed_in(await sign_in_again(app, Person(admin_id, "")))
    lines: dict[str, str] = {}
    for kind, body in BODIES.items():
        answer = await panel.post(f"/admin/{kind}/instances", body)
        assert answer.status == 200, answer.text
        lines[kind] = answer.json()["instance"]["id"]
    for shortcut, title, text in CANNED:
        answer = await panel.post("/admin/canned-answers", {"shortcut": shortcut, "title": title, "text": text})
        assert answer.status == 201, answer.text
    met: dict[str, str] = {}
    ids: dict[str, str] = {}
    for talk in sorted(TALKS, key=lambda each: -each.minutes):
        ids[talk.name] = await _talk(app, talk, lines[talk.kind], people, folder, set_clock, met)
    async with app.units.write() as unit:
        older, newer = [await contacts.get(unit, met[key]) for key in ("510002", "79005551002")]
        await merging.merge(unit, newer, older)
    return ids


async def _talk(
    app: App, talk: Talk, instance_id: str, people: dict[str, str], folder: Path,
    set_clock: Callable[[datetime], None], met: dict[str, str],
) -> str:  # fmt: skip
    begin = datetime.now(UTC) - timedelta(minutes=talk.minutes + len(talk.lines))
    set_clock(begin)
    async with app.units.write() as unit:
        row = await unit.db.get_one(ChannelInstance, instance_id)
        contact = await _contact(unit, talk, row.owner_id)
        met[talk.key] = contact.id
        session = await conversations.open_session(
            unit,
            NewSession(
                row.assistant_id, talk.kind, instance_id, talk.key, talk.language, row.owner_id, contact_id=contact.id
            ),
        )
        unit.db.add(_thread(unit, talk, instance_id, session, contact))
    for number, line in enumerate(talk.lines, 1):
        set_clock(begin + timedelta(minutes=number))
        async with app.units.write() as unit:
            session = await conversations.get_session(unit, session.id)
            await _say(unit, session, line, people, instance_id, folder)
            if line.who == "notice":
                await handover.hand_over(unit, session.id, HandOverReason.CUSTOMER, HOLD)
    async with app.units.write() as unit:
        if talk.state == "person":
            await handover.take(unit, session.id, people[talk.of], HOLD, force=True)
        if talk.state == "closed":
            await handover.close(unit, session.id)
        if talk.is_read:
            await handover.read(unit, session.id)
        unit.db.add_all(
            ChatNote(
                id=unit.new_id(), session_id=session.id, author_id=people["colleague"], text=text, created=unit.now()
            )
            for text in talk.notes
        )
    return session.id


async def _contact(unit: Unit, talk: Talk, owner_id: str | None) -> Contact:
    facts: dict[str, Any] = dict(talk.contact)
    known = Identity(talk.kind, talk.key, talk.handle, Evidence.CHANNEL)
    contact = await contacts.meet(unit, owner_id, known, talk.name, talk.language)
    if phone := facts.get("phone"):
        await contacts.state_identity(unit, contact, "phone", phone, Evidence.STATED)
    if email := facts.get("email"):
        await contacts.state_identity(unit, contact, "email", email, Evidence.OPERATOR)
    await contacts.change(unit, contact, {"tags": facts.get("tags", []), "fields": facts.get("fields", {})})
    if note := facts.get("note"):
        await contacts.write_note(unit, contact, note)
    return contact


def _thread(unit: Unit, talk: Talk, instance_id: str, session: ChatSession, contact: Contact) -> ChannelThread:
    address = {"chat_id": int(talk.key)} if talk.kind == "telegram" else {"phone": talk.key}
    return ChannelThread(
        id=unit.new_id(), instance_id=instance_id, thread=talk.key, session_id=session.id, contact_id=contact.id,
        person_key=talk.key, username=talk.handle.lstrip("@"), name=talk.name, language=session.language,
        address=address, last_inbound=datetime.now(UTC) - timedelta(minutes=talk.minutes),
        created=unit.now(), updated=unit.now(),
    )  # fmt: skip


async def _say(
    unit: Unit, session: ChatSession, line: Line, people: dict[str, str], instance_id: str, folder: Path
) -> None:
    if line.who == "customer":
        await _ask(unit, session, line, folder)
        return
    if line.who == "person":
        message = await handover.say_as_person(unit, session, people[line.by], line.text, None, HOLD)
    elif line.who == "notice":
        message = await handover.say_notice(unit, session, line.text)
    else:
        message = await _answer(unit, session, line)
    for part, state in enumerate(line.ticks, 1):
        unit.db.add(
            ChannelDelivery(
                message_id=message.id, part=part, instance_id=instance_id, session_id=session.id,
                state=DeliveryStatus(state), shown_id="", error=line.error, updated=unit.now(),
            )
        )  # fmt: skip


async def _ask(unit: Unit, session: ChatSession, line: Line, folder: Path) -> None:
    number = unit.new_id()
    text = line.text.replace("1187", "1178") if line.is_edited else line.text
    exchange = await conversations.store_asked(unit, session.id, Asked(text, "", provider_message_id=number))
    if exchange.answer is not None:  # it is given by the next line, or not at all
        await unit.db.delete(await unit.db.get_one(ChatMessage, exchange.answer.id))
        session.leaf_id, session.message_count = exchange.question.id, session.message_count - 1
        await unit.db.flush()
    for name in line.files:
        await _attach(unit, session, exchange.question, name, folder)
    if line.is_edited:
        await conversations.customer_edited(unit, session.id, number, line.text)
    if line.is_withdrawn:
        await conversations.customer_withdrew(unit, session.id, number)


async def _answer(unit: Unit, session: ChatSession, line: Line) -> ChatMessage:
    """As a turn would have left it."""
    message = await handover.say_notice(unit, session, line.text)
    row = await unit.db.get_one(ChatMessage, message.id)
    row.answered_by, row.model = ("knowledge", None) if line.source else ("llm", "gpt-4o-mini")
    row.status, row.finish_reason, row.first_word_ms, row.latency_ms = MessageStatus.COMPLETE, "stop", 540, 1_900
    row.sources = [Source(title=line.source, quote=line.text)] if line.source else []
    await unit.db.flush()
    return row


async def _attach(unit: Unit, session: ChatSession, message: ChatMessage, name: str, folder: Path) -> None:
    kind, media_type, content = FILES[name]
    [row] = await attachments.add(unit, session.id, message.id, [NewAttachment(kind, name, media_type, len(content))])
    path = folder / "attachments" / session.id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    await attachments.stored(unit, row.id, f"{session.id}/{name}", len(content), media_type)


def _picture(tint: int) -> bytes:
    """A PNG of a soft gradient, 240 × 180."""
    wide, high = 240, 180
    rows = b"".join(
        b"\0" + bytes(c for x in range(wide) for c in (tint, 90 + x // 3, 90 + y // 2)) for y in range(high)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def _voice() -> bytes:
    """Two seconds of a tone."""
    out, rate = io.BytesIO(), 4_000
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        file.writeframes(bytes(128 + int(40 * sin(i / 6)) for i in range(2 * rate)))
    return out.getvalue()


FILES = {
    "cup.png": (AttachmentKind.PHOTO, "image/png", _picture(170)),
    "dent.png": (AttachmentKind.PHOTO, "image/png", _picture(90)),
    "receipt.pdf": (AttachmentKind.FILE, "application/pdf", b"%PDF-1.4\n%%EOF\n"),
    "voice.wav": (AttachmentKind.VOICE, "audio/wav", _voice()),
}
