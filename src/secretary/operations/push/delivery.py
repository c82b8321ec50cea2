"""Bringing notifications to devices: who is to be told of a message, and one encrypted message to one device."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from secretary.accounts.queries.sign_ins import live_actors
from secretary.assistant import queries as assistants
from secretary.kernel.events import News
from secretary.kernel.http import HttpClient, HttpRequest, HttpTimeouts
from secretary.kernel.jobs import ClaimedJob, Handler, NewJob, complete, enqueue
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

    def handlers(self) -> Mapping[str, Handler]:
        """What a worker runs."""
        return {TELL: self._tell, **handlers_for({CHANNEL: self.send})}

    async def _tell(self, job: ClaimedJob) -> None:
        async with self.units.write() as unit:
            request_id, owner_id = str(job.payload["request_id"]), job.payload["owner_id"]
            news = News("create", "request", request_id, None if owner_id is None else str(owner_id))
            for device in await _listening(unit, Change(0, news)):
                payload = {"device_id": device.id, "request_id": request_id}
                await send_later(unit, Outgoing(CHANNEL, f"{request_id}:{device.id}", payload))
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
            notice = await _notice(unit, device, outgoing.payload.get("request_id"))
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


async def _notice(unit: Unit, device: PushDevice, request_id: object) -> Notice | None:
    if request_id is None:
        return notices.of_test(device.language)
    found = await assistants.request(unit.db, str(request_id))
    if found is None or found[0].status != WAITING:
        return None
    return notices.of_request(found[0], device.language)
