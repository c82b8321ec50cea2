"""Cutting events out of chunks: wherever the network cuts, the same events come out, and memory stays bounded."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.adapters.llm.sse import EventCutter
from secretary.kernel.errors import Upstream

STREAM = "data: раз\n\n: comment\nevent: x\ndata:two\r\ndata: lines\r\n\r\nid: 7\rdata: три 🙂\r\rdata:\n\ndata: end\n\n".encode()
EVENTS = ["раз".encode(), b"two\nlines", "три 🙂".encode(), b"", b"end"]


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_do_not_depend_on_where_chunks_are_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    cutter = EventCutter()
    events = [event for start, end in pairwise(edges) for event in cutter.feed(STREAM[start:end])]
    assert events == EVENTS


def test_every_single_byte_may_be_a_chunk() -> None:
    cutter = EventCutter()
    assert [event for byte in STREAM for event in cutter.feed(bytes([byte]))] == EVENTS


def test_byte_order_mark_before_the_first_event_is_dropped() -> None:
    assert EventCutter().feed(b"\xef\xbb\xbfdata: one\n\n") == [b"one"]


def test_end_hands_out_what_the_last_empty_line_would_have() -> None:
    cutter = EventCutter()
    assert cutter.feed(b"data: [DONE]") == []
    assert cutter.end() == b"[DONE]"
    assert EventCutter().end() is None


@pytest.mark.parametrize("piece", [b"x" * 10, b"data: xxx\n"])
def test_endless_line_or_event_is_refused(piece: bytes) -> None:
    cutter = EventCutter(limit=100)
    with pytest.raises(Upstream, match="llm_nonsense"):
        _ = [cutter.feed(piece) for _ in range(50)]
