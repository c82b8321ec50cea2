"""The folder of models: what is there, where it came from, which one is to be run. Blocking: off the event loop.

`X.gguf` has a description `X.json` beside it (languages and context for whoever runs it, and the source). `pins.json`
holds the digest of every file that was ever pulled, `chosen` the name of the file to be run.
"""

import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from secretary.operations.local_models.errors import model_error
from secretary.operations.local_models.names import ENDING
from secretary.operations.local_models.recommended import recommended_of

_PINS: Final = "pins.json"
_CHOSEN: Final = "chosen"


class Source(BaseModel):
    """Where a file came from."""

    model_config = ConfigDict(frozen=True)

    repository: str
    file: str
    commit: str
    sha256: str
    size_bytes: int
    licence: str
    pulled: datetime


@dataclass(frozen=True, slots=True)
class Installed:
    """A model file; `source` is None where a person put it there."""

    name: str
    path: Path
    size_bytes: int
    source: Source | None
    is_chosen: bool

    @property
    def recommendation(self) -> str:
        """The recommended model that it is, or nothing."""
        source = self.source
        known = recommended_of(source.repository, source.file) if source else None
        return known.name if known else ""


class Shelf:
    """One folder, which need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def installed(self) -> Sequence[Installed]:
        """By name."""
        chosen = self.to_run()
        files = sorted(self.folder.glob(f"*{ENDING}")) if self.folder.is_dir() else []
        return [
            Installed(path.stem, path, path.stat().st_size, self._source(path), path == chosen)
            for path in files
            if path.is_file()
        ]

    def find(self, name: str) -> Installed:
        """By its name here, its file name, or the name of the recommendation. Raises NotFound."""
        for one in self.installed():
            if name in {one.name, one.path.name} or (one.recommendation and name.lower() == one.recommendation):
                return one
        raise model_error("no_such_local_model")

    def to_run(self) -> Path | None:
        """The chosen file, else the first by name."""
        with suppress(OSError, ValueError):
            chosen = self.folder / Path((self.folder / _CHOSEN).read_text(encoding="utf-8").strip()).name
            if chosen.suffix == ENDING and chosen.is_file():
                return chosen
        return min(self.folder.glob(f"*{ENDING}"), default=None) if self.folder.is_dir() else None

    def choose(self, name: str) -> None:
        """Let this one be run. Raises NotFound."""
        self._write(_CHOSEN, self.find(name).path.name)

    def remove(self, name: str) -> Installed:
        """Delete a model and its description; its pin stays. Raises NotFound."""
        found = self.find(name)
        if found.source is not None:
            found.path.with_suffix(".json").unlink(missing_ok=True)
        found.path.unlink(missing_ok=True)
        if found.is_chosen:
            (self.folder / _CHOSEN).unlink(missing_ok=True)
        return found

    def path_of(self, name: str) -> Path:
        """Where a model of this name lies, or is to lie; the name was checked."""
        return self.folder / f"{name}{ENDING}"

    def describe(self, path: Path, source: Source, hints: dict[str, Any]) -> None:
        """Write `X.json`: the source, and hints for who runs it unless a person wrote others."""
        known = _read(path.with_suffix(".json"))
        self._write(path.with_suffix(".json").name, json.dumps({**hints, **known, "source": _plain(source)}, indent=2))

    def pin_of(self, repository: str, file: str) -> str | None:
        """The digest that this file had when it was first downloaded."""
        pin = _read(self.folder / _PINS).get(f"{repository}:{file}")
        return str(pin) if pin else None

    def pin(self, source: Source) -> None:
        """Keep the digest of a verified file."""
        pins = _read(self.folder / _PINS) | {f"{source.repository}:{source.file}": source.sha256}
        self._write(_PINS, json.dumps(pins, indent=2))

    def _source(self, path: Path) -> Source | None:
        with suppress(ValidationError):
            return Source.model_validate(_read(path.with_suffix(".json")).get("source"))
        return None

    def _write(self, name: str, text: str) -> None:
        """Whole or not at all, whenever the power fails."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.folder / f".{name}.{secrets.token_hex(4)}"
        try:
            with new.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.folder / name)
        finally:
            new.unlink(missing_ok=True)


def _plain(source: Source) -> dict[str, Any]:
    return source.model_dump(mode="json")


def _read(path: Path) -> dict[str, Any]:
    """A JSON object; an empty one where there is none."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}
