"""What may be set on a provider. Secrets come in and never go out."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from secretary.kernel.errors import Invalid
from secretary.kernel.text import CleanText
from secretary.llm.models import ProviderConfig
from secretary.llm.providers import ProviderType

OPTIONS: Final = {
    "folder_id": "YandexGPT: the folder in the cloud",
    "scope": "GigaChat: GIGACHAT_API_PERS, _B2B or _CORP",
    "auth_url": "GigaChat: where it signs in",
    "ca_file": "a file on the server with certificate authorities to trust besides the system's; admins only",
    "site_url": "OpenRouter: whose program calls",
    "site_title": "OpenRouter: what it is called",
    "tools": "`text` for servers that take no tools",
}
"""The options that adapters read; others are refused, so that a misspelt one does not go unnoticed."""
MOST_OF_AN_OPTION = 500
_HEADER_SAFE: Final = re.compile(r"[\x21-\x7e]*")


def _key(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if not _HEADER_SAFE.fullmatch(text):
        raise Invalid(
            "bad_api_key",
            en="A key has no spaces and only Latin letters, digits and signs. Copy it again, the whole of it.",
            ru="В ключе не бывает пробелов и русских букв. Скопируйте его ещё раз, целиком.",
        )
    return SecretStr(text)


def _address(url: str) -> str:
    return url.strip().rstrip("/")


def _known_options(config: ProviderConfig) -> ProviderConfig:
    for name, value in config.options.items():
        if name not in OPTIONS or len(value) > MOST_OF_AN_OPTION or not value.isprintable():
            raise Invalid(
                "bad_option",
                en=f"Unknown option, or too long a value. Known options: {', '.join(OPTIONS)}.",
                ru=f"Неизвестная настройка или слишком длинное значение. Есть такие: {', '.join(OPTIONS)}.",
            )
    return config


Secret = Annotated[SecretStr, Field(max_length=4_000), AfterValidator(_key)]


class ProviderFields(BaseModel):
    """Everything optional: only what is named changes. An empty key or proxy leaves the one that is stored."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[CleanText, Field(min_length=1, max_length=100)] | None = None
    provider_type: ProviderType | None = None
    api_key: Secret | None = None
    base_url: Annotated[CleanText, Field(max_length=500), AfterValidator(_address)] | None = None
    model_name: Annotated[CleanText, Field(max_length=200)] | None = None
    enabled: bool | None = None
    is_default: bool | None = None
    config: Annotated[ProviderConfig, AfterValidator(_known_options)] | None = None
    proxy_url: Annotated[Secret, Field(max_length=1_000)] | None = None
    description: Annotated[CleanText, Field(max_length=500)] | None = None
    forget_key: bool = False
    forget_proxy: bool = False

    @property
    def key(self) -> str:
        """The key that was given; empty where none was."""
        return self.api_key.get_secret_value() if self.api_key else ""

    @property
    def proxy(self) -> str:
        """The proxy that was given; empty where none was."""
        return self.proxy_url.get_secret_value() if self.proxy_url else ""


class NewProvider(ProviderFields):
    """A provider needs only its type; the rest has defaults."""

    provider_type: ProviderType
