"""LiteLLM's proxy in its own environment, in this process's place: `python -m bench.litellm_proxy FOLDER CONFIG`."""

import os
import socket
import sys
from pathlib import Path


def main(folder: str, config: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(folder, "bin", "litellm")
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    environment |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_DOCS": "True"}
    arguments = ["--config", config, "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
    os.execve(program, [str(program), *arguments], environment)  # noqa: S606 -- it prints its address once it listens


if __name__ == "__main__":
    main(*sys.argv[1:])
