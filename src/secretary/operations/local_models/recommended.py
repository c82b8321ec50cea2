"""Models that we recommend, by the memory of the computer. Data only: nobody downloads them unless asked.

Sizes and memory are about right, for people to choose by. No digest stands here: it is what the hub states, pinned at
the first download. Memory = the file + the conversation memory of two answers at once (`context_tokens` each, 16-bit)
+ some 300 MB to work in. Instruct models that answer without thinking aloud, Apache-2.0 or MIT (looked up 2026-11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from secretary.kernel.errors import Language

GB: Final = 1_000_000_000
_BOTH: Final[tuple[Language, ...]] = ("ru", "en")


@dataclass(frozen=True, slots=True)
class Recommended:
    """One model. `computer_gb` is the memory of a computer that it suits; `context_tokens` what we run it with."""

    name: str
    title: str
    repository: str
    file: str
    licence: str
    size_bytes: int
    memory_bytes: int
    computer_gb: int
    context_tokens: int
    note_en: str
    note_ru: str
    languages: tuple[Language, ...] = _BOTH

    def note(self, language: Language) -> str:
        return self.note_ru if language == "ru" else self.note_en


RECOMMENDED: Final[Sequence[Recommended]] = (
    Recommended(
        name="qwen2.5-1.5b",
        title="Qwen2.5 1.5B Instruct",
        repository="Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        licence="Apache-2.0",
        size_bytes=1_117_000_000,
        memory_bytes=1_650_000_000,
        computer_gb=2,
        context_tokens=4096,
        note_en="Small and quick. Repeats facts that it is given; invents where it has none.",
        note_ru="Маленькая и быстрая. Пересказывает данные ей факты; где их нет, придумывает.",
    ),
    Recommended(
        name="qwen3-4b",
        title="Qwen3 4B Instruct 2507",
        repository="unsloth/Qwen3-4B-Instruct-2507-GGUF",
        file="Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        licence="Apache-2.0",
        size_bytes=2_497_000_000,
        memory_bytes=3_400_000_000,
        computer_gb=4,
        context_tokens=2048,
        note_en="Good answers for its size; remembers a short conversation.",
        note_ru="Хорошие ответы для своего размера; помнит недолгий разговор.",
    ),
    Recommended(
        name="t-lite-2.1",
        title="T-lite-it 2.1 (8B)",
        repository="t-tech/T-lite-it-2.1-GGUF",
        file="T-lite-it-2.1-Q4_K_M.gguf",
        licence="Apache-2.0",
        size_bytes=5_030_000_000,
        memory_bytes=6_600_000_000,
        computer_gb=8,
        context_tokens=4096,
        note_en="Made for Russian.",
        note_ru="Сделана для русского языка.",
    ),
    Recommended(
        name="gigachat3.1-10b",
        title="GigaChat 3.1 10B-A1.8B",
        repository="ai-sage/GigaChat3.1-10B-A1.8B-GGUF",
        file="GigaChat3.1-10B-A1.8B-q4_K_M.gguf",
        licence="MIT",
        size_bytes=6_475_000_000,
        memory_bytes=8_000_000_000,
        computer_gb=16,
        context_tokens=8192,
        note_en="Made for Russian, and quick without a graphics card: it uses a fifth of itself for each word.",
        note_ru="Сделана для русского языка и быстра без видеокарты: на каждое слово работает её пятая часть.",
    ),
    Recommended(
        name="qwen2.5-14b",
        title="Qwen2.5 14B Instruct",
        repository="bartowski/Qwen2.5-14B-Instruct-GGUF",
        file="Qwen2.5-14B-Instruct-Q4_K_M.gguf",
        licence="Apache-2.0",
        size_bytes=8_990_000_000,
        memory_bytes=11_000_000_000,
        computer_gb=16,
        context_tokens=4096,
        note_en="Thorough, but slow without a graphics card.",
        note_ru="Основательная, но медленная без видеокарты.",
    ),
    Recommended(
        name="qwen3-30b",
        title="Qwen3 30B-A3B Instruct 2507",
        repository="unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF",
        file="Qwen3-30B-A3B-Instruct-2507-Q4_K_M.gguf",
        licence="Apache-2.0",
        size_bytes=18_600_000_000,
        memory_bytes=21_000_000_000,
        computer_gb=32,
        context_tokens=8192,
        note_en="The best of this list, and quick for its size: it uses a tenth of itself for each word.",
        note_ru="Лучшая в списке и быстрая для своего размера: на каждое слово работает её десятая часть.",
    ),
)


def recommended_by_name(name: str) -> Recommended | None:
    return next((one for one in RECOMMENDED if one.name == name.lower()), None)


def recommended_of(repository: str, file: str) -> Recommended | None:
    """The recommendation that a file is, whoever named it."""
    return next((one for one in RECOMMENDED if (one.repository, one.file) == (repository, file)), None)
