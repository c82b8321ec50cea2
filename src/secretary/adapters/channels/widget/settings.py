"""What an owner can set on a widget. Every field acts in the browser or at the border."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from secretary.kernel.errors import Invalid
from secretary.kernel.text import CleanText

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?(:\d{1,5})?", re.IGNORECASE)


def origin_of(text: str) -> str:
    """An exact origin (`https://shop.example`, port kept) from what people paste. Raises Invalid.

    A bare host means https. A path is cut off: origins have none.
    """
    text = text.strip().rstrip("/")
    parsed = urlsplit(text if "://" in text else f"https://{text}")
    host = parsed.netloc.encode("idna").decode() if not parsed.netloc.isascii() else parsed.netloc
    if parsed.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise Invalid(
            "bad_origin",
            en=f"“{text[:100]}” is not a site address. Write it like https://shop.example.",
            ru=f"«{text[:100]}» — не адрес сайта. Напишите его так: https://shop.example.",
        )
    default = {"http": ":80", "https": ":443"}[parsed.scheme]
    return f"{parsed.scheme}://{host.lower().removesuffix(default)}"


class WidgetSettings(BaseModel):
    """The settings of one widget; empty texts stand for the default in the page's language."""

    model_config = ConfigDict(extra="ignore")

    title: Annotated[CleanText, Field(max_length=100)] = ""
    greeting: Annotated[CleanText, Field(max_length=1000)] = ""
    placeholder: Annotated[CleanText, Field(max_length=100)] = ""
    placeholder_color: Colour | Literal[""] = ""
    placeholder_font: Annotated[str, Field(max_length=100, pattern=r"^[\w\s,'\"-]*$")] = ""
    primary_color: Colour = "#c2410c"
    button_icon: Literal["chat", "headset", "robot", "comment", "support", "wave"] = "chat"
    position: Literal["left", "right"] = "right"
    language: Literal["auto", "ru", "en"] = "auto"
    suggestions: list[Annotated[CleanText, Field(min_length=1, max_length=100)]] = Field(default=[], max_length=6)
    allowed_domains: list[Annotated[str, AfterValidator(origin_of)]] = Field(default=[], max_length=100)
    tunnel_url: Annotated[str, AfterValidator(lambda url: origin_of(url) if url else "")] = ""
