"""Recorded answers in variants that nobody recorded: whatever other servers leave out or add, each client is told what
was said, and bytes of its own dialect arrive as they came.

Which variants say what the recording says is told by a reader that knows nothing of the gateway (`recordings.Told`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.core.answer import gather
from gateway.core.events import Event, Failed
from gateway.core.messages import Dialect
from gateway.dialects.operations import OPERATIONS
from gateway.dialects.registry import CLIENT_CODECS
from gateway.dialects.sse import SseSplitter
from gateway.errors import GatewayError
from tests.api.test_relay_properties import REQUESTS, ask
from tests.dialects.test_streams_across import FACTS, cut
from tests.support.answer_schemas import unclean
from tests.support.recordings import Recording, Told, told_by
from tests.support.replaying import replayable
from tests.support.varied_recordings import REFRAMED, Variant, variants

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not replayable(), reason="the folder of recordings is not at hand"),
]

CHAT = OPERATIONS["chat"]
PER_KIND = 3
"""So many recordings of each provider and API: those with the most features for their length, best first."""
NEEDED = frozenset(
    {"type", "item", "part", "name", "choices", "candidates", "response", "finishReason", "finish_reason"}
)
"""Members without which an answer is none, whatever a lenient reader makes of it."""
READ_OTHERWISE = frozenset({"index", "completion_tokens", "output_tokens", "prompt_tokens", "input_tokens"})
"""Members that the simple reader and the codecs make up for in different ways where they are missing."""


def chosen(most: int = PER_KIND) -> list[Recording]:
    kinds: dict[tuple[str, str, bool], list[Recording]] = {}
    for one in replayable():
        if one.status == 200:
            kinds.setdefault((one.provider, one.api, one.stream), []).append(one)
    return [
        one
        for group in kinds.values()
        for one in sorted(group, key=lambda one: len(one.payload) / (1 + len(one.tree["features"])))[:most]
    ]


def everyday_first() -> list[Any]:
    """The best of each kind, and the others at length only."""
    best = chosen(1)
    return [*best, *(pytest.param(one, marks=pytest.mark.soak) for one in chosen() if one not in best)]


def said(recording: Recording, payload: bytes) -> Told | None:
    """What the simple reader finds; None where it finds no sense in it."""
    kind = "text/event-stream" if recording.stream else "application/json"
    try:
        told = told_by(recording.dialect, payload, 200, kind, recording.provider)
        return replace(told, call_ids=[])
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return None


def decoded(recording: Recording, payload: bytes) -> list[Event]:
    codec = CHAT.flavours.get(recording.provider, CHAT.providers)[recording.dialect]  # type: ignore[call-overload]
    if not recording.stream:
        return codec.decode_answer(payload)  # type: ignore[no-any-return]
    splitter, decoder = SseSplitter(), codec.stream_decoder()
    events = [event for frame in splitter.feed(payload) for event in decoder.feed(frame)]
    events += [event for frame in splitter.close() for event in decoder.feed(frame)]
    return [*events, *decoder.close()]


def told_to(client: Dialect, events: list[Event], stream: bool) -> bytes:
    if stream:
        encoder = CLIENT_CODECS[client].stream_encoder(FACTS)
        return b"".join([encoder.feed([event]) for event in events])
    return CLIENT_CODECS[client].encode_answer(gather(events), FACTS)


def differences(recording: Recording, variant: Variant, truth: Told) -> list[str]:
    means_the_same = said(recording, variant.payload) == truth and not (NEEDED | READ_OTHERWISE).intersection(
        variant.name.split(" ")[-1].split(".")
    )
    try:
        events = decoded(recording, variant.payload)
    except GatewayError as error:
        return [f"refused: {error}"] if means_the_same else []
    if any(isinstance(event, Failed) for event in events):
        return ["failed"] if means_the_same else []
    found: list[str] = []
    for client in CLIENT_CODECS:
        try:
            body = told_to(client, events, recording.stream)
        except GatewayError as error:
            found += [f"{client}: {error}"] if means_the_same else []
            continue
        if means_the_same:
            found += [f"{client}: {one}" for one in wrong(recording, client, body, truth)]
    return found


def wrong(recording: Recording, client: Dialect, body: bytes, truth: Told) -> list[str]:
    kind = "text/event-stream" if recording.stream else "application/json"
    told = told_by(client, body, 200, kind)
    shows_refusals = client.startswith("openai")
    meant: dict[str, Any] = {
        "text": truth.text if shows_refusals else truth.text + truth.refusal,
        "reasoning": truth.reasoning,
        "calls": truth.calls,
    }
    found = [f"{name} {getattr(told, name)!r:.60}" for name, value in meant.items() if getattr(told, name) != value]
    if truth.usage is not None:
        counts = {name: getattr(told.usage, name, None) or 0 for name in ("input", "output", "cached")}
        if counts != {name: getattr(truth.usage, name) or 0 for name in counts}:
            found.append(f"usage {counts}, not {truth.usage}")
    return found if client == recording.dialect else found + unclean(client, recording.stream, body)


@pytest.mark.parametrize("recording", everyday_first(), ids=lambda one: one.name)
def test_whoever_asks_is_told_what_was_said(recording: Recording) -> None:
    truth = said(recording, recording.payload)
    assert truth is not None
    found = {variant.name: told for variant in variants(recording) if (told := differences(recording, variant, truth))}
    assert not found


@pytest.mark.parametrize("recording", [one for one in chosen() if one.stream], ids=lambda one: one.name)
def test_bytes_of_ones_own_dialect_arrive_as_they_came(recording: Recording) -> None:
    # Claude's SDK needs names; Google's reads data alone, so that the rest is left out for it.
    kept = REFRAMED.keys() - ({"commented", "with ids"} if recording.dialect == "gemini" else {"unnamed"})
    streams = {name: REFRAMED[name](recording) for name in sorted(kept)}
    tree = REQUESTS[recording.dialect][1] | ({} if recording.dialect == "gemini" else {"stream": True})
    for name, stream in {"recorded": recording.payload, **streams}.items():
        call, _ = ask(recording.dialect, tree, *cut(stream, [7, 501, 90_001]))
        assert (name, call.status, call.body) == (name, 200, stream)
