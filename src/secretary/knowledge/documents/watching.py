"""The watched folder: files that an owner puts there become documents for all, and leave when the files do.

A file is known by the hash of its bytes: what is unchanged is not read again, and one that has only got another name
keeps its versions. A folder that is missing or wholly empty removes nothing: a disk may not be there.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from secretary.kernel.jobs import ClaimedJob, note_progress
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge import service as faq
from secretary.knowledge.documents import faults, queries, storing
from secretary.knowledge.documents.faults import Unread
from secretary.knowledge.documents.names import safe_name, title_of
from secretary.knowledge.documents.passages import Text, prepare
from secretary.knowledge.documents.tools import Tools
from secretary.knowledge.models import Document, DocumentState, SourceType

_DEPTH: Final = 5
_FILES: Final = 5_000


@dataclass(slots=True)
class Count:
    """What a look through the folder came to."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    failed: int = 0
    taken: int = 0
    """Files whose name a document that came another way has."""


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    sha256: str
    size: int = 0


@dataclass(slots=True)
class _Look:
    files: Mapping[str, _File]
    known: dict[str, queries.Watched]
    count: Count = field(default_factory=Count)


async def look_through(units: UnitFactory, tools: Tools, job: ClaimedJob) -> Count:
    """Bring the documents into step with the folder. Repeatable; goes on where it was, by the hashes."""
    with suppress(OSError):  # so that an owner finds it; where it cannot be made, there is nothing to look through
        await asyncio.to_thread(tools.wiki.mkdir, parents=True, exist_ok=True)
    files = await asyncio.to_thread(_files, tools.wiki, tools.uploads.limit_bytes)
    async with units.read() as unit:
        look = _Look(files, {row.filename: row for row in await queries.watched(unit.db)})
    if not files:
        return look.count
    await _rename(units, look)
    changed = [name for name, file in files.items() if name not in look.known or _differs(look.known[name], file)]
    for done, name in enumerate(changed):
        async with units.write() as unit:
            await note_progress(unit, job, {"done": done, "total": len(changed), "unit": "files", "current": name})
        await _read(units, tools, look, name)
    await _remove(units, look)
    async with units.write() as unit:
        counted = {name: getattr(look.count, name) for name in Count.__slots__}
        await note_progress(unit, job, {"done": len(changed), "total": len(changed), "unit": "files", **counted})
    return look.count


def unlink(folder: Path, filename: str) -> None:
    """Delete the file of a document. One that is gone is no error. Raises Conflict for a folder that is read-only."""
    try:
        for path in _paths(folder):
            if _name(folder, path) == filename:
                path.unlink(missing_ok=True)
                return
    except OSError as error:
        raise faults.file_stays() from error


def _differs(known: queries.Watched, file: _File) -> bool:
    return known.source_hash != file.sha256


async def _rename(units: UnitFactory, look: _Look) -> None:
    """A new file with the bytes of one that has vanished is that one."""
    gone = {row.source_hash: row for name, row in look.known.items() if name not in look.files and row.source_hash}
    for name, file in look.files.items():
        row = gone.get(file.sha256) if name not in look.known else None
        if row is None:
            continue
        async with units.write() as unit:
            document = await queries.document(unit.db, row.id, lock=True)
            if document is None or await queries.by_name(unit.db, None, name) is not None:
                continue
            await storing.rename(unit, document, name)
        del gone[file.sha256], look.known[row.filename]
        look.known[name] = queries.Watched(row.id, name, file.sha256)


async def _read(units: UnitFactory, tools: Tools, look: _Look, name: str) -> None:
    file = look.files[name]
    text: Text | None = None
    fault = ""
    try:
        text = await _text(tools, file, name)
    except Unread as unread:
        fault = unread.fault
    except OSError:
        return  # gone, or not ours to read: the next look will tell
    async with units.write() as unit:
        document = await _document(unit, name)
        if document is None:
            look.count.taken += 1
        elif text is not None:
            is_new = document.version == 0
            look.count.new += is_new
            look.count.changed += await storing.store_text(unit, document, text, None) and not is_new
        else:
            document.source_hash = file.sha256
            storing.set_state(unit, document, DocumentState.FAILED, fault)
            await unit.db.flush()
            look.count.failed += 1


async def _text(tools: Tools, file: _File, name: str) -> Text:
    if not file.sha256:
        raise Unread("too_large")
    found = await tools.reader.read(file.path, name)
    title = found.title or title_of(name)
    return await prepare(title, found.markdown, source_hash=file.sha256, size_bytes=file.size)


async def _document(unit: Unit, name: str) -> Document | None:
    """The document of a file, made where there is none. None where its name is another document's."""
    found = await queries.by_name(unit.db, None, name)
    if found is None:
        made = storing.new_document(unit, name, SourceType.WIKI, None, title=title_of(name))
        if await queries.store(unit.db, made):
            await queries.set_collections(unit.db, made.id, [(await faq.default_collection(unit)).id])
            return made
        found = await queries.by_name(unit.db, None, name)
    return found if found is not None and found.source_type is SourceType.WIKI else None


async def _remove(units: UnitFactory, look: _Look) -> None:
    for name, row in look.known.items():
        if name in look.files:
            continue
        async with units.write() as unit:
            document = await queries.document(unit.db, row.id, lock=True)
            if document is not None:
                await storing.remove(unit, document)
                look.count.removed += 1


def _files(folder: Path, limit_bytes: int) -> Mapping[str, _File]:
    """What is in the folder now, by name. A file that is too large has no hash, and is never opened."""
    found: dict[str, _File] = {}
    for path in _paths(folder):
        name = _name(folder, path)
        try:
            size = path.stat().st_size
            sha256 = _sha256(path) if size <= limit_bytes else ""
        except OSError:
            continue
        found.setdefault(name, _File(path, sha256, size))
    return found


def _paths(folder: Path) -> Iterator[Path]:
    """Files of the folder and those below it, in order. Links lead nowhere: nothing outside is ever read."""
    left = _FILES
    for root, folders, names in os.walk(folder, followlinks=False):
        here = Path(root)
        is_deep = len(here.relative_to(folder).parts) >= _DEPTH
        folders[:] = [] if is_deep else sorted(name for name in folders if _is_meant(here / name, Path.is_dir))
        for name in sorted(names):
            if left > 0 and _is_meant(here / name, Path.is_file):
                left -= 1
                yield here / name


def _is_meant(path: Path, is_it: Callable[[Path], bool]) -> bool:
    return not path.name.startswith(("_", ".")) and not path.is_symlink() and is_it(path)


def _name(folder: Path, path: Path) -> str:
    return safe_name(" - ".join(path.relative_to(folder).parts))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
