"""User names: what one may look like, and when two are the same."""

import re
import unicodedata

from secretary.accounts.models import USERNAME_LENGTH
from secretary.kernel.errors import Invalid

_SHAPE = re.compile(rf"[\w.@+-]{{1,{USERNAME_LENGTH}}}")


def username_key(username: str) -> str:
    """The form in which names are compared: `Анна`, `анна` and a decomposed `анна` are one."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def clean_username(username: str) -> str:
    """The name as it is stored and shown. Raises Invalid for one that cannot be."""
    name = unicodedata.normalize("NFC", username).strip()
    if not _SHAPE.fullmatch(name) or len(username_key(name)) > USERNAME_LENGTH * 2:
        raise Invalid(
            "username_shape",
            en=f"A user name has 1 to {USERNAME_LENGTH} letters, digits and signs of . @ + - _",
            ru=f"Имя пользователя: от 1 до {USERNAME_LENGTH} букв, цифр и знаков . @ + - _",
        )
    return name


def clean_label(label: str) -> str:
    """What somebody calls a thing of his: one line of printable characters. Raises Invalid."""
    name = " ".join(label.split())
    if not name or not name.isprintable():
        raise Invalid(
            "name_shape", en="A name has at least one printable character.", ru="В имени нужен хотя бы один знак."
        )
    return name
