"""Prices of Russian services, which no library has: roubles a million tokens, VAT included, as of `AS_OF`.

An owner who pays something else (a package, a corporate contract) sets his own price at the provider.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from secretary.llm.prices.price import MILLION, Price
from secretary.llm.providers import ProviderType

AS_OF: Final = date(2026, 11, 22)

# developers.sber.ru/docs/ru/gigachat/tariffs, companies, pay as you go; input and output cost the same, and tokens
# from the cache cost nothing (developers.sber.ru/docs/ru/gigachat/guides/counting-tokens).
GIGACHAT: Final[Mapping[str, tuple[float, float]]] = {
    "gigachat": (65, 65),
    "gigachat-plus": (65, 65),
    "gigachat-2": (65, 65),
    "gigachat-pro": (500, 500),
    "gigachat-2-pro": (500, 500),
    "gigachat-max": (650, 650),
    "gigachat-2-max": (650, 650),
}

# aistudio.yandex.ru/docs/ru/ai-studio/pricing, synchronous mode.
YANDEX: Final[Mapping[str, tuple[float, float]]] = {
    "yandexgpt-lite": (200, 200),
    "yandexgpt-5-lite": (200, 200),
    "yandexgpt": (1_200, 1_200),
    "yandexgpt-5-pro": (1_200, 1_200),
    "yandexgpt-5.1": (800, 800),
    "yandexgpt/rc": (800, 800),
    "aliceai-llm": (500, 1_200),
    "qwen3-235b-a22b-fp8": (500, 500),
    "gpt-oss-120b": (300, 300),
    "gpt-oss-20b": (100, 100),
}


def russian_price(kind: ProviderType, model: str) -> Price | None:
    """The price of a model of these services by any of its names, or None."""
    name = model.lower().removeprefix("gpt://")
    match kind:
        case ProviderType.GIGACHAT:
            name = name.partition(":")[0].removesuffix("-preview")
            return _price(GIGACHAT.get(name), is_cache_free=True)
        case ProviderType.YANDEXGPT:
            name = name if name == model.lower() else name.partition("/")[2]  # gpt://{folder}/{model}/{branch}
            plain = name.removesuffix("/latest").removesuffix("/deprecated")
            return _price(YANDEX.get(plain) or YANDEX.get(plain.partition("/")[0]), is_cache_free=False)
        case _:
            return None


def _price(roubles: tuple[float, float] | None, *, is_cache_free: bool) -> Price | None:
    if roubles is None:
        return None
    paid, answered = (round(each * MILLION) for each in roubles)
    return Price(paid, 0 if is_cache_free else paid, answered, "RUB", AS_OF)
