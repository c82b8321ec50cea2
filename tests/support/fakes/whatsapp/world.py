"""What the service knows: business numbers, people, templates, files."""

from base64 import b64encode
from dataclasses import dataclass, field
from time import time
from uuid import uuid4

from tests.support.fakes.pump import Pump

WINDOW_S = 24 * 3600
_KEPT = 5_000  # files and sent messages: a long run must not fill the memory


@dataclass
class Person:
    """A customer. `user_id` is his id at the business; one who `hides` his number is known by that alone."""

    phone: str
    name: str = ""
    user_id: str = ""
    username: str = ""
    hides: bool = False
    has_whatsapp: bool = True
    last_wrote: float = 0.0
    """Seconds since 1970; opens the window."""

    @property
    def key(self) -> str:
        return self.user_id if self.hides else self.phone


@dataclass(frozen=True)
class Template:
    """An approved template; `variables` of its body."""

    name: str
    language: str
    text: str = "{{1}}"
    status: str = "APPROVED"

    @property
    def variables(self) -> int:
        return sum(f"{{{{{number}}}}}" in self.text for number in range(1, 10))


@dataclass(frozen=True)
class File:
    id: str
    data: bytes
    media_type: str
    size: int
    name: str = ""


@dataclass
class Number:
    """A number of a business. Its webhook is asked first whether it is ours, unless it is set here directly."""

    id: str
    token: str
    app_secret: str
    waba_id: str = "4195612579"
    display: str = "+7 495 555-01-02"
    name: str = "Магазин"
    webhook_url: str = ""
    is_subscribed: bool = True
    is_revoked: bool = False
    pump: Pump | None = None
    people: dict[str, Person] = field(default_factory=dict)
    read: dict[str, bool] = field(default_factory=dict)
    """The customers' messages that were marked as read, and whether somebody was shown typing then."""
    incoming: dict[str, str] = field(default_factory=dict)
    """Whose each message of a customer is."""
    sent: dict[str, str] = field(default_factory=dict)
    """Whom each message of ours went to."""

    @property
    def metadata(self) -> dict[str, str]:
        digits = "".join(filter(str.isdigit, self.display))
        return {"display_phone_number": digits, "phone_number_id": self.id}

    def person(self, key: str) -> Person | None:
        return self.people.get(key) or next((one for one in self.people.values() if one.user_id == key), None)

    def keep(self, known: dict[str, str], message_id: str, person: str) -> None:
        known[message_id] = person
        if len(known) > _KEPT:
            del known[next(iter(known))]


class World:
    """Everything there is."""

    def __init__(self) -> None:
        self.numbers: dict[str, Number] = {}
        self.templates: list[Template] = [Template("hello_world", "en_US", "Welcome and congratulations!!")]
        self.files: dict[str, File] = {}

    def keep(self, data: bytes, media_type: str, name: str = "", size: int | None = None) -> File:
        file = File(str(uuid4().int)[:16], data, media_type, len(data) if size is None else size, name)
        self.files[file.id] = file
        if len(self.files) > _KEPT:
            del self.files[next(iter(self.files))]
        return file

    def templates_of(self, name: str = "") -> list[Template]:
        return [one for one in self.templates if not name or one.name == name]


def new_message_id(phone: str) -> str:
    """As Meta's look: base64 of the number and some random bytes."""
    return f"wamid.{b64encode(f'{phone}{uuid4().hex[:20]}'.encode()).decode()}"


def now() -> float:
    return time()
