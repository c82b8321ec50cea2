"""What prompts said before: one version a change, with its author, stored with the change itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff

from secretary.kernel.errors import NotFound
from secretary.kernel.unit import Unit
from secretary.llm import queries
from secretary.llm.models import Localised, PromptVersion


@dataclass(frozen=True, slots=True)
class Versions:
    """A page of a prompt's history, newest first."""

    versions: Sequence[PromptVersion]
    total: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A version, and what it says otherwise than the one before it: unified diffs, line by line."""

    version: PromptVersion
    diff: Localised


def of_preset(preset_id: str) -> str:
    """The subject of a preset's history."""
    return f"preset:{preset_id}"


def of_assistant(assistant_id: str) -> str:
    """The subject of the history of an assistant's own prompt."""
    return f"assistant:{assistant_id}"


def plain(text: str | None) -> Localised:
    """A prompt that is the same in every language."""
    return Localised(ru=text or "", en=text or "")


async def keep(unit: Unit, subject: str, before: Localised | None, after: Localised, *, since: datetime) -> None:
    """Remember that a prompt reads `after` from now on; what it read `since` then, too, if nobody wrote that down."""
    if before == after:
        return
    if before is not None and before != Localised() and not await queries.has_versions(unit.db, subject):
        _add(unit, subject, before, None, min(since, unit.now()))
    _add(unit, subject, after, unit.actor.owner_id, unit.now())
    await unit.db.flush()


def _add(unit: Unit, subject: str, prompt: Localised, author_id: str | None, created: datetime) -> None:
    version = PromptVersion(id=unit.new_id(), subject=subject, prompt=prompt, author_id=author_id, created=created)
    unit.db.add(version)


async def page(unit: Unit, subject: str, *, limit: int, offset: int) -> Versions:
    """What a prompt read, newest first."""
    return Versions(*await queries.versions(unit.db, subject, limit=limit, offset=offset))


async def compared(unit: Unit, subject: str, version_id: str) -> Compared:
    """A version against the one before it. Raises NotFound, for another subject's version, too."""
    version = await find(unit, subject, version_id)
    earlier = await queries.version_before(unit.db, version)
    before = earlier.prompt if earlier else Localised()
    texts = {language: _diff(getattr(before, language), getattr(version.prompt, language)) for language in ("ru", "en")}
    return Compared(version, Localised(**texts))


async def find(unit: Unit, subject: str, version_id: str) -> PromptVersion:
    """A version of this subject. Raises NotFound."""
    version = await unit.db.get(PromptVersion, version_id)
    if version is None or version.subject != subject:
        raise NotFound("no_such_version", en="There is no such version.", ru="Такой версии нет.")
    return version


async def forget(unit: Unit, subject: str) -> None:
    """Delete the history of what is deleted itself."""
    await queries.delete_versions(unit.db, subject)


def _diff(before: str, after: str) -> str:
    return "\n".join(unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm=""))
