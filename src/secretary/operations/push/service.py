"""Use cases of web push: the installation's key, a user's devices, a notification to try it out."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import orjson

from secretary.kernel.errors import Conflict, Language
from secretary.kernel.outbox import Outgoing, send_later
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.operations.push import queries
from secretary.operations.push.errors import no_such_device, sign_in_first
from secretary.operations.push.events import DeviceAdded, DeviceRemoved
from secretary.operations.push.hosts import host_of
from secretary.operations.push.models import ONLY, SEALED, PushDevice, PushKey
from secretary.operations.push.sealing import BrowserKeys, decoded, encoded, new_key, public_point, scalar_of

MOST_DEVICES = 20
CHANNEL = "push"
KEY, ADDRESS = SEALED


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser hands out: where it is written to, and the keys that a message to it is encrypted with."""

    endpoint: str
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    name: str = ""
    language: Language = "ru"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes, opened from what is stored."""

    endpoint: str
    keys: BrowserKeys


@dataclass(frozen=True, slots=True)
class Devices:
    """Devices that want to be told. `hosts` are push services allowed besides the known ones."""

    vault: Vault
    hosts: Collection[str] = ()

    async def public_key(self, units: UnitFactory) -> str:
        """What browsers subscribe with, in base64url; made when it is first asked for."""
        async with units.read() as unit:
            kept = await queries.key(unit.db)
        return kept.public if kept else await self._make_key(units)

    async def _make_key(self, units: UnitFactory) -> str:
        """Of several that ask at once only one makes it."""
        key = new_key()
        sealed = self.vault.seal(encoded(scalar_of(key)), bound_to=KEY.bound_to(ONLY))
        try:
            async with units.write() as unit:
                made = PushKey(id=ONLY, public=encoded(public_point(key)), sealed_private=sealed, created=unit.now())
                unit.db.add(made)
        except Conflict:
            return await self.public_key(units)
        return made.public

    async def private_key(self, unit: Unit) -> str | None:
        """None where nobody has subscribed yet. Raises Internal("secret_unreadable")."""
        kept = await queries.key(unit.db)
        return self.vault.open(kept.sealed_private, bound_to=KEY.bound_to(ONLY)) if kept else None

    async def add(self, unit: Unit, actor: Actor, wanted: Subscription) -> PushDevice:
        """Tell this browser from now on. One that is known already is renewed, whosever it was.

        Raises Invalid("bad_push_address", "bad_push_keys"), Conflict("push_needs_sign_in").
        """
        if actor.kind != "user" or not actor.session_id:
            raise sign_in_first()
        host = host_of(wanted.endpoint, self.hosts)
        BrowserKeys.of(wanted.p256dh, wanted.auth)
        digest = hashlib.sha256(wanted.endpoint.encode()).hexdigest()
        device = await queries.device_at(unit.db, digest) or PushDevice(id=unit.new_id(), digest=digest)
        text = orjson.dumps([wanted.endpoint, wanted.p256dh, wanted.auth]).decode()
        device.sealed_address = self.vault.seal(text, bound_to=ADDRESS.bound_to(device.id))
        device.user_id, device.session_id, device.host = actor.id, actor.session_id, host
        device.name, device.language, device.created = wanted.name, wanted.language, unit.now()
        unit.db.add(device)
        await unit.db.flush()
        unit.record(DeviceAdded(device.id, host, actor.id))
        await remove(unit, (await queries.devices(unit.db, actor.id))[MOST_DEVICES:], "too_many")
        return device

    def address_of(self, device: PushDevice) -> Address:
        """Raises Internal("secret_unreadable")."""
        endpoint, point, secret = orjson.loads(
            self.vault.open(device.sealed_address, bound_to=ADDRESS.bound_to(device.id))
        )
        return Address(endpoint, BrowserKeys(decoded(point), decoded(secret)))


async def remove(unit: Unit, devices: Sequence[PushDevice], reason: str) -> None:
    """Tell these devices nothing any more."""
    if devices:
        await queries.forget(unit.db, [device.id for device in devices])
    for device in devices:
        unit.record(DeviceRemoved(device.id, device.user_id, reason))


async def own_device(unit: Unit, actor: Actor, device_id: str) -> PushDevice:
    """Raises NotFound, for another's device too."""
    device = await queries.device(unit.db, device_id)
    if device is None or device.user_id != actor.id:
        raise no_such_device()
    return device


async def try_out(unit: Unit, actor: Actor) -> int:
    """Send a notification to each device of the actor's; tells how many those are."""
    own = await queries.devices(unit.db, actor.id)
    for device in own:
        await send_later(unit, Outgoing(CHANNEL, unit.new_id(), {"device_id": device.id}))
    return len(own)
