"""A text and what is emphasised in it, apart from each other: it can be cut anywhere, and every tag is closed.

Tags and what they may hold: core.telegram.org/bots/api#html-style, read 2026-11.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final, Literal

Tag = Literal["b", "i", "s", "code", "pre", "a", "blockquote"]

_WHOLE: Final = frozenset({"pre", "code", "a"})
"""What is not cut where it can be helped."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to `end` in characters. `value` is a link's address or a code block's language.

    Spans lie inside of each other or apart; an outer one comes before what it holds.
    """

    begin: int
    end: int
    tag: Tag
    value: str = ""


@dataclass(slots=True)
class Rich:
    """A text with its spans, in the order in which they were opened."""

    text: str = ""
    spans: list[Span] = field(default_factory=list)

    def whole_around(self, at: int) -> Span | None:
        """The outermost span that a cut at `at` would go through and should not."""
        return next((one for one in self.spans if one.tag in _WHOLE and one.begin < at < one.end), None)

    def html(self, begin: int = 0, end: int | None = None) -> str:
        """A piece as HTML: spans that reach beyond it are closed and opened again."""
        end = len(self.text) if end is None else end
        return "".join(_written(self.text, self._inside(begin, end), begin, end))

    def _inside(self, begin: int, end: int) -> list[Span]:
        clipped = (Span(max(one.begin, begin), min(one.end, end), one.tag, one.value) for one in self.spans)
        return [one for one in clipped if one.begin < one.end]


def _written(text: str, spans: list[Span], begin: int, end: int) -> Iterator[str]:
    open_spans: list[Span] = []
    at = begin
    for span in sorted(spans, key=lambda one: one.begin):  # stable: the outer one stays before the inner
        while open_spans and open_spans[-1].end <= span.begin:
            last = open_spans.pop()
            yield escape(text[at : last.end], quote=False) + _end(last)
            at = last.end
        yield escape(text[at : span.begin], quote=False) + _begin(span)
        at = span.begin
        open_spans.append(span)
    while open_spans:
        last = open_spans.pop()
        yield escape(text[at : last.end], quote=False) + _end(last)
        at = last.end
    yield escape(text[at:end], quote=False)


def _begin(span: Span) -> str:
    if span.tag == "a":
        return f'<a href="{escape(span.value)}">'
    if span.tag == "pre" and span.value:
        return f'<pre><code class="language-{escape(span.value)}">'
    return f"<{span.tag}>"


def _end(span: Span) -> str:
    return "</code></pre>" if span.tag == "pre" and span.value else f"</{span.tag}>"
