"""Asks the library of prices, in a child process: see `child`."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from secretary.llm.prices.price import Price
from secretary.llm.providers import ProviderType

TIME_LIMIT_S = 15.0
CHILD = Path(__file__).with_name("child.py")
# Nothing of the installation's secrets reaches the child.
INHERITED = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")
KNOWN_AS: Final = {
    ProviderType.OPENAI: "openai",
    ProviderType.CLAUDE: "anthropic",
    ProviderType.GEMINI: "google",
    ProviderType.DEEPSEEK: "deepseek",
    ProviderType.KIMI: "moonshotai",
    ProviderType.OPENROUTER: "openrouter",
}

Model = tuple[ProviderType, str]


class LibraryFailed(Exception):
    """The child gave no answer that could be used."""


class _Answer(BaseModel):
    input: int
    cached: int
    output: int


_ANSWERS: TypeAdapter[list[_Answer | None]] = TypeAdapter(list[_Answer | None])


async def ask_library(models: Sequence[Model]) -> Sequence[Price | None]:
    """The prices, in US dollars, of models of the kinds in `KNOWN_AS`; None for an unknown model.

    Takes a second of a processor. Raises LibraryFailed.
    """
    question = TypeAdapter(list[list[str]]).dump_json([[KNOWN_AS[kind], name] for kind, name in models])
    try:
        async with asyncio.timeout(TIME_LIMIT_S):
            answers = _ANSWERS.validate_json(await _run(question))
    except (TimeoutError, OSError, ValidationError) as error:
        raise LibraryFailed(type(error).__name__) from error
    if len(answers) != len(models):
        raise LibraryFailed("an answer is missing")
    as_of = library_date()
    return [Price(each.input, each.cached, each.output, "USD", as_of) if each else None for each in answers]


async def _run(question: bytes) -> bytes:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", str(CHILD)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in INHERITED if name in os.environ},
    )
    try:
        return (await child.communicate(question))[0]
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()


def library_date() -> date:
    """Since when the library is installed as it is; asking for that does not import it."""
    spec = find_spec("genai_prices")
    if spec is None or spec.origin is None:
        return date.min
    return datetime.fromtimestamp(Path(spec.origin).stat().st_mtime, UTC).date()
