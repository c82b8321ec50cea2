"""Names that people type: checked here, so that no address, no path and no `..` ever gets further."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from secretary.operations.local_models.errors import model_error
from secretary.operations.local_models.ports import Repository
from secretary.operations.local_models.recommended import recommended_by_name

ENDING: Final = ".gguf"
FAVOURITE: Final = "q4_k_m"
"""The quantisation to take where a repository has many and nobody says which: a quarter of the size, little lost."""
_PART: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,94}[A-Za-z0-9])?"
_REPOSITORY: Final = re.compile(rf"{_PART}/{_PART}")
_FILE: Final = re.compile(rf"(?:{_PART}/){{0,3}}{_PART}")
_SPLIT: Final = re.compile(r"-\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A repository and one of its files; `file` is empty or a quantisation (`Q5_K_M`) until the hub was asked."""

    repository: str
    file: str = ""

    @property
    def is_exact(self) -> bool:
        return self.file.lower().endswith(ENDING)

    @property
    def name(self) -> str:
        """What the model is called on this machine: the file without folders and ending."""
        return PurePosixPath(self.file).name[: -len(ENDING)]


def wanted(text: str) -> Wanted:
    """What `NAME` or `REPO[:FILE]` means. Raises Invalid("bad_model_name")."""
    known = recommended_by_name(text)
    if known is not None:
        return Wanted(known.repository, known.file)
    repository, _, file = text.partition(":")
    return wanted_file(repository, file)


def wanted_file(repository: str, file: str = "") -> Wanted:
    """The same from two fields. Raises Invalid."""
    if not _REPOSITORY.fullmatch(repository) or (file and not _FILE.fullmatch(file)) or ".." in repository + file:
        raise model_error("bad_model_name")
    if _SPLIT.search(file):
        raise model_error("split_model")
    return Wanted(repository, file)


def choose_file(found: Repository, asked: Wanted) -> Wanted:
    """The one file that was meant. Raises Invalid, NotFound("hub_no_such_model")."""
    if asked.is_exact:
        if all(file.path != asked.file for file in found.files):
            raise model_error("hub_no_such_model")
        return asked
    models = [file.path for file in found.files if file.path.lower().endswith(ENDING) and _FILE.fullmatch(file.path)]
    if not models:
        raise model_error("hub_no_such_model")
    word = (asked.file or FAVOURITE).lower()
    fitting = [path for path in models if word in path.lower() and not _SPLIT.search(path)]
    if len(models) == 1 and not asked.file:
        fitting = models
    if len(fitting) != 1:
        raise model_error("which_file", files=", ".join(models[:30]))
    return wanted_file(asked.repository, fitting[0])
