"""What Meta takes of a message: its limits, the 24-hour window, templates, and who can be written to."""

import re
from typing import Any

from tests.support.fakes.whatsapp.description import problems_of_message
from tests.support.fakes.whatsapp.errors import Refused
from tests.support.fakes.whatsapp.world import WINDOW_S, Number, Person, Template, World, now

_KINDS = frozenset({
    "text", "audio", "document", "image", "location", "video", "sticker", "reaction", "interactive", "template",
    "contacts",
})  # fmt: skip
_MEDIA = frozenset({"audio", "document", "image", "video", "sticker"})
_MAX_TEXT = 4096
_MAX_BODY = 1024


class Sending:
    """Checks messages; raises `Refused` as Meta does. What only the description forbids is in `violations`."""

    def __init__(self, world: World, violations: list[str]) -> None:
        self._world = world
        self._violations = violations

    def check(self, number: Number, body: Any) -> Person:
        """Whom the message goes to."""
        if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
            raise Refused(100, "The parameter messaging_product is required.")
        kind = body.get("type", "text")
        if kind not in _KINDS:
            raise Refused(131051, f"{kind} is not supported")
        if kind not in body:
            raise Refused(100, f"The parameter {kind} is required.")
        self._violations += problems_of_message(body)
        _check_lengths(body, kind)
        person = _recipient(number, body)
        if kind in _MEDIA and body[kind].get("id") and body[kind]["id"] not in self._world.files:
            raise Refused(131053, "Media ID not found")
        self._check_window(person, body, kind)
        return person

    def check_read(self, number: Number, body: dict[str, Any]) -> None:
        """A customer's message is marked as read, and somebody shown typing."""
        self._violations += problems_of_message(body)
        if body.get("message_id") not in number.incoming:
            raise Refused(100, "Message ID is invalid or not found.")
        number.read[body["message_id"]] = "typing_indicator" in body

    def _check_window(self, person: Person, body: dict[str, Any], kind: str) -> None:
        if not person.has_whatsapp:
            raise Refused(131026)
        if kind == "template":
            self._check_template(body["template"])
        elif now() - person.last_wrote > WINDOW_S:
            raise Refused(131047)

    def _check_template(self, asked: dict[str, Any]) -> None:
        template = self._template(asked)
        texts = [
            parameter.get("text", "")
            for component in asked.get("components", []) if component["type"] == "body"
            for parameter in component.get("parameters", [])
        ]  # fmt: skip
        if len(texts) != template.variables:
            raise Refused(132000, f"body: number of localizable_params ({len(texts)}) does not match the expected")
        if any(not text or re.search(r"[\n\t]| {5}", text) for text in texts):
            raise Refused(132018)
        if sum(map(_units, texts)) > _MAX_BODY:
            raise Refused(132005)

    def _template(self, asked: dict[str, Any]) -> Template:
        language = (asked.get("language") or {}).get("code", "")
        for template in self._world.templates_of(asked.get("name", "")):
            if asked.get("name") and template.language == language and template.status == "APPROVED":
                return template
        raise Refused(132001, f"template name ({asked.get('name')}) does not exist in {language}")


def _recipient(number: Number, body: dict[str, Any]) -> Person:
    """A number in `to`, or an id in `recipient`. An id in `to` is taken for a number, and nobody gets the message."""
    to, user_id = str(body.get("to", "")).lstrip("+"), str(body.get("recipient", ""))
    if to:
        known = number.people.get(to)
        return known or Person(to, has_whatsapp=False)
    if not user_id:
        raise Refused(100, "The parameter to is required.")
    person = number.person(user_id)
    if person is None or person.user_id != user_id:
        raise Refused(131026, "No such user")
    return person


def _check_lengths(body: dict[str, Any], kind: str) -> None:
    if kind == "text":
        text = body["text"].get("body", "")
        if not text or not text.strip():
            raise Refused(100, "The parameter text['body'] is required.")
        if _units(text) > _MAX_TEXT:
            raise Refused(100, f"Param text['body'] must be at most {_MAX_TEXT} characters long.")
    elif kind == "interactive":
        _check_interactive(body["interactive"])
    elif kind in _MEDIA and _units(body[kind].get("caption", "")) > _MAX_BODY:
        raise Refused(100, f"Caption must be at most {_MAX_BODY} characters long.")


def _check_interactive(about: dict[str, Any]) -> None:
    action = about.get("action", {})
    text = about.get("body", {}).get("text", "")
    if not text.strip() or _units(text) > _MAX_BODY:
        raise Refused(100, f"Body text must be 1 to {_MAX_BODY} characters long.")
    if about.get("type") == "button":
        buttons = [one["reply"] for one in action.get("buttons", [])]
        _check_choices(buttons, most=3, title=20, id_=256)
    elif about.get("type") == "list":
        rows = [row for section in action.get("sections", []) for row in section.get("rows", [])]
        _check_choices(rows, most=10, title=24, id_=200)
        if not 0 < _units(action.get("button", "")) <= 20:
            raise Refused(100, "Button label is too long")
        if any(_units(row.get("description", "")) > 72 for row in rows):
            raise Refused(100, "Row description is too long. Max length is 72")


def _check_choices(choices: list[dict[str, Any]], *, most: int, title: int, id_: int) -> None:
    if not 0 < len(choices) <= most:
        raise Refused(100, f"Invalid number of choices: 1 to {most} are allowed")
    for one in choices:
        if not one["title"].strip() or _units(one["title"]) > title:
            raise Refused(100, f"Title {one['title']!r} is too long. Max length is {title}")
        if not one["id"] or one["id"] != one["id"].strip() or len(one["id"]) > id_:
            raise Refused(100, "Choice id is empty, too long, or has spaces at its ends")
    for name in ("title", "id"):
        if len({one[name] for one in choices}) != len(choices):
            raise Refused(100, f"Duplicated {name} not allowed")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
