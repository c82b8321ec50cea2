"""A program of its own: what a library of prices says of models. JSON in, JSON out, no network.

It is run by its path and imports nothing of ours: the library takes a hundred megabytes, and nobody else shall.
"""

import json
import sys
from decimal import Decimal
from typing import Any

MILLION = 1_000_000


def priced(snapshot: Any, provider: str, model: str) -> dict[str, int] | None:
    """Millionths of a dollar a million tokens. Of prices that grow with the prompt, the first."""
    from genai_prices import Usage  # noqa: PLC0415 -- costly

    try:
        found = snapshot.calc(Usage(input_tokens=1), model, provider, None, None).model_price
    except LookupError:
        return None
    given, cached, answered = (
        _micro(getattr(found, name, None)) for name in ("input_mtok", "cache_read_mtok", "output_mtok")
    )
    if given is None and answered is None:
        return None
    return {"input": given or 0, "cached": (given or 0) if cached is None else cached, "output": answered or 0}


def _micro(price: Any) -> int | None:
    base = getattr(price, "base", price)
    return None if base is None else round(Decimal(base) * MILLION)


def main() -> None:
    """Answer `[[provider, model], …]` by a list of prices, each as long as the question."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 -- costly

    snapshot = get_snapshot()
    json.dump([priced(snapshot, provider, model) for provider, model in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
