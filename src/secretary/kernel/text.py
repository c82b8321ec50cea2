"""Text from outside: what may be stored and shown."""

from typing import Annotated

from pydantic import AfterValidator

from secretary.kernel.errors import Invalid


def clean(text: str) -> str:
    """`text`, as it came. Raises Invalid for what no database stores: NUL and lone surrogates."""
    if "\0" in text or not _is_encodable(text):
        raise Invalid(
            "bad_characters",
            en="The text holds characters that cannot be stored. Remove them and try again.",
            ru="В тексте есть символы, которые нельзя сохранить. Уберите их и попробуйте снова.",
        )
    return text


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


CleanText = Annotated[str, AfterValidator(clean)]
"""A pydantic string that is `clean`; combine with `Field(max_length=…)`."""
