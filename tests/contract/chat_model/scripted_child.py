"""A child process that plays llama.cpp's part for `LocalModel`: `python scripted_child.py <behaviour>`.

`answers` serves every prompt; `deaf` never says a word; `dies` ends at once; `without-runtime` says that it lacks one.
"""

import asyncio
import json
import sys
from pathlib import Path

from tests.support.llm_upstream import LlmUpstream, answering


async def _serve(socket: Path) -> None:
    async with LlmUpstream(answering(["Hello", ", ", "world"]), unix_socket=socket):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def main(behaviour: str) -> None:
    """Read the options as the real child does, then behave."""
    options = json.loads(sys.stdin.readline())
    if behaviour == "answers":
        asyncio.run(_serve(Path(options["socket"])))
    elif behaviour == "deaf":
        sys.stdin.read()
    elif behaviour == "without-runtime":
        sys.stdout.write("fault no_runtime\n")


if __name__ == "__main__":
    main(sys.argv[1])
