"""The server of language models that the environment names, as it may be shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VllmServer:
    """Its address and its model; empty where the environment names none."""

    address: str = ""
    model: str = ""
