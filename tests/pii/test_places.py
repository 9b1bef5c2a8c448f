"""What an answer says of places in its text holds of the text that is shown; what cannot hold of it is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core.events import BlockClosed, BlockOpened, Cited, Delta, Ended, Event, Frame, LogprobsReported, Started
from gateway.pii.channel import Channels
from gateway.pii.event_stream import EventStream
from gateway.pii.frames import WireStream, whole_body
from tests.api.test_object_ownership import JSON, TEXT
from tests.pii.serving import policy_with
from tests.pii.test_frames import TOKEN, channels, pieces_of, trees
from tests.support.canaries import EMAIL
from tests.support.echoing import _sse
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand

TEXT_OF = f"Für {TOKEN} und ça heute"
MEANT = TEXT_OF.replace(TOKEN, "anna@x.ch")


def in_bytes(text: str, word: str) -> dict[str, int]:
    start = len(text[: text.index(word)].encode())
    return {"startIndex": start, "endIndex": start + len(word.encode())}


def in_letters(text: str, word: str) -> dict[str, int]:
    return {"start_index": text.index(word), "end_index": text.index(word) + len(word)}


def measured(text: str, size: int = 3) -> list[dict[str, Any]]:
    return [{"token": piece, "logprob": -0.5, "bytes": list(piece.encode())} for piece in pieces_of(text, size)]


def spelt(measures: list[dict[str, Any]]) -> str:
    return "".join(one["token"] for one in measures)


def streamed(dialect: Any, *told: Any) -> tuple[list[dict[str, Any]], Channels]:
    own = channels()
    stream = WireStream(dialect, "chat", own)
    shown = [frame for tree in told for frame in stream.feed(Frame([Ended()], _sse(tree)))]
    return list(trees(shown)), own


@pytest.mark.parametrize("size", [1, 5, 100])
def test_annotations_at_the_end_of_a_chat_stream_move_with_its_text(size: int) -> None:
    def chunk(**delta: Any) -> dict[str, Any]:
        return {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}

    note = {"type": "url_citation", "url_citation": {"url": "https://x.example", **in_letters(TEXT_OF, "heute")}}
    told = [*(chunk(content=piece) for piece in pieces_of(TEXT_OF, size)), chunk(annotations=[note])]
    shown, _ = streamed("openai_chat", *told)
    [moved] = shown[-1]["choices"][0]["delta"]["annotations"]
    assert moved["url_citation"] == {"url": "https://x.example", **in_letters(MEANT, "heute")}


@pytest.mark.parametrize("size", [1, 5, 100])
@pytest.mark.parametrize("apart", [True, False])
def test_what_grounds_a_stream_of_gemini_s_moves_with_all_of_its_text(size: int, apart: bool) -> None:
    def chunk(*parts: Any, **more: Any) -> dict[str, Any]:
        return {"candidates": [{"content": {"parts": list(parts)}, "index": 0, **more}]}

    *before, last = pieces_of(TEXT_OF, size)
    grounding = {
        "groundingMetadata": {"groundingSupports": [{"segment": in_bytes(TEXT_OF, "ça")}]},
        "citationMetadata": {"citationSources": [in_bytes(TEXT_OF, "heute")]},
        "finishReason": "STOP",
    }
    end = [chunk({"text": last}), chunk(**grounding)] if apart else [chunk({"text": last}, **grounding)]
    told = [chunk({"text": "hm", "thought": True}), *(chunk({"text": piece}) for piece in before), *end]
    shown = streamed("gemini", *told)[0][-1]["candidates"][0]
    assert shown["groundingMetadata"]["groundingSupports"][0]["segment"] == in_bytes(MEANT, "ça")
    assert shown["citationMetadata"]["citationSources"][0] == in_bytes(MEANT, "heute")


def test_what_a_whole_answer_of_gemini_s_cites_moves_with_its_text() -> None:
    told = {
        "content": {"parts": [{"text": TEXT_OF}]},
        "citationMetadata": {"citations": [{**in_bytes(TEXT_OF, "ça"), "uri": "https://x.example"}, {"startIndex": 1}]},
    }
    shown = json.loads(whole_body(json.dumps({"candidates": [told]}).encode(), channels()))["candidates"][0]
    first, second = shown["citationMetadata"]["citations"]
    assert first == {**in_bytes(MEANT, "ça"), "uri": "https://x.example"}
    assert second == {"startIndex": 1}


def test_citations_move_with_the_text_on_their_way_to_another_dialect() -> None:
    note = {"type": "url_citation", "url": "https://x.example", **in_letters(TEXT_OF, "heute")}
    texts: list[Event] = [Delta(0, piece) for piece in pieces_of(TEXT_OF, 3)]
    for events in (
        [BlockOpened(0, "text"), *texts, Cited(0, "openai_responses", note), BlockClosed(0)],
        [BlockOpened(0, "text"), *texts, BlockClosed(0), Cited(0, "openai_responses", note)],
    ):
        shown = EventStream(channels(), reasoning=True).feed([Started(), *events])
        [cited] = [event for event in shown if isinstance(event, Cited)]
        assert cited.citation == {**note, **in_letters(MEANT, "heute")}


@pytest.mark.parametrize("size", [1, 4, 7])
def test_log_probabilities_of_a_token_are_left_out_of_a_whole_answer(size: int) -> None:
    measures = measured(TEXT_OF, size)
    chat = {"message": {"content": TEXT_OF}, "logprobs": {"content": measures, "refusal": None}}
    part = {"type": "output_text", "text": TEXT_OF, "logprobs": measures}
    chosen = {"chosenCandidates": measures, "topCandidates": [{"candidates": [one]} for one in measures]}
    candidate = {"content": {"parts": [{"text": TEXT_OF}]}, "logprobsResult": chosen}
    tree = {"choices": [chat], "output": [{"content": [part]}], "candidates": [candidate]}
    own = channels()
    shown = json.loads(whole_body(json.dumps(tree).encode(), own))
    kept = shown["choices"][0]["logprobs"]["content"]
    gemini = shown["candidates"][0]["logprobsResult"]
    assert kept == shown["output"][0]["content"][0]["logprobs"] == gemini["chosenCandidates"]
    assert [one["candidates"][0] for one in gemini["topCandidates"]] == kept
    assert own.lost == {"logprobs"}
    before, after = TEXT_OF.split(TOKEN)
    left = spelt(kept)
    assert any(before.startswith(left[:n]) and after.endswith(left[n:]) for n in range(len(left) + 1))
    if size == 1:
        assert spelt(kept) == before + after


def test_log_probabilities_that_do_not_spell_the_text_are_all_left_out() -> None:
    chat = {"message": {"content": TEXT_OF}, "logprobs": {"content": [{"token": "?"}, 7, {"bytes": [999]}]}}
    legacy = {"text": TEXT_OF, "logprobs": {"tokens": ["x"], "text_offset": [0]}}
    shown = json.loads(whole_body(json.dumps({"choices": [chat, legacy]}).encode(), channels()))["choices"]
    assert (shown[0]["logprobs"]["content"], shown[1]["logprobs"]) == ([], None)


def test_log_probabilities_stay_where_nothing_was_changed() -> None:
    tree = {"choices": [{"message": {"content": "Hi"}, "logprobs": {"content": measured("Hi")}}]}
    raw, own = json.dumps(tree).encode(), channels()
    assert whole_body(raw, own) is raw
    assert not own.lost


@pytest.mark.parametrize("size", [1, 4, 100])
def test_log_probabilities_of_what_changes_are_left_out_of_a_stream(size: int) -> None:
    pieces = pieces_of(f"So {TOKEN}. Yes, and so on", size)
    where = {"output_index": 0, "content_index": 0}
    chat = [{"choices": [{"index": 0, "delta": {"content": p}, "logprobs": {"content": measured(p)}}]} for p in pieces]
    responses = [{"type": "response.output_text.delta", "delta": p, **where, "logprobs": measured(p)} for p in pieces]
    gemini = [
        {"candidates": [{"content": {"parts": [{"text": p}]}, "logprobsResult": {"chosenCandidates": measured(p)}}]}
        for p in pieces
    ]
    for dialect, told in (("openai_chat", chat), ("openai_responses", responses), ("gemini", gemini)):
        shown, own = streamed(dialect, *told)
        assert own.lost == {"logprobs"}
        assert TOKEN[:3] not in spelt([one for tree in shown for one in _measures(tree)])
        assert "anna@x.ch" in "".join(_text(tree) for tree in shown)
        if size < 100:
            assert spelt([one for tree in shown for one in _measures(tree)]).endswith("so on")


def _measures(tree: dict[str, Any]) -> list[dict[str, Any]]:
    for choice in tree.get("choices") or ():
        return (choice.get("logprobs") or {}).get("content") or []
    for candidate in tree.get("candidates") or ():
        return (candidate.get("logprobsResult") or {}).get("chosenCandidates") or []
    return tree.get("logprobs") or []


def _text(tree: dict[str, Any]) -> str:
    for choice in tree.get("choices") or ():
        return choice["delta"]["content"]
    for candidate in tree.get("candidates") or ():
        return candidate["content"]["parts"][0]["text"]
    return tree["delta"]


def test_log_probabilities_of_what_changes_are_left_out_on_their_way_to_another_dialect() -> None:
    own = channels()
    stream = EventStream(own, reasoning=True)
    shown = stream.feed([Started(), BlockOpened(0, "text")])
    for piece in pieces_of(f"So {TOKEN}. Yes, and so on", 2):
        shown += stream.feed([Delta(0, piece), LogprobsReported(0, measured(piece))])
    kept = [one for event in shown if isinstance(event, LogprobsReported) for one in event.content or ()]
    assert spelt(kept).endswith("so on")
    assert TOKEN[:3] not in spelt(kept)
    assert own.lost == {"logprobs"}


@pytest.mark.anyio
async def test_what_was_left_out_is_told_in_the_header() -> None:
    upstream = ScriptedUpstream(ScriptedResponse(418, JSON, [b"{}"]))
    stand = Stand(policy_with(), upstream)
    path, model = "/v1/chat/completions", "chat/m"

    async def asked() -> AsgiCall:
        body = {"model": model, "messages": [{**TEXT, "content": f"To {EMAIL}"}], "logprobs": True}
        call = AsgiCall(path, json.dumps(body).encode())
        await call.run(stand.edge)
        return call

    await asked()
    said = json.loads(upstream.requests[0].body)["messages"][-1]["content"].removeprefix("To ")
    choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
    told = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    answer = {**told, "choices": [{**choice, "logprobs": {"content": measured(said)}}]}
    upstream._answers = iter([ScriptedResponse(200, JSON, [json.dumps(answer).encode()])])
    call = await asked()
    assert call.status == 200, call.body
    assert EMAIL in call.body.decode()
    assert call.headers["x-gateway-dropped"] == "answer.logprobs"
    assert stand.ledger.rows[-1].dropped == "answer.logprobs"


LETTER = f"Sehr geehrte Frau, schreiben Sie {EMAIL}. Die Karte ist 4111 1111 1111 1111, wie {EMAIL} sagt. Ende gut."


@pytest.mark.anyio
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("quoted", "times"),
    [("Sehr geehrte", 1), ("@1.", 1), ("wie @1 sagt", 1), ("Ende gut", 1), ("@1", 2), ("Karte ist", 1)],
)
async def test_what_claude_quotes_stands_there_in_the_clients_document(quoted: str, times: int, stream: bool) -> None:
    upstream = ScriptedUpstream(ScriptedResponse(418, JSON, [b"{}"]))
    stand = Stand(policy_with(), upstream)
    picture = {"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}}
    letter = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": LETTER}}
    asked = {"model": "messages/m", "max_tokens": 9, "stream": stream}
    body = {**asked, "messages": [{"role": "user", "content": [picture, letter, {"type": "text", "text": "Wie?"}]}]}

    async def ask() -> AsgiCall:
        call = AsgiCall("/v1/messages", json.dumps(body).encode(), {"anthropic-version": "2023-06-01"})
        await call.run(stand.edge)
        return call

    first = await ask()
    assert first.status == 418, first.body
    sent = json.loads(upstream.requests[0].body)["messages"][0]["content"][1]["source"]["data"]
    token = sent.partition("schreiben Sie ")[2].partition(". Die")[0]
    assert token != EMAIL
    words = quoted.replace("@1", token)
    start = -1
    for _ in range(times):
        start = sent.index(words, start + 1)
    place = {"start_char_index": start, "end_char_index": start + len(words), "document_index": 1}
    citation = {"type": "char_location", "cited_text": words, "document_title": None, **place}
    upstream._answers = iter([answer_citing(citation, stream=stream)])
    call = await ask()
    assert call.status == 200, call.body
    told = citation_in(call.body, stream=stream)
    meant = quoted.replace("@1", EMAIL)
    assert told["cited_text"] == meant
    assert LETTER[told["start_char_index"] : told["end_char_index"]] == meant
    assert LETTER[: told["start_char_index"]].count(meant) == times - 1
    fetched = {**citation, "document_index": 2}  # by Claude itself: the answer has it
    upstream._answers = iter([answer_citing(fetched, stream=stream)])
    told = citation_in((await ask()).body, stream=stream)
    assert (told["document_index"], told["start_char_index"], told["end_char_index"]) == (2, start, start + len(words))
    away = {**citation, "start_char_index": len(sent) + 1, "end_char_index": len(sent) + 9}
    upstream._answers = iter([answer_citing(away, stream=stream)])
    call = await ask()
    assert b"char_location" not in call.body
    assert stand.ledger.rows[-1].dropped == "answer.citations"


def answer_citing(citation: dict[str, Any], *, stream: bool) -> ScriptedResponse:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m"}
    ended, usage = (
        {"stop_reason": "end_turn", "stop_sequence": None},
        {"usage": {"input_tokens": 1, "output_tokens": 1}},
    )
    if not stream:
        content = [{"type": "text", "text": "So.", "citations": [citation]}]
        return ScriptedResponse(200, JSON, [json.dumps({**message, **ended, **usage, "content": content}).encode()])
    told = [
        {"type": "message_start", "message": {**message, "content": [], **usage}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "", "citations": []}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": citation}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "So."}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, **usage},
        {"type": "message_stop"},
    ]
    script = [f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in told]
    return ScriptedResponse(200, {"content-type": "text/event-stream"}, script)


def citation_in(body: bytes, *, stream: bool) -> dict[str, Any]:
    if not stream:
        [citation] = json.loads(body)["content"][0]["citations"]
        return citation
    lines = [json.loads(line[6:]) for line in body.splitlines() if line.startswith(b"data: ")]
    [told] = [line["delta"]["citation"] for line in lines if "citation" in line.get("delta", {})]
    return told
