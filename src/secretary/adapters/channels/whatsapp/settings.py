"""What an owner sets on a WhatsApp number. The fields that its endpoints had before keep their names."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from secretary.channels.messenger import MessengerSettings
from secretary.kernel.errors import Invalid

API_URL: Final = "https://graph.facebook.com/v23.0"
_PHONE: Final = re.compile(r"\+?\d{5,15}")
_USER_ID: Final = re.compile(r"[A-Za-z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_BETWEEN: Final = re.compile(r"[\s().-]+")
_TRUNK: Final = re.compile(r"8(?=\d{10}$)")  # 8 999 123-45-67 is how Russians write +7 999 123-45-67


def phone_of(text: str) -> str:
    """A phone number in digits (`79991234567`), or a user's id at Meta (`RU.134912086…`) as it is. Raises Invalid."""
    text = text.strip()
    if _USER_ID.fullmatch(text):
        return text
    digits = _BETWEEN.sub("", text)
    if not _PHONE.fullmatch(digits):
        raise Invalid(
            "bad_phone",
            en=f"“{text[:40]}” is no phone number. Write it with its country code, like +7 999 123-45-67.",
            ru=f"«{text[:40]}» — не номер телефона. Напишите его с кодом страны, например +7 999 123-45-67.",
        )
    return _TRUNK.sub("7", digits.removeprefix("+"))


def api_url_of(text: str) -> str:
    """The address of the API without a slash at its end; empty stands for Meta's own. Raises Invalid.

    Whether it may be reached is the HTTP client's to say, at every request.
    """
    text = text.strip().rstrip("/")
    if not re.fullmatch(r"https?://[^\s?#]+", text or API_URL):
        raise Invalid(
            "bad_api_url",
            en=f"The API's address must begin with https://, like {API_URL}.",
            ru=f"Адрес API должен начинаться с https://, например {API_URL}.",
        )
    return text or API_URL


_Id = Annotated[str, Field(max_length=40, pattern=r"^\d*$")]
_Phones = list[Annotated[str, Field(max_length=150), AfterValidator(phone_of)]]


class WhatsAppSettings(MessengerSettings):
    """The settings of one business number.

    `template_name` is a template that Meta has approved and whose body has one variable, the text.
    """

    phone_number_id: _Id = ""
    waba_id: _Id = ""
    allowed_phones: _Phones = Field(default=[], max_length=1000)
    blocked_phones: _Phones = Field(default=[], max_length=1000)
    api_url: Annotated[str, Field(max_length=300), AfterValidator(api_url_of)] = API_URL
    template_name: Annotated[str, Field(max_length=512, pattern=r"^[a-z0-9_]*$")] = ""
    template_language: Annotated[str, Field(max_length=10, pattern=r"^([a-z]{2,3}(_[A-Z]{2})?)?$")] = ""


_Secret = Annotated[str, Field(max_length=2000)]


class WhatsAppSecrets(BaseModel):
    """What is sealed. `verify_token` is of the owner's choice; the others are Meta's."""

    model_config = ConfigDict(extra="ignore")

    access_token: _Secret = Field(default="", repr=False)
    verify_token: _Secret = Field(default="", repr=False)
    app_secret: _Secret = Field(default="", repr=False)
