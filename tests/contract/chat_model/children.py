"""How tests make `LocalModel` run the scripted child, and a file that passes for a model."""

import sys
from pathlib import Path

from tests.contract.chat_model import scripted_child


def child_command(behaviour: str) -> tuple[str, ...]:
    """The command of a child with one of the behaviours of `scripted_child`."""
    return (sys.executable, "-P", str(scripted_child.__file__), behaviour)


def gguf(folder: Path, content: bytes = b"GGUF and nothing else") -> Path:
    """A file that is a model as far as its first bytes go."""
    path = folder / "small.gguf"
    path.write_bytes(content)
    return path
