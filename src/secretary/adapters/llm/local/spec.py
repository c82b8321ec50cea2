"""What a model file on disk is: where, in which languages it may answer, how much it may take of the machine."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from secretary.kernel.errors import Invalid, Language

Pooling = Literal["mean", "cls", "last"]
_POOLINGS: Final[Mapping[object, Pooling | None]] = {None: None, "mean": "mean", "cls": "cls", "last": "last"}
_MAGIC: Final = b"GGUF"
_CORES: Final = Path("/sys/devices/system/cpu")
_DEFAULT_THREADS: Final = 4  # beyond it llama.cpp gains little and the rest of the product loses
_CONTEXT_TOKENS: Final = 4096
_BOTH: Final[frozenset[Language]] = frozenset({"ru", "en"})


@dataclass(frozen=True, slots=True)
class LocalModelSpec:
    """A GGUF file and how to run it. `context_tokens` is what each of `slots` parallel answers gets.

    `threads` None or 0 means the physical cores, four at most. `chat_template` (Jinja) replaces the file's own.
    `pooling` (for vectors) is how tokens become one vector, where the file does not say it itself.
    """

    path: Path
    languages: frozenset[Language] = _BOTH
    context_tokens: int = _CONTEXT_TOKENS
    threads: int | None = None
    slots: int = 2
    chat_template: str | None = None
    pooling: Pooling | None = None

    @property
    def thread_count(self) -> int:
        return self.threads or min(physical_cores(), _DEFAULT_THREADS)


def describe(path: Path, *, languages: Sequence[Language] = (), threads: int | None = None) -> LocalModelSpec:
    """The spec of `X.gguf`, with what its sidecar `X.json` says of `languages`, `context_tokens` and `pooling`.

    `languages`, where given, outweighs the sidecar. A missing sidecar is fine; raises
    Invalid("local_model_sidecar") for one that does not read.
    """
    try:
        sidecar = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        named = frozenset(_language(name) for name in sidecar.get("languages", _BOTH))
        context_tokens = int(sidecar.get("context_tokens", _CONTEXT_TOKENS))
        pooling = _POOLINGS[sidecar.get("pooling")]
    except FileNotFoundError:
        return LocalModelSpec(path, frozenset(languages) or _BOTH, threads=threads)
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise Invalid(
            "local_model_sidecar",
            en=f"The description {path.with_suffix('.json').name} next to the model file is not valid.",
            ru=f"Описание {path.with_suffix('.json').name} рядом с файлом модели неверно.",
        ) from error
    return LocalModelSpec(path, frozenset(languages) or named, context_tokens, threads, pooling=pooling)


def is_gguf(path: Path) -> bool:
    """Whether the file begins as a GGUF does. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def physical_cores() -> int:
    """Cores without their hyper-threads, which slow llama.cpp down; all processors where the system does not say."""
    siblings = {file.read_text() for file in _CORES.glob("cpu[0-9]*/topology/thread_siblings_list")}
    return len(siblings) or os.cpu_count() or 1


def _language(name: object) -> Language:
    if name == "ru":
        return "ru"
    if name == "en":
        return "en"
    raise ValueError(name)
