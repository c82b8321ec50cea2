"""How a local model is doing, in words for the panel."""

from dataclasses import dataclass
from enum import StrEnum

from secretary.kernel.errors import Language


class LocalModelCode(StrEnum):
    """The closed set of states."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    NO_FILE = "no_file"
    NOT_A_MODEL = "not_a_model"
    NO_RUNTIME = "no_runtime"
    FAILED = "failed"


_TEXTS: dict[LocalModelCode, tuple[str, str]] = {
    LocalModelCode.STOPPED: ("The local model is not running.", "Локальная модель не запущена."),
    LocalModelCode.STARTING: ("The local model is loading.", "Локальная модель загружается."),
    LocalModelCode.READY: ("The local model is ready.", "Локальная модель готова."),
    LocalModelCode.RESTARTING: ("The local model broke down and is restarting.", "Локальная модель перезапускается."),
    LocalModelCode.NO_FILE: ("The model file is missing or unreadable.", "Файла модели нет, или он не читается."),
    LocalModelCode.NOT_A_MODEL: ("The model file is not a GGUF model.", "Файл модели — не модель GGUF."),
    LocalModelCode.NO_RUNTIME: (
        "The local runtime is not installed: install the extra local-llm.",
        "Движок локальных моделей не установлен: установите дополнение local-llm.",
    ),
    LocalModelCode.FAILED: (
        "The local model cannot be loaded: not enough memory, or an unknown model format.",
        "Локальная модель не загружается: не хватает памяти, или формат модели неизвестен.",
    ),
}


@dataclass(frozen=True, slots=True)
class LocalModelState:
    """A state with its text."""

    code: LocalModelCode

    @property
    def is_hopeless(self) -> bool:
        """Whether waiting will not help: somebody has to put the file or the runtime there."""
        return self.code in {LocalModelCode.NO_FILE, LocalModelCode.NOT_A_MODEL, LocalModelCode.NO_RUNTIME}

    def text(self, language: Language) -> str:
        en, ru = _TEXTS[self.code]
        return ru if language == "ru" else en
