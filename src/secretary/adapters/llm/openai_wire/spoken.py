"""The text of an answer, told apart into what is said, what is thought and what is called."""

from collections.abc import Sequence

from secretary.adapters.llm.openai_wire.calls import CalledTools
from secretary.adapters.llm.openai_wire.endpoint import Dialect
from secretary.adapters.llm.openai_wire.thoughts import Thoughts
from secretary.adapters.llm.openai_wire.written_calls import Told, WrittenCalls
from secretary.llm.ports import Piece, Prompt, Reasoning


class Spoken:
    """Thoughts first, then text with calls in it. `is_plain` means that all that comes is text."""

    def __init__(self, called: CalledTools, thoughts: Thoughts | None, calls: WrittenCalls | None) -> None:
        self._called = called
        self._thoughts = thoughts
        self._calls = calls

    @property
    def is_plain(self) -> bool:
        return self._calls is None and self._thoughts is None

    def feed(self, text: str) -> Sequence[str | Piece]:
        """What can be told now; text as it is, without its `Delta`."""
        if self._thoughts is None:
            return self._said(text)
        thought, text = self._thoughts.feed(text)
        if self._thoughts.is_over:
            self._thoughts = None
        said = self._said(text) if text else ()
        return (Reasoning(thought), *said) if thought else said

    def end(self) -> Sequence[str | Piece]:
        """What was held back, now that nothing more comes."""
        thought, text = self._thoughts.end() if self._thoughts else ("", "")
        thoughts = (Reasoning(thought),) if thought else ()
        said = self._said(text) if text else ()
        return (*thoughts, *said, *(self._pieces(self._calls.end()) if self._calls else ()))

    def _said(self, text: str) -> Sequence[str | Piece]:
        return (text,) if self._calls is None else self._pieces(self._calls.feed(text))

    def _pieces(self, told: Told) -> Sequence[str | Piece]:
        return [part if isinstance(part, str) else self._called.take_written(part) for part in told]


def spoken_for(prompt: Prompt, dialect: Dialect, called: CalledTools) -> Spoken | None:
    """What tells the text of the answer to `prompt` apart; None where it is text and nothing else."""
    names = frozenset(tool.name for tool in prompt.tools if prompt.tool_choice.mode != "none")
    calls = WrittenCalls(names) if names and dialect.calls_in_text else None
    thoughts = Thoughts() if dialect.thinks_in_text else None
    return Spoken(called, thoughts, calls) if thoughts or calls else None
