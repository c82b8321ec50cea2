"""Bringing notifications to devices: who is to be told of a message, and one encrypted message to one device."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from secretary.accounts.queries.sign_ins import live_actors
from secretary.assistant import queries as assistants
from secretary.conversations.ports import HandOverReason, SessionState
from secretary.conversations.service import get_sessions
from secretary.kernel.events import News
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.kernel.jobs import ClaimedJob, Handler, NewJob, Payload, complete, enqueue
from secretary.kernel.outbox import Outgoing, handlers_for, send_later
from secretary.kernel.unit import Unit, UnitFactory
from secretary.operations.push import notices, queries
from secretary.operations.push.errors import refused
from secretary.operations.push.models import PushDevice
from secretary.operations.push.notices import Notice
from secretary.operations.push.sealing import seal
from secretary.operations.push.service import CHANNEL, Address, Devices, remove
from secretary.operations.push.vapid import authorization
from secretary.operations.who_hears import Change

TELL = "push.tell"
ABOUT = ("request_id", "session_id")
WAITING = "new"
TAKEN = range(200, 300)
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
TIMEOUTS = HttpTimeouts(connect_s=5, first_byte_s=15, idle_s=15, total_s=30)


@dataclass(frozen=True, slots=True)
class _Letter:
    """Everything that one message needs, read in one go."""

    address: Address
    notice: Notice
    private_key: str


@dataclass(frozen=True, slots=True)
class Postman:
    """Tells devices. `contact` (mailto: or https:) is whom a push service writes to about us. Fills `Attention`."""

    units: UnitFactory
    devices: Devices
    http: HttpClient
    contact: str

    async def message_taken(self, unit: Unit, request_id: str, owner_id: str | None) -> None:
        """A message waits for a person: have those told who may see it, once the unit is committed."""
        await enqueue(unit, NewJob(TELL, {"request_id": request_id, "owner_id": owner_id}, key=request_id))

    async def person_wanted(self, unit: Unit, session_id: str, owner_id: str | None, reason: HandOverReason) -> None:
        """A conversation waits for a person: as above."""
        del reason  # the conversation shows it
        await enqueue(unit, NewJob(TELL, {"session_id": session_id, "owner_id": owner_id}, key=session_id))

    def handlers(self) -> Mapping[str, Handler]:
        """What a worker runs."""
        return {TELL: self._tell, **handlers_for({CHANNEL: self.send})}

    async def _tell(self, job: ClaimedJob) -> None:
        async with self.units.write() as unit:
            owner_id = job.payload["owner_id"]
            about = {name: str(job.payload[name]) for name in ABOUT if name in job.payload}
            # who sees the messages that were taken may take conversations, too
            news = News("create", "request", "", None if owner_id is None else str(owner_id))
            for device in await _listening(unit, Change(0, news)):
                payload = {"device_id": device.id, **about}
                key = f"{about.get('request_id', job.id)}:{device.id}"
                await send_later(unit, Outgoing(CHANNEL, key, payload))
            await complete(unit, job)

    async def send(self, outgoing: Outgoing) -> None:
        """Send one message, unless nobody needs it any more. Raises Upstream, RateLimited."""
        letter = await self._letter(outgoing)
        if letter is None:
            return
        endpoint, notice = letter.address.endpoint, letter.notice
        body = await asyncio.to_thread(seal, notice.text, letter.address.keys)
        headers = {
            "authorization": authorization(endpoint, letter.private_key, self.contact, self.units.clock()),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(notice.ttl_s),
            "urgency": notice.urgency,
            "topic": notice.topic,
        }
        async with self.http.request(
            HttpRequest("POST", endpoint, headers=headers, body=body, timeouts=TIMEOUTS)
        ) as answer:
            status, retry_after = answer.status, answer.headers.get("Retry-After", "")
        if status in GONE:
            await self._forget(str(outgoing.payload["device_id"]))
        elif status not in TAKEN:
            raise refused(status, retry_after)

    async def _letter(self, outgoing: Outgoing) -> _Letter | None:
        """None where the device is gone or signed out, or somebody has dealt with the message meanwhile."""
        async with self.units.read() as unit:
            device = await queries.device(unit.db, str(outgoing.payload["device_id"]))
            key = await self.devices.private_key(unit)
            if device is None or key is None or not await live_actors(unit.db, [device.session_id], unit.now()):
                return None
            notice = await _notice(unit, device, outgoing.payload)
            return _Letter(self.devices.address_of(device), notice, key) if notice else None

    async def _forget(self, device_id: str) -> None:
        async with self.units.write() as unit:
            device = await queries.device(unit.db, device_id)
            await remove(unit, [device] if device else [], "gone")


async def _listening(unit: Unit, change: Change) -> list[PushDevice]:
    """Devices whose users may know of this change; those whose sign-in is over are forgotten."""
    every = await queries.devices(unit.db)
    live = await live_actors(unit.db, {device.session_id for device in every}, unit.now())
    await remove(unit, [device for device in every if device.session_id not in live], "signed_out")
    return [device for device in every if device.session_id in live and change.is_for(live[device.session_id])]


async def _notice(unit: Unit, device: PushDevice, payload: Payload) -> Notice | None:
    if "request_id" in payload:
        found = await assistants.request(unit.db, str(payload["request_id"]))
        return notices.of_request(found[0], device.language) if found and found[0].status == WAITING else None
    if "session_id" in payload:
        return await _of_hand_over(unit, device, str(payload["session_id"]))
    return notices.of_test(device.language)


async def _of_hand_over(unit: Unit, device: PushDevice, session_id: str) -> Notice | None:
    """None where nobody waits any more."""
    session = next(iter(await get_sessions(unit, [session_id])), None)
    if session is None or session.state is not SessionState.WAITING or session.held_until is None:
        return None
    left_s = int((session.held_until - unit.now()).total_seconds())
    if left_s <= 0:
        return None
    asked = await assistants.last_question(unit.db, session_id)
    return notices.of_hand_over(session_id, asked.content if asked else "", left_s, device.language)
