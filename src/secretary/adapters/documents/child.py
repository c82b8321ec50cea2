"""The child process: reads one document from its stdin, under limits, and says as JSON what is in it.

Whatever a file does to a library, it does it here: to a process without secrets, with its own memory, that ends. What
a library raises that nobody expects ends it without a word; its parent takes that for a damaged file.
"""

import json
import sys
from dataclasses import asdict
from typing import Any

from secretary.adapters.documents.limits import ReadingLimits


def confine(limits: ReadingLimits) -> None:
    """Let the system enforce the limits where it can. Windows cannot: there the parent's time limit must do."""
    try:
        import resource  # noqa: PLC0415 - not everywhere
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),  # nothing that is read may leave a file behind
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """One argument: a JSON object with `name`, `charset` and the limits."""
    order = json.loads(sys.argv[1])
    limits = ReadingLimits(**order["limits"])
    confine(limits)
    sys.stdout.buffer.write(json.dumps(_answer(order, limits)).encode())


def _answer(order: dict[str, Any], limits: ReadingLimits) -> dict[str, Any]:
    try:
        from secretary.adapters.documents.parsing.reading import read  # noqa: PLC0415 - within the limits
        from secretary.adapters.documents.parsing.shapes import Unreadable  # noqa: PLC0415 - as above
    except ImportError:
        return {"fault": "library_missing"}
    try:
        parsed = read(sys.stdin.buffer.read(), order["name"], limits, order["charset"])
    except Unreadable as error:
        return {"fault": error.code}
    except MemoryError:
        return {"fault": "out_of_memory"}
    except ImportError:
        return {"fault": "library_missing"}
    return {**asdict(parsed), "links": list(parsed.links)}


if __name__ == "__main__":
    main()
