"""A child that plays the embedding models' part: `python scripted_worker.py <behaviour>`."""

import base64
import json
import struct
import sys


def main(behaviour: str) -> None:
    """`answers`, `dies` at once, dies `once` on the first text, or says nonsense (`raves`)."""
    if behaviour == "dies":
        return
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["text"] == "die":
            return
        first = {"question": 1.0, "passage": 0.8}[asked["kind"]]
        vector = struct.pack("<3f", first, float(len(asked["text"])), 0.0)
        print("!ValueError" if behaviour == "raves" else base64.b64encode(vector).decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
