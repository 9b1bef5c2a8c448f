"""Relayed frames with values in them: what changes, what does not, and what must go out before a text ends."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest

from gateway.core.events import BlockClosed, BlockKind, BlockOpened, Delta, Ended, Failed, Finished, Frame
from gateway.core.messages import DIALECTS, Dialect
from gateway.dialects.registry import PROVIDER_CODECS
from gateway.errors import UpstreamCut
from gateway.pii.channel import Channels
from gateway.pii.deltas import READERS
from gateway.pii.event_stream import EventStream
from gateway.pii.frames import WireStream, whole_body
from gateway.pii.looked_for import Tokens
from gateway.pii.tokens import Issued
from gateway.stages.answers.flows import StreamedAnswer
from tests.pii.bending import AROUND, BENT
from tests.support.each_case import each_case
from tests.support.echoing import _WRITERS, _sse

ISSUED = Issued(bytes(32))
TOKEN = ISSUED.token("email", "anna@x.ch", "anna@x.ch")
ADDRESS = ISSUED.token("address", "a", 'Hauptstr. 1\n8000 "Zürich"')


def channels() -> Channels:
    return Channels(Tokens(ISSUED), (), None)


def frames(dialect: Dialect, text: str, size: int, *, calls: bool = False) -> list[Frame]:
    pieces = pieces_of(json.dumps({"q": text}, ensure_ascii=False) if calls else text, size)
    return [Frame([Ended()], _sse(frame)) for frame in _WRITERS[dialect](pieces, stream=True, calls=calls)]


def trees(shown: list[Frame]) -> Iterator[dict[str, Any]]:
    for frame in shown:
        for line in (frame.raw or b"").split(b"\n"):
            if line.startswith(b"data: {"):
                yield json.loads(line[6:])


def said(dialect: Dialect, shown: list[Frame]) -> str:
    return "".join(piece.text for tree in trees(shown) for piece in READERS[dialect](tree)[0])


def relayed(dialect: Dialect, received: list[Frame]) -> list[Frame]:
    stream = WireStream(dialect, "chat", channels())
    return [shown for frame in received for shown in stream.feed(frame)]


@pytest.mark.parametrize("ending", ["", ".", " E", " PERS", " EMAIL_", " EMAIL_1", "\\"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_texts_are_whole_wherever_they_are_cut_and_whatever_they_end_in(dialect: Dialect, ending: str) -> None:
    for size in (*range(1, 14), 100):
        shown = relayed(dialect, frames(dialect, f"to {TOKEN}{ending}", size))
        assert said(dialect, shown) == f"to anna@x.ch{ending}"
        numbers = [tree["sequence_number"] for tree in trees(shown) if "sequence_number" in tree]
        assert numbers == list(range(len(numbers)))


async def read(dialect: Dialect, told: list[Frame]) -> list[Frame]:
    """What a provider's stream gives, an event a read: nearly all pieces but the first known by their form."""

    async def chunks() -> AsyncIterator[bytes]:
        for frame in told:
            assert frame.raw is not None
            yield frame.raw

    answer = StreamedAnswer(chunks(), PROVIDER_CODECS[dialect].stream_decoder())
    return [frame async for batch in answer for frame in batch]


@pytest.mark.asyncio
@pytest.mark.parametrize("calls", [False, True])
@pytest.mark.parametrize("dialect", DIALECTS)
async def test_pieces_known_by_their_form_are_shown_as_if_they_had_been_read_whole(
    dialect: Dialect, calls: bool
) -> None:
    text = f'Dear {TOKEN},\nit is "{ADDRESS}" – or {TOKEN[:-1]} \\{TOKEN} EMAIL'
    known = 0
    for size in range(1, 20):
        received = await read(dialect, frames(dialect, text, size, calls=calls))
        for length in (len(received), len(received) // 2, len(received) // 3):
            begun = [*received[:length], *([Frame([Failed(UpstreamCut("cut"))])] if length < len(received) else [])]
            shown = relayed(dialect, begun)
            whole = relayed(dialect, [Frame(frame.events, frame.raw) for frame in begun])
            assert list(trees(shown)) == list(trees(whole))
            assert [frame.events for frame in shown] == [frame.events for frame in whole]
        known += sum(frame.form is not None for frame in received)
    assert known > 200 or (calls and dialect in ("gemini", "mistral")), "whose calls come whole"


@pytest.mark.asyncio
@pytest.mark.parametrize("dialect", ["openai_chat", "openai_responses", "anthropic", "mistral"])
async def test_of_pieces_known_by_their_form_only_the_first_is_decoded(
    dialect: Dialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[bytes] = []
    monkeypatch.setattr("gateway.pii.frames._decode", lambda data: (decoded.append(data), msgspec.json.decode(data))[1])
    received = await read(dialect, frames(dialect, f"to {TOKEN}, or {TOKEN}", 3))
    known = sum(frame.form is not None for frame in received)
    assert said(dialect, relayed(dialect, received)) == "to anna@x.ch, or anna@x.ch"
    assert known > 5
    assert len(decoded) <= len(received) - known + 1


@pytest.mark.parametrize("bend", BENT)
@pytest.mark.parametrize("kind", ["text", "tool_call"])
def test_events_are_whole_wherever_they_are_cut(kind: BlockKind, bend: str) -> None:
    before, after = AROUND.get(bend, ("", ""))
    told, meant = BENT[bend](f"to {TOKEN}, at {ADDRESS}."), f"to {before}anna@x.ch{after}, at {before}%s{after}."
    meant %= 'Hauptstr. 1\n8000 "Zürich"'
    if kind == "tool_call":
        told = json.dumps({"q": told}, ensure_ascii=False)
    for size in (*range(1, 14), 100):
        stream = EventStream(channels(), reasoning=True)
        shown = stream.feed([BlockOpened(0, kind)])
        for at in range(0, len(told), size):
            shown += stream.feed([Delta(0, told[at : at + size])])
        shown += stream.feed([BlockClosed(0), Finished("stop"), Ended()])
        text = "".join(event.text for event in shown if isinstance(event, Delta))
        assert (json.loads(text)["q"] if kind == "tool_call" else text) == meant
        assert [type(event) for event in shown[-3:]] == [BlockClosed, Finished, Ended]


def test_events_of_one_candidate_are_whole_though_another_ends_within() -> None:
    stream = EventStream(channels(), reasoning=True)
    shown = stream.feed([BlockOpened(0, "text"), BlockOpened(1, "text", candidate=1), Delta(0, TOKEN[:8])])
    shown += stream.feed([BlockClosed(1), Finished("stop", None, 1), Delta(0, TOKEN[8:])])
    shown += stream.feed([BlockClosed(0), Finished("stop"), Ended()])
    assert "".join(event.text for event in shown if isinstance(event, Delta)) == "anna@x.ch"


@pytest.mark.parametrize("size", [1, 5, 100])
@pytest.mark.parametrize("dialect", ["openai_chat", "openai_responses", "anthropic"])
def test_arguments_are_json_with_the_value_in_it(dialect: Dialect, size: int) -> None:
    shown = relayed(dialect, frames(dialect, f"at {ADDRESS}!", size, calls=True))
    assert json.loads(said(dialect, shown)) == {"q": 'at Hauptstr. 1\n8000 "Zürich"!'}


@each_case("dialect", DIALECTS)
def test_what_changes_nothing_keeps_its_bytes(dialect: Dialect) -> None:
    received = frames(dialect, "hello there, how are you?", 26)
    assert all(one is other for one, other in zip(received, relayed(dialect, received), strict=True))


@each_case("dialect", DIALECTS)
def test_a_cut_gives_what_was_held_back_first(dialect: Dialect) -> None:
    begun = [frame for frame in frames(dialect, f"to {TOKEN[:-1]}", 4) if said(dialect, [frame])]
    cut = Frame([Failed(UpstreamCut("cut"))])
    shown = relayed(dialect, [*begun, cut])
    # Gemini's last piece says itself that it is the last one.
    assert said(dialect, shown) in (f"to {TOKEN[:-1]}", "to anna@x.ch")
    assert shown[-1] is cut
    assert all(frame.events for frame in shown)


@each_case("dialect", DIALECTS)
def test_an_error_in_the_stream_comes_behind_what_was_held_back(dialect: Dialect) -> None:
    """In a frame of its own, for the error may be written anew."""
    begun = [frame for frame in frames(dialect, f"to {TOKEN[:-1]}", 4) if said(dialect, [frame])][:2]
    told = {"type": "error", "error": {"message": f"no {TOKEN}", "type": "x"}}
    *shown, last = relayed(dialect, [*begun, Frame([Failed(UpstreamCut("cut"))], _sse(told))])
    assert said(dialect, shown) == said(dialect, begun)
    assert [type(event) for event in last.events] == [Failed]
    assert list(trees([last])) == [{"type": "error", "error": {"message": "no anna@x.ch", "type": "x"}}]


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_reason_that_is_empty_ends_nothing(size: int) -> None:
    """Some servers send one with each chunk."""
    chunks = [{"index": 0, "delta": {"content": text}, "finish_reason": ""} for text in pieces_of(f"to {TOKEN}!", size)]
    received = [Frame([Delta(0, "x")], _sse({"choices": [chunk]})) for chunk in chunks]
    end = Frame([Ended()], _sse({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
    assert said("openai_chat", relayed("openai_chat", [*received, end])) == "to anna@x.ch!"


def pieces_of(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


ODD: list[Any] = [{"a": [1]}, [1], None, 1.5, "x"]


@each_case("odd", ODD, str)
def test_values_of_odd_types_are_passed_by(odd: Any) -> None:
    for tree in (
        {"type": "content_block_delta", "index": odd, "delta": {"type": "text_delta", "text": TOKEN}},
        {"type": "content_block_stop", "index": odd},
        {"type": "response.output_text.delta", "output_index": odd, "content_index": odd, "delta": TOKEN},
        {"type": "response.output_item.done", "output_index": odd, "item": {"type": odd}},
        {"choices": [{"index": odd, "delta": {"content": TOKEN}, "finish_reason": odd}]},
        {"candidates": [{"index": odd, "content": {"parts": [{"text": TOKEN}]}, "finishReason": odd}]},
    ):
        for dialect in DIALECTS:
            assert relayed(dialect, [Frame([Ended()], _sse(tree))])
    arguments = {"input": {"type": odd, "mail": TOKEN}}
    assert json.loads(whole_body(json.dumps(arguments).encode(), channels()))["input"]["mail"] == "anna@x.ch"


def test_frames_keep_the_words_for_whoever_records_them() -> None:
    received = Frame([Delta(0, TOKEN)], _sse({"choices": [{"index": 0, "delta": {"content": TOKEN}}]}))
    [shown] = WireStream("openai_chat", "chat", channels()).feed(received)
    assert shown.events == received.events
    assert b"anna@x.ch" in (shown.raw or b"")


def test_signed_thinking_is_relayed_as_it_is() -> None:
    received = [
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "thinking", "thinking": "", "signature": ""},
        },
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": f"for {TOKEN}"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "QUJD"}},
        {"type": "content_block_stop", "index": 0},
    ]
    before = [Frame([Ended()], _sse(tree)) for tree in received]
    assert [frame.raw for frame in relayed("anthropic", before)] == [frame.raw for frame in before]
    body = json.dumps(
        {"content": [{"type": "thinking", "thinking": TOKEN, "signature": "x"}, {"type": "text", "text": TOKEN}]}
    )
    told = json.loads(whole_body(body.encode(), channels()))["content"]
    assert told[0]["thinking"] == TOKEN
    assert told[1]["text"] == "anna@x.ch"


def _of_choice(place: int, name: str, text: str) -> dict[str, Any]:
    if name == "call":
        delta: dict[str, Any] = {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}
    else:
        delta = {"audio": {"transcript": text}} if name == "transcript" else {name: text}
    return {"choices": [{"index": place, "delta": delta, "finish_reason": None}]}


def _of_block(place: int, name: str, text: str) -> dict[str, Any]:
    delta = {"partial_json": text} if name == "call" else {"text": text}
    return {"type": "content_block_delta", "index": place, "delta": delta}


def _of_item(place: int, name: str, text: str) -> dict[str, Any]:
    kind = {"call": "function_call_arguments", "content": "output_text"}.get(name, name)
    at: dict[str, Any] = {"output_index": 3 * place + len(name), "content_index": 0}
    delta: Any = text
    if name.startswith("shell"):
        kind, at = "shell_call_command", {"output_index": 100 + place, "command_index": int(name[-1])}
    elif name.startswith("std"):
        kind, at = "shell_call_output_content", {"output_index": 200 + place, "command_index": 0}
        delta = {name: text}
    return {"type": f"response.{kind}.delta", **at, "delta": delta}


def _of_candidate(place: int, name: str, text: str) -> dict[str, Any]:
    if name.startswith("$."):
        argument = {"jsonPath": name, "stringValue": text, "willContinue": True}
        part: dict[str, Any] = {"functionCall": {"partialArgs": [argument], "willContinue": True}}
    else:
        part = {"text": text, "thought": True} if name == "thought" else {"text": text}
    return {"candidates": [{"index": place, "content": {"parts": [part]}}]}


SIDE_BY_SIDE: dict[Dialect, tuple[Any, list[str], list[dict[str, Any]]]] = {
    "openai_chat": (_of_choice, ["content", "refusal", "call", "transcript"], [{"choices": []}]),
    "anthropic": (_of_block, ["content"], [{"type": "message_stop"}]),
    "openai_responses": (
        _of_item,
        [
            *("content", "refusal", "call", "reasoning_summary_text", "custom_tool_call_input"),
            *("shell 0", "shell 1", "stdout", "stderr"),
        ],
        [{"type": "response.completed", "response": {}}],
    ),
    "gemini": (
        _of_candidate,
        ["content", "thought", "$.a", "$.b[0]"],
        [{"candidates": [{"index": i, "finishReason": "STOP"} for i in (0, 1)]}],
    ),
}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("dialect", SIDE_BY_SIDE)
def test_texts_that_come_side_by_side_stay_apart(dialect: Dialect, seed: int) -> None:
    """Several choices, blocks, calls and summaries at once; each ends in what may still become a token."""
    write, names, end = SIDE_BY_SIDE[dialect]
    draw = random.Random(f"{dialect} {seed}")
    meant, running = [], []
    for place in (0, 1):
        for name in names:
            about = f"{place} {name} "
            text, value = f"{about}{ADDRESS} and {ADDRESS} AD", 'Hauptstr. 1\n8000 "Zürich"'
            meant.append(text.replace(ADDRESS, value))
            if name == "call":
                text, meant[-1] = json.dumps({"q": text}), json.dumps({"q": meant[-1]}, ensure_ascii=False)
            running.append((place, name, pieces_of(text, draw.randint(1, 13))))
    told = []
    while running:
        place, name, pieces = one = draw.choice(running)
        told.append(write(place, name, pieces.pop(0)))
        if not pieces:
            running.remove(one)
    numbered = [tree | {"sequence_number": number} for number, tree in enumerate([*told, *end])]
    shown = relayed(
        dialect, [Frame([Ended()], _sse(tree)) for tree in numbered] + [Frame([Ended()], b"data: [DONE]\n\n")]
    )
    texts: dict[Any, str] = {}
    for tree in trees(shown):
        for piece in READERS[dialect](tree)[0]:
            texts[piece.key] = texts.get(piece.key, "") + piece.text
    assert sorted(texts.values()) == sorted(meant)
    numbers = [tree["sequence_number"] for tree in trees(shown)]
    assert numbers == list(range(len(numbers)))


def _cited(text: str, start: int, end: int) -> list[dict[str, Any]]:
    place = {"start_index": start, "end_index": end, "url": "https://x.example", "title": "X"}
    return [
        {"type": "url_citation", **place},
        {"type": "url_citation", "url_citation": place},
        {"type": "file_citation", "index": end, "file_id": "f"},
    ]


@pytest.mark.parametrize(
    ("begins", "ends"), [("Ask", "to"), (TOKEN, "or"), ("or", ADDRESS), ("now", "now"), (TOKEN, ADDRESS)]
)
@pytest.mark.parametrize("member", ["text", "content"])
def test_citations_move_with_the_text(member: str, begins: str, ends: str) -> None:
    text = f"Ask to {TOKEN} or {ADDRESS} now"
    meant = text.replace(TOKEN, "anna@x.ch").replace(ADDRESS, 'Hauptstr. 1\n8000 "Zürich"')
    start, end = text.index(begins), text.index(ends) + len(ends)
    part = {"type": "output_text", member: text, "annotations": [*_cited(text, start, end), None]}
    told = json.loads(whole_body(json.dumps({"output": [{"content": [part]}]}).encode(), channels()))
    told = told["output"][0]["content"][0]
    assert told[member] == meant
    shown = {TOKEN: "anna@x.ch", ADDRESS: 'Hauptstr. 1\n8000 "Zürich"'}
    place = meant.index(shown.get(begins, begins)), meant.index(shown.get(ends, ends)) + len(shown.get(ends, ends))
    first, second, third, _ = told["annotations"]
    assert (first["start_index"], first["end_index"]) == place
    assert (second["url_citation"]["start_index"], second["url_citation"]["end_index"]) == place
    if ends not in shown:
        assert third["index"] == place[1]


@pytest.mark.parametrize("size", [1, 4, 100])
def test_citations_in_a_stream_move_with_the_text(size: int) -> None:
    text = f"to {TOKEN} or {ADDRESS} now"
    where = {"output_index": 0, "content_index": 0}
    deltas = [{"type": "response.output_text.delta", "delta": piece, **where} for piece in pieces_of(text, size)]
    note = {"type": "url_citation", "start_index": text.index("now"), "end_index": len(text)}
    added = {"type": "response.output_text.annotation.added", "annotation": note, **where}
    shown = relayed("openai_responses", [Frame([Ended()], _sse(tree)) for tree in (*deltas, added)])
    meant = text.replace(TOKEN, "anna@x.ch").replace(ADDRESS, 'Hauptstr. 1\n8000 "Zürich"')
    assert list(trees(shown))[-1]["annotation"] == note | {"start_index": meant.index("now"), "end_index": len(meant)}


def test_arguments_of_a_gemini_s_call_that_come_in_pieces_end_with_it() -> None:
    def part(path: str, text: str, *, goes_on: bool) -> dict[str, Any]:
        argument = {"jsonPath": path, "stringValue": text, "willContinue": goes_on}
        return {"candidates": [{"content": {"parts": [{"functionCall": {"partialArgs": [argument]}}]}}]}

    def going_on(tree: dict[str, Any]) -> dict[str, Any]:
        tree["candidates"][0]["content"]["parts"][0]["functionCall"]["willContinue"] = True
        return tree

    told = [
        going_on(part("$.a", TOKEN[:8], goes_on=True)),
        part("$.a", TOKEN[8:-1], goes_on=True),  # the call is over, whatever its string says
        going_on(part("$.a", TOKEN[:8], goes_on=True)),
        going_on(part("$.a", TOKEN[8:], goes_on=False)),
    ]
    shown = list(trees(relayed("gemini", [Frame([Ended()], _sse(tree)) for tree in told])))
    texts = [
        tree["candidates"][0]["content"]["parts"][0]["functionCall"]["partialArgs"][0]["stringValue"] for tree in shown
    ]
    assert texts[0] + texts[1] in (TOKEN[:-1], "anna@x.ch")
    assert texts[2] + texts[3] == "anna@x.ch"


def test_sound_in_pieces_is_left_as_it_is() -> None:
    received = [
        Frame([Ended()], _sse({"type": "response.audio.delta", "delta": delta, "sequence_number": number}))
        for number, delta in enumerate(["UklGRiRFTUPERS", "FJUEVSUw==EMA"])
    ]
    assert all(one is other for one, other in zip(received, relayed("openai_responses", received), strict=True))


@pytest.mark.parametrize("size", [1, 3, 100])
def test_items_that_have_no_number_are_texts_of_their_own(size: int) -> None:
    # llama.cpp's server: ids tell items apart, and all of them end together.
    texts = {"msg_a": f"to {TOKEN} or E", "msg_b": f"{TOKEN}."}
    told: list[dict[str, Any]] = [
        {"type": "response.output_text.delta", "item_id": item, "delta": piece}
        for item, text in texts.items()
        for piece in pieces_of(text, size)
    ]
    told += [{"type": "response.output_item.done", "item": {"id": item}} for item in texts]
    said = dict.fromkeys(texts, "")
    for tree in trees(relayed("openai_responses", [Frame([Ended()], _sse(one)) for one in told])):
        if tree["type"] == "response.output_text.delta":
            said[tree["item_id"]] += tree["delta"]
    assert said == {"msg_a": "to anna@x.ch or E", "msg_b": "anna@x.ch."}


def test_what_grounds_a_gemini_s_answer_moves_with_the_text() -> None:
    text = f"Für {TOKEN}: «ça» und {TOKEN} heute"
    meant = text.replace(TOKEN, "anna@x.ch")

    def places(text: str, begins: str) -> dict[str, int]:
        start = len(text[: text.index(begins)].encode())
        return {"startIndex": start, "endIndex": len(text.encode())}

    told = {
        "content": {"parts": [{"text": "x"}, {"text": text}]},
        "groundingMetadata": {
            "groundingSupports": [
                {"segment": {"partIndex": 1, **places(text, "«")}},
                {"segment": {"partIndex": 1, "text": f"{TOKEN} heute", **places(text, f"{TOKEN} h")}},
                {"segment": {"startIndex": 0, "endIndex": 1}},
                {},
            ]
        },
    }
    shown = json.loads(whole_body(json.dumps({"candidates": [told]}).encode(), channels()))["candidates"][0]
    first, second, third, _ = shown["groundingMetadata"]["groundingSupports"]
    assert first["segment"] == {"partIndex": 1, **places(meant, "«")}
    assert second["segment"] == {"partIndex": 1, "text": "anna@x.ch heute", **places(meant, "anna@x.ch h")}
    assert third["segment"] == {"startIndex": 0, "endIndex": 1}
