"""Where a provider's key goes, and whether it may: a stored key never follows its provider to another place."""

from collections.abc import Iterator

from secretary.kernel.errors import Invalid, Upstream
from secretary.kernel.http import HttpClient
from secretary.kernel.http.guard import parse_proxy_url, parse_url
from secretary.llm.catalog import kind_of
from secretary.llm.models import Provider
from secretary.llm.providers import ProviderType
from secretary.llm.registry.fields import ProviderFields

AUTH_URL = "auth_url"


def not_allowed(what_en: str, what_ru: str) -> Invalid:
    """The guard's refusal with the name of the field."""
    return Invalid(
        "address_not_allowed",
        en=f"{what_en} is not allowed: it must be a public http or https address. To reach a server of your own "
        "network, the person who runs the installation adds its host to ALLOWED_PRIVATE_HOSTS.",
        ru=f"{what_ru} не разрешён: нужен открытый адрес http или https. Чтобы обращаться к серверу в своей сети, "
        "тот, кто ведёт установку, добавляет его узел в ALLOWED_PRIVATE_HOSTS.",
    )


def not_found(what_en: str, what_ru: str) -> Invalid:
    """A name that nobody knows: most often a typing error."""
    return Invalid(
        "address_unknown",
        en=f"{what_en} leads nowhere: the name has no address. Check its spelling and the connection.",
        ru=f"{what_ru} никуда не ведёт: у имени нет адреса. Проверьте написание и соединение.",
    )


async def check_address(http: HttpClient, url: str) -> None:
    """Raises Invalid for an address that a typed one may not be."""
    await _check(http, url, "The provider's address", "Адрес провайдера")


async def check_proxy(http: HttpClient, url: str) -> None:
    """Raises Invalid as `check_address` does; a proxy may carry a user and a password."""
    words = "The proxy's address", "Адрес прокси"
    try:
        plain = parse_proxy_url(url).with_user(None).with_scheme("http")
    except (Invalid, ValueError) as error:
        raise not_allowed(*words) from error
    await _check(http, str(plain), *words)


async def _check(http: HttpClient, url: str, what_en: str, what_ru: str) -> None:
    try:
        await http.check(url)
    except Invalid as error:
        raise not_allowed(what_en, what_ru) from error
    except Upstream as error:
        raise not_found(what_en, what_ru) from error


async def check_fields(http: HttpClient, fields: ProviderFields, stored: Provider | None = None) -> None:
    """Check every address that these fields bring into use. Waits for name servers: never within a transaction."""
    kind = kind_of(fields.provider_type or (stored.provider_type if stored else ProviderType.CUSTOM))
    typed = fields.base_url if fields.base_url is not None else (stored.base_url if stored else "")
    is_moved = fields.base_url is not None or fields.provider_type is not None or stored is None
    if is_moved and (typed or not kind.base_url.startswith("https://")) and (typed or kind.base_url):
        await check_address(http, typed or kind.base_url)
    if fields.config is not None and (login := fields.config.options.get(AUTH_URL)):
        await check_address(http, login)
    if fields.proxy:
        await check_proxy(http, fields.proxy)


def places(row: Provider, proxy: str) -> frozenset[str]:
    """Who gets to see the key: the services it is sent to, and a proxy that carries it unencrypted."""
    return frozenset(_places(row, proxy))


def _places(row: Provider, proxy: str) -> Iterator[str]:
    yield row.provider_type
    for address in (row.base_url or kind_of(row.provider_type).base_url, row.config.options.get(AUTH_URL, "")):
        if address:
            url = parse_url(address)
            yield str(url.origin())
            if url.scheme == "http" and proxy:
                yield shown_proxy(proxy)


def shown_proxy(url: str) -> str:
    """A proxy without the user and the password."""
    return str(parse_proxy_url(url).origin()) if url else ""
