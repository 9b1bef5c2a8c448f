"""Server-sent events: any re-chunking gives the same events, and the bytes are kept."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.sse import MAX_EVENT_BYTES, ServerSentEvent, SseSplitter, frame
from gateway.errors import UpstreamNonsense
from tests.support.each_case import each_case

LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    end = draw(LINE_ENDS)
    blocks = draw(
        st.lists(
            st.lists(
                st.sampled_from(
                    [b"data: {}", b"data: \xc3\xa9", b"data:x", b"event: ping", b": note", b"id: 1", b"data"]
                ),
                min_size=1,
                max_size=3,
            ),
            max_size=5,
        )
    )
    return b"".join(end.join(lines) + end + end for lines in blocks)


def split(pieces: list[bytes]) -> list[ServerSentEvent]:
    splitter = SseSplitter()
    events = [event for piece in pieces for event in splitter.feed(piece)]
    return events + splitter.close()


@given(streams(), st.lists(st.integers(1, 9), max_size=60))
def test_any_chunking_gives_the_same_events(stream: bytes, sizes: list[int]) -> None:
    pieces, rest = [], stream
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    pieces.append(rest)
    whole = split([stream])
    assert [(event.name, event.data) for event in split(pieces)] == [(event.name, event.data) for event in whole]
    assert b"".join(event.raw for event in split(pieces)) == stream


def events_ending_in(end: bytes) -> list[bytes]:
    blocks = [[b"event: ping", b"data: {}"], [b": note"], [b"data: a", b"data: b"]]
    return [end.join(lines) + end + end for lines in blocks]


@each_case("end", [b"\n", b"\r\n", b"\r"])
def test_two_cuts_anywhere_mean_nothing(end: bytes) -> None:
    stream = b"".join(events_ending_in(end))
    whole = split([stream])
    assert [event.data for event in whole] == [b"{}", b"", b"a\nb"]
    for one, other in combinations(range(len(stream) + 1), 2):
        assert split([stream[:one], stream[one:other], stream[other:]]) == whole, (one, other)


@each_case("end", [b"\n", b"\r\n"])
def test_an_event_is_told_with_its_last_byte(end: bytes) -> None:
    splitter = SseSplitter()
    for event in events_ending_in(end):
        *before, last = (splitter.feed(bytes([byte])) for byte in event)
        assert not any(before)
        assert [one.raw for one in last] == [event]


@pytest.mark.parametrize(
    ("raw", "name", "data"),
    [
        (b"data: {}\n\n", b"", b"{}"),
        (b"data:{}\r\n\r\n", b"", b"{}"),
        (b"event: ping\ndata: {}\n\n", b"ping", b"{}"),
        (b"data: a\ndata: b\n\n", b"", b"a\nb"),
        (b": keep-alive\n\n", b"", b""),
        (b"\xef\xbb\xbfdata: x\n\n", b"", b"x"),
        (b"data: a:b\n\n", b"", b"a:b"),
        (b"data:  two\n\n", b"", b" two"),
        (b'error: {"code":500}\n\n', b"", b'{"code":500}'),
    ],
)
def test_shapes(raw: bytes, name: bytes, data: bytes) -> None:
    (event,) = split([raw])
    assert (event.name, event.data, event.raw) == (name, data, raw.removeprefix(b"\xef\xbb\xbf"))


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r", "\n\n", "\r\n\r", "\r\r"])
def test_a_stream_that_ends_within_its_last_blank_line(end: str) -> None:
    events = split([b"data: 1\n\ndata: 2" + end.encode()])
    assert [event.data for event in events] == [b"1", b"2"]
    assert split([events[1].raw])[0] == events[1]


def test_an_endless_event_is_refused() -> None:
    splitter = SseSplitter()
    with pytest.raises(UpstreamNonsense):
        for _ in range(MAX_EVENT_BYTES // 65536 + 2):
            splitter.feed(b"x" * 65536)


@given(st.binary(max_size=200).filter(lambda data: b"\n" not in data and b"\r" not in data))
def test_frames_are_read_back(data: bytes) -> None:
    (event,) = split([frame(data, b"name")])
    assert (event.name, event.data) == (b"name", data)
