"""Models of Russian services (developers.sber.ru and aistudio.yandex.ru, 2026).

GigaChat takes pictures only as files uploaded beforehand, which nobody does here: none is promised.
"""

from typing import Final

from secretary.llm.providers import KnownModel

GIGACHAT: Final = (
    KnownModel("GigaChat-2", 131_072),
    KnownModel("GigaChat-2-Pro", 131_072),
    KnownModel("GigaChat-2-Max", 131_072),
    KnownModel("GigaChat-3-Ultra", 131_072),
    KnownModel("GigaChat", 32_768),
    KnownModel("GigaChat-Pro", 32_768),
    KnownModel("GigaChat-Max", 32_768),
)
YANDEXGPT: Final = (
    KnownModel("yandexgpt/latest", 32_768),
    KnownModel("yandexgpt-lite/latest", 32_768),
    KnownModel("yandexgpt/rc", 32_768),
    KnownModel("yandexgpt-5.1", 32_768),
    KnownModel("aliceai-llm", 32_768),
    KnownModel("qwen3-235b-a22b-fp8/latest", 262_144),
    KnownModel("gpt-oss-120b/latest", 131_072),
    KnownModel("gpt-oss-20b/latest", 131_072),
)
