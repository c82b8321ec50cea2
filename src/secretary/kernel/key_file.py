"""Changing the installation's key file: a new key on top, or the newest alone. Whole or not at all."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from secretary.kernel.secrets import SHORTEST_KEY


def new_key() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(SHORTEST_KEY)


def write_keys(path: Path, keys: Sequence[str]) -> None:
    """Replace the file by one with these keys, newest first, readable by its owner only, safe from a power cut."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
