"""Thoughts that a model writes into its text, `<think>…</think>` before the answer, told from the answer."""

from typing import Final

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"


class Thoughts:
    """Feed it text cut anywhere; it says what of it is thought and what is answer.

    Only an answer that begins with the tag has thoughts: later it is something that is talked about. Holds back no
    more than a tag and the white space around it. `is_over` means that all that comes is answer.
    """

    def __init__(self) -> None:
        self._held = ""
        self._step = self._begin
        self.is_over = False

    def feed(self, text: str) -> tuple[str, str]:
        """What can be told now: the thought, then the answer."""
        if self.is_over:
            return "", text
        text, self._held = self._held + text, ""
        return self._step(text)

    def end(self) -> tuple[str, str]:
        """What was held back, now that nothing more comes: half a tag and white space."""
        held, self._held = self._held, ""
        return (held, "") if self._step == self._think else ("", held)

    def _begin(self, text: str) -> tuple[str, str]:
        start = text.lstrip()
        if start.startswith(_OPEN):
            self._step = self._think
            return self._think(start.removeprefix(_OPEN))
        if _OPEN.startswith(start):
            self._held = text
            return "", ""
        self.is_over = True
        return "", text

    def _think(self, text: str) -> tuple[str, str]:
        thought, tag, rest = text.partition(_CLOSE)
        if tag:
            self._step = self._pause
            return thought, self._pause(rest)[1]
        cut = len(text) - begun(text, _CLOSE)
        self._held = text[cut:]
        return text[:cut], ""

    def _pause(self, text: str) -> tuple[str, str]:
        """The line breaks between the tag and the first word are no part of the answer."""
        answer = text.lstrip()
        self.is_over = bool(answer)
        return "", answer


def begun(text: str, tag: str) -> int:
    """How many of the last characters of `text` may be the beginning of `tag`."""
    for length in range(min(len(tag) - 1, len(text)), 0, -1):
        if text.endswith(tag[:length]):
            return length
    return 0
