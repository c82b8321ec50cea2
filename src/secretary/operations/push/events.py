"""What happens to the devices that want to be told. Nobody but their user needs to hear of it."""

from dataclasses import dataclass

from secretary.kernel.events import Event, Trace


@dataclass(frozen=True, slots=True)
class DeviceAdded(Event):
    """A browser of the user's will be told."""

    device_id: str
    host: str
    owner_id: str

    def trace(self) -> Trace:
        return Trace("create", "push_device", self.device_id, {"host": self.host})


@dataclass(frozen=True, slots=True)
class DeviceRemoved(Event):
    """It will not be told any more. `reason`: asked, gone (its push service says so), signed_out, too_many."""

    device_id: str
    owner_id: str
    reason: str

    def trace(self) -> Trace:
        return Trace("delete", "push_device", self.device_id, {"reason": self.reason})
