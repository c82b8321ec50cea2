"""Certificate authorities that one service needs besides the system's, read from a file once a change."""

import asyncio
import ssl
from functools import lru_cache
from pathlib import Path

from secretary.kernel.http.errors import http_error


async def trusting(ca_file: Path) -> ssl.SSLContext:
    """A context that verifies as always, and trusts the authorities of this PEM file too.

    The same object for the same content of the file, so that connections are pooled. Raises
    Upstream("http_certificate") for a file that is not there or holds no certificate.
    """
    try:
        return await asyncio.to_thread(_context, ca_file)
    except (OSError, ValueError) as error:
        raise http_error("http_certificate") from error


def _context(ca_file: Path) -> ssl.SSLContext:
    return _loaded(ca_file, ca_file.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _loaded(ca_file: Path, changed_ns: int) -> ssl.SSLContext:
    del changed_ns
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=ca_file)
    return context
