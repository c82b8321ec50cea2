"""The child process: llama.cpp's own server on a unix socket. Run as a file; it knows nothing of the product.

Its whole conversation with the parent: one JSON line on stdin (`ServerOptions`), one line on stdout (`ready`, or
`fault <code>`), and the end of stdin, which means that the parent is gone or wants this process gone.
"""

import ctypes
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xllamacpp import CommonParams  # type: ignore[import-untyped, import-not-found, unused-ignore]  # an extra

READY: Final = "ready"
FAULT: Final = "fault"
_PR_SET_PDEATHSIG: Final = 1
_PROMPT_CACHE_MIB: Final = 512  # llama.cpp's own default is 8 GiB
_HTTP_THREADS_PER_SLOT: Final = 4


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What the child must know; it gets neither our settings nor our environment."""

    model: str
    alias: str
    socket: str
    context_tokens: int
    slots: int
    threads: int
    chat_template: str | None
    is_embedder: bool = False
    pooling: str | None = None


def main() -> None:
    """Load, say so, serve until stdin ends."""
    say = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # the engine's own talk never reaches the parent's pipe
    _die_with_parent()
    options = ServerOptions(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_exit_at_end_of_input, daemon=True).start()
    try:
        from xllamacpp import Server  # noqa: PLC0415 - heavy, and its absence is an answer

        server = Server(_parameters(options))
    except ImportError:
        say.write(f"{FAULT} no_runtime\n")
    except RuntimeError:
        say.write(f"{FAULT} failed\n")
    else:
        say.write(f"{READY}\n")
        threading.Event().wait()
        del server


def _parameters(options: ServerOptions) -> "CommonParams":
    from xllamacpp import CommonParams, llama_pooling_type  # noqa: PLC0415 - heavy

    params = CommonParams()
    params.model.path = options.model
    params.model_alias = {options.alias}
    params.hostnames = [options.socket]
    params.n_parallel = options.slots
    params.n_ctx = options.context_tokens * options.slots  # llama.cpp divides it among the slots
    params.n_threads_http = options.slots * _HTTP_THREADS_PER_SLOT
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = options.threads
        cpu.poll = 0  # spinning threads starve the rest of the machine (0.6 tokens/s under load, measured)
    params.cache_prompt = not options.is_embedder  # half a text must never make a vector
    params.cache_ram_mib = 0 if options.is_embedder else _PROMPT_CACHE_MIB
    params.embedding = options.is_embedder
    if options.is_embedder:  # a text must fit into one physical batch
        params.n_batch = params.n_ubatch = options.context_tokens
    if options.pooling is not None:
        params.pooling_type = getattr(llama_pooling_type, f"LLAMA_POOLING_TYPE_{options.pooling.upper()}")
    params.ui = False
    params.verbosity = 0
    if options.chat_template is not None:
        params.chat_template = options.chat_template
    return params


def _die_with_parent() -> None:
    """Ask Linux to kill us with the parent, even in the middle of loading; elsewhere the end of stdin has to do.

    Also offers this process to the out-of-memory killer first: it can be restarted, a conversation cannot.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


def _exit_at_end_of_input() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
