"""Zip archives under limits: how many members, how large unpacked, and no XML that brings entities along."""

import io
import zipfile
import zlib

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.shapes import Unreadable

_HEAD = 4_096
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


def open_archive(data: bytes, limits: ReadingLimits) -> zipfile.ZipFile:
    """The archive, when it is harmless. Raises Unreadable: damaged, encrypted, too_much_inside.

    Declared sizes may be trusted: `zipfile` gives out no more bytes of a member than it declares.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unreadable("damaged") from error
    if len(members) > limits.members or sum(member.file_size for member in members) > limits.unpacked_bytes:
        raise Unreadable("too_much_inside")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise Unreadable("encrypted")
    return archive


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """One member. Raises Unreadable("damaged") where it is not there or broken."""
    try:
        return archive.read(name)
    except (KeyError, *_BROKEN) as error:
        raise Unreadable("damaged") from error


def refuse_entities(archive: zipfile.ZipFile) -> None:
    """Office files hold no document types; one that does wants something else. Raises Unreadable("damaged")."""
    for info in archive.infolist():
        if info.filename.lower().endswith((".xml", ".rels")):
            try:
                with archive.open(info) as opened:
                    head = opened.read(_HEAD)
            except _BROKEN as error:
                raise Unreadable("damaged") from error
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head or "<!DOCTYPE".encode("utf-16-le") in head:
                raise Unreadable("damaged")
