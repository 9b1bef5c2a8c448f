"""What providers bill by the call, beside the tokens: read from each dialect, priced, held and written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.core.call_prices import CallPrice
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import PriceOverride, ProviderKind
from tests.audit.test_served import audit_in
from tests.support.one_provider import CHAT, MESSAGE, asked_in_turn, events, spent
from tests.support.recorded_provider import Performance

pytestmark = pytest.mark.asyncio

CENT = NANO // 100
TOKENS = PriceOverride(provider="p", model="m", currency="USD", since="2020-01-01", input=NANO, output=NANO)
"""A thousand nano-dollars a token, of either kind."""
A_TOKEN = 1000
CALLS = CallPrice(
    provider="p",
    currency="USD",
    since="2020-01-01",
    web_search=CENT,
    file_search=2 * CENT,
    code_session=3 * CENT,
    image=4 * CENT,
    map_search=5 * CENT,
    source=6 * CENT,
    connector=7 * CENT,
    audio_second=8 * CENT,
)
PRICED = {"price_overrides": (TOKENS,), "call_prices": (CALLS,)}


def of_model(model: str) -> dict[str, Any]:
    return {"price_overrides": (msgspec.structs.replace(TOKENS, model=model),), "call_prices": (CALLS,)}


def search(query: str, action: str = "search") -> dict[str, Any]:
    told = {"type": action, "query": query}
    return {"type": "web_search_call", "id": f"ws_{query}", "status": "completed", "action": told}


SAID = {
    "type": "message",
    "id": "msg_1",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "ok", "annotations": []}],
}
RUN = {
    "type": "code_interpreter_call",
    "id": "ci",
    "status": "completed",
    "container_id": "cntr_1",
    "code": "1",
    "outputs": [],
}


def response(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    used = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": "m",
        "output": [*items, SAID],
        "usage": used,
        **more,
    }


def by_xai(**counts: int) -> dict[str, Any]:
    details = {
        "web_search_calls": 0,
        "x_search_calls": 0,
        "code_interpreter_calls": 0,
        "file_search_calls": 0,
        "mcp_calls": 0,
    }
    used = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "num_sources_used": 0}
    return {**used, "server_side_tool_usage_details": details | counts}


def block(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "server_tool_use", "id": f"srvtoolu_{name}", "name": name, "input": {}, **more}


def message(*blocks: dict[str, Any], **counts: Any) -> dict[str, Any]:
    used = {"input_tokens": 10, "output_tokens": 5, **counts}
    return {**MESSAGE, "content": [*blocks, *MESSAGE["content"]], "usage": used}


def gemini(model: str, **metadata: Any) -> dict[str, Any]:
    return {
        "candidates": [
            {
                "content": {"role": "model", "parts": [{"text": "ok"}]},
                "finishReason": "STOP",
                "index": 0,
                "groundingMetadata": metadata,
            }
        ],
        "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15},
        "modelVersion": model,
        "responseId": "r",
    }


RESPONSES = "/v1/responses"
ASK = {"model": "p/m", "input": "hi"}
PROMPT = {"model": "p/m", "max_tokens": 20, "messages": [{"role": "user", "content": "hi"}]}
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
TWO_SEARCHES = response(search("a"), search("b"), search("c", "open_page"), RUN, {**RUN, "id": "ci2"})
FAILED_SEARCH = response({**search("a"), "status": "failed"}, search("b"))
FILES = response({"type": "file_search_call", "id": "fs", "status": "completed", "queries": [], "results": None})
PICTURE = response({"type": "image_generation_call", "id": "ig", "status": "completed", "result": "aGk="})

BESIDE_GOOGLE = {**CONTENTS, "tools": [{"parallelAiSearch": {}}]}
WIRES: dict[str, tuple[ProviderKind, dict[str, Any], str, dict[str, Any], str, str]] = {
    "responses": ("openai", TWO_SEARCHES, RESPONSES, ASK, "web_search=2,code_session=1", "m"),
    "failed search": ("openai", FAILED_SEARCH, RESPONSES, ASK, "web_search=1", "m"),
    "responses count": (
        "openai",
        response(search("a"), tool_usage={"web_search": {"num_requests": 3}}),
        RESPONSES,
        ASK,
        "web_search=3",
        "m",
    ),
    "file search": ("openai", FILES, RESPONSES, ASK, "file_search=1", "m"),
    "picture": ("openai", PICTURE, RESPONSES, ASK, "image=1", "m"),
    "xai": (
        "xai",
        response(search("a"), usage=by_xai(web_search_calls=2, x_search_calls=1, code_interpreter_calls=1)),
        RESPONSES,
        ASK,
        "web_search=3,code_session=1",
        "m",
    ),
    "xai live": (
        "xai",
        {**CHAT, "usage": {**CHAT["usage"], "num_sources_used": 4}},
        "/v1/chat/completions",
        PROMPT,
        "source=4",
        "m",
    ),
    "chat": (
        "openai",
        CHAT,
        "/v1/chat/completions",
        {**PROMPT, "web_search_options": {}},
        "web_search=1",
        "m",
    ),
    "connectors": (
        "mistral",
        {**CHAT, "usage": {**CHAT["usage"], "connectors": {"web_search": 2, "code_interpreter": 1}}},
        "/mistral/v1/chat/completions",
        PROMPT,
        "web_search=2,code_session=1",
        "m",
    ),
    "connectors of one's own": (
        "mistral",
        {**CHAT, "usage": {**CHAT["usage"], "connectors": {"crm": 2, "document_library": 1, "mistral_mcp": 3}}},
        "/mistral/v1/chat/completions",
        PROMPT,
        "file_search=1,connector=5",
        "m",
    ),
    "sound": (
        "mistral",
        {**CHAT, "usage": {**CHAT["usage"], "prompt_audio_seconds": 90}},
        "/mistral/v1/chat/completions",
        PROMPT,
        "audio_second=90",
        "m",
    ),
    "anthropic": (
        "anthropic",
        message(block("web_search"), server_tool_use={"web_search_requests": 3, "web_fetch_requests": 7}),
        "/v1/messages",
        PROMPT,
        "web_search=3",
        "m",
    ),
    "anthropic programs": (
        "anthropic",
        message(block("bash_code_execution"), block("text_editor_code_execution")),
        "/v1/messages",
        PROMPT,
        "code_session=1",
        "m",
    ),
    "anthropic sorted": (
        "anthropic",
        message(
            block("code_execution"),
            block("web_search", caller={"type": "code_execution_20260120", "tool_id": "t"}),
            server_tool_use={"web_search_requests": 1},
        ),
        "/v1/messages",
        PROMPT,
        "web_search=1",
        "m",
    ),
    "gemini by answer": (
        "gemini",
        gemini("gemini-2.5-flash", webSearchQueries=["a", "b"]),
        "/gemini/v1beta/models/p/gemini-2.5-flash:generateContent",
        CONTENTS,
        "web_search=1",
        "gemini-2.5-flash",
    ),
    "gemini by query": (
        "gemini",
        gemini("gemini-3.5-flash", webSearchQueries=["a", "", "b", "a"]),
        "/gemini/v1beta/models/p/gemini-3.5-flash:generateContent",
        CONTENTS,
        "web_search=2",
        "gemini-3.5-flash",
    ),
    "gemini maps": (
        "gemini",
        gemini("gemini-2.5-flash", groundingChunks=[{"maps": {"uri": "u"}}]),
        "/gemini/v1beta/models/p/gemini-2.5-flash:generateContent",
        CONTENTS,
        "map_search=1",
        "gemini-2.5-flash",
    ),
    "gemini at google and beside": (
        "gemini",
        gemini("gemini-2.5-flash", webSearchQueries=["a"]),
        "/gemini/v1beta/models/p/gemini-2.5-flash:generateContent",
        {**CONTENTS, "tools": [{"googleSearch": {}}, {"parallelAiSearch": {}}]},
        "web_search=1,connector=1",
        "gemini-2.5-flash",
    ),
    "gemini beside google": (
        "gemini",
        gemini("gemini-2.5-flash"),
        "/gemini/v1beta/models/p/gemini-2.5-flash:generateContent",
        BESIDE_GOOGLE,
        "connector=1",
        "gemini-2.5-flash",
    ),
}
COSTS = {
    "web_search": CENT,
    "file_search": 2 * CENT,
    "code_session": 3 * CENT,
    "image": 4 * CENT,
    "map_search": 5 * CENT,
}
COSTS["source"] = 6 * CENT
COSTS["connector"] = 7 * CENT
COSTS["audio_second"] = 8 * CENT


def cost_of(calls: str) -> int:
    return sum(COSTS[kind] * int(count) for kind, count in (one.split("=") for one in calls.split(",")))


@pytest.mark.parametrize("name", WIRES)
async def test_calls_are_counted_and_charged(name: str, tmp_path: Path) -> None:
    kind, answer, path, tree, calls, model = WIRES[name]
    got, [row] = await spent(kind, answer, path, tree, tmp_path, **of_model(model))
    assert got.status_code == 200, got.text
    assert row["calls_by_kind"] == calls
    assert row["billed_calls"] == sum(int(one.partition("=")[2]) for one in calls.split(","))
    assert row["cost_calls_nano"] == cost_of(calls)
    tokens = row["input_tokens"] + row["output_tokens"]
    assert row["cost_nano"] == tokens * A_TOKEN + cost_of(calls)
    assert not row["unpriced"]
    assert not row["estimated"]


async def test_pages_that_a_prompt_names_are_billed_as_tokens(tmp_path: Path) -> None:
    answer = gemini("gemini-3.5-flash", groundingChunks=[{"web": {"uri": "u", "title": "t"}}], webSearchQueries=[])
    path = "/gemini/v1beta/models/p/gemini-3.5-flash:generateContent"
    _, [row] = await spent("gemini", answer, path, CONTENTS, tmp_path, **of_model("gemini-3.5-flash"))
    assert (row["calls_by_kind"], row["billed_calls"], row["cost_nano"]) == (None, None, 15 * A_TOKEN)


RESPONSE_EVENTS = (
    {"type": "response.created", "sequence_number": 0, "response": response(status="in_progress", usage=None)},
    {"type": "response.output_item.added", "sequence_number": 1, "output_index": 0, "item": search("a")},
    {"type": "response.output_item.done", "sequence_number": 2, "output_index": 0, "item": search("a")},
    {"type": "response.output_item.done", "sequence_number": 3, "output_index": 1, "item": search("b")},
)
MESSAGE_EVENTS = (
    {"type": "message_start", "message": {**MESSAGE, "content": [], "usage": {"input_tokens": 10, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": block("web_search")},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": block("web_search")},
    {"type": "content_block_stop", "index": 1},
)
SEARCHED = {"server_tool_use": {"web_search_requests": 2}}
ENDS: dict[str, tuple[ProviderKind, tuple[dict[str, Any], ...], tuple[dict[str, Any], ...], str, dict[str, Any]]] = {
    "responses": (
        "openai",
        RESPONSE_EVENTS,
        ({"type": "response.completed", "sequence_number": 4, "response": response(search("a"), search("b"))},),
        RESPONSES,
        ASK,
    ),
    "anthropic": (
        "anthropic",
        MESSAGE_EVENTS,
        (
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5, **SEARCHED}},
            {"type": "message_stop"},
        ),
        "/v1/messages",
        PROMPT,
    ),
}


@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("ends", [True, False])
async def test_searches_in_a_stream_count_though_it_breaks_off(name: str, ends: bool, tmp_path: Path) -> None:
    kind, begun, end, path, tree = ENDS[name]
    answer = events(*begun, *(end if ends else ()))
    _, [row] = await spent(kind, answer, path, {**tree, "stream": True}, tmp_path, **PRICED)
    assert row["status"] == ("ok" if ends else "upstream_cut")
    assert (row["calls_by_kind"], row["cost_calls_nano"]) == ("web_search=2", 2 * CENT)
    assert bool(row["estimated"]) != ends


async def test_a_grounded_stream_counts_whether_or_not_it_tells_what_it_asked(tmp_path: Path) -> None:
    """Queries come with the last chunk; the tokens of what was found come from the first on."""
    first = gemini("gemini-2.5-flash")
    del first["candidates"][0]["finishReason"]
    first["usageMetadata"]["toolUsePromptTokenCount"] = 100
    last = gemini("gemini-2.5-flash", webSearchQueries=["a", "b"])
    path = "/gemini/v1beta/models/p/gemini-2.5-flash:streamGenerateContent?alt=sse"
    for chunks, status in (([first, last], "ok"), ([first], "upstream_cut")):
        data = "".join(f"data: {json.dumps(one)}\n\n" for one in chunks).encode()
        answer = Performance(200, {"content-type": "text/event-stream"}, (data,))
        tree = {**CONTENTS, "tools": [{"googleSearch": {}}]}
        state = tmp_path / status
        _, [row] = await spent("gemini", answer, path, tree, state, **of_model("gemini-2.5-flash"))
        assert (row["status"], row["calls_by_kind"], row["cost_calls_nano"]) == (status, "web_search=1", CENT)


HI = {"role": "user", "content": "hi"}
SEARCHES = {**ASK, "max_output_tokens": 20, "tools": [{"type": "web_search"}]}


def budget(cents: int) -> tuple[Budget, ...]:
    return (Budget(name="month", period="month", limit=Money(cents * CENT, "USD")),)


async def test_without_a_budget_a_call_without_a_price_is_told(tmp_path: Path) -> None:
    got, [row] = await spent("openai", TWO_SEARCHES, RESPONSES, SEARCHES, tmp_path, price_overrides=(TOKENS,))
    assert got.status_code == 200
    assert row["unpriced"]
    assert row["cost_nano"] == 15 * A_TOKEN
    assert row["price_source"] == "override, no price of web_search, code_session"


async def test_with_a_budget_a_tool_without_a_price_is_refused(tmp_path: Path) -> None:
    got, [row] = await spent(
        "openai", TWO_SEARCHES, RESPONSES, SEARCHES, tmp_path, price_overrides=(TOKENS,), budgets=budget(100)
    )
    assert got.status_code == 422
    told = got.json()["error"]
    assert told["code"] == "price_unknown"
    assert told["param"] == "tools"
    assert "'prices.calls': provider: p, web_search: 10 USD/kcall" in told["message"]
    assert row["attempts"] == 0
    plain = {**SEARCHES, "tools": [{"type": "function", "name": "f", "parameters": {}}]}
    got, _ = await spent(
        "openai", response(), RESPONSES, plain, tmp_path / "2", price_overrides=(TOKENS,), budgets=budget(100)
    )
    assert got.status_code == 200


@pytest.mark.parametrize(
    ("tree", "cents", "status"),
    [
        (SEARCHES, 9, 402),
        (SEARCHES, 11, 200),
        ({**SEARCHES, "max_tool_calls": 3}, 4, 200),
        ({**SEARCHES, "tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}, 2, 402),
        ({**SEARCHES, "tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}, 4, 200),
        ({**SEARCHES, "tools": [{"type": "shell", "environment": {"type": "container_auto"}}]}, 2, 402),
        ({**SEARCHES, "tools": [{"type": "shell", "environment": {"type": "local"}}]}, 1, 200),
        ({**SEARCHES, "tools": [{"type": "shell"}]}, 1, 200),
        ({**SEARCHES, "tools": []}, 1, 200),
        ({**SEARCHES, "tools": [], "input": [{"type": "additional_tools", "tools": SEARCHES["tools"]}, HI]}, 9, 402),
    ],
)
async def test_calls_are_held_before_they_are_made(
    tree: dict[str, Any], cents: int, status: int, tmp_path: Path
) -> None:
    got, _ = await spent("openai", response(), RESPONSES, tree, tmp_path, **PRICED, budgets=budget(cents))
    assert got.status_code == status, got.text


async def test_what_was_held_for_calls_is_settled_to_what_was_made(tmp_path: Path) -> None:
    """Of eleven cents ten are held, two are spent: then there is room for eight more, and not for ten."""
    trees = [SEARCHES, {**SEARCHES, "max_tool_calls": 8}, SEARCHES]
    answer = response(search("a"), search("b"))
    got = await asked_in_turn("openai", answer, RESPONSES, trees, tmp_path, **PRICED, budgets=budget(11))
    assert [each.status_code for each in got] == [200, 200, 402]


async def test_uses_that_a_request_of_anthropics_allows_are_held(tmp_path: Path) -> None:
    def asked(**tool: Any) -> dict[str, Any]:
        return {**PROMPT, "tools": [{"type": "web_search_20250305", "name": "web_search", **tool}]}

    for tree, status in ((asked(max_uses=2), 200), (asked(max_uses=5), 402), (asked(), 402)):
        state = tmp_path / str(status) / str(len(str(tree)))
        got, _ = await spent("anthropic", message(), "/v1/messages", tree, state, **PRICED, budgets=budget(3))
        assert got.status_code == status, got.text


@pytest.mark.parametrize("stream", [False, True])
async def test_the_audit_says_what_a_presumed_search_cost(stream: bool, tmp_path: Path) -> None:
    answer: Any = CHAT
    if stream:
        begun = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        said = {"index": 0, "delta": {"role": "assistant", "content": "ok"}}
        last = {**begun, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": CHAT["usage"]}
        chunks = ({**begun, "choices": [said]}, last)
        data = "".join(f"data: {json.dumps(one)}\n\n" for one in chunks) + "data: [DONE]\n\n"
        answer = Performance(200, {"content-type": "text/event-stream"}, (data.encode(),))
    tree = {**PROMPT, "web_search_options": {}, "stream": stream}
    _, [row] = await spent("openai", answer, "/v1/chat/completions", tree, tmp_path, **PRICED)
    _, headers = await audit_in(f"sqlite+aiosqlite:///{tmp_path}/gateway.db", tmp_path)
    [outcome] = [header for header in headers if header.kind == "outcome"]
    assert outcome.cost_nano == row["cost_nano"] == 2 * A_TOKEN + CENT


async def test_a_failed_answer_that_was_billed_for_searches_alone_is_charged(tmp_path: Path) -> None:
    answer = {
        "type": "message",
        "id": "m",
        "model": "m",
        "content": 7,
        "usage": {"input_tokens": 0, "output_tokens": 0, "server_tool_use": {"web_search_requests": 2}},
    }
    got, [row] = await spent("anthropic", answer, "/v1/messages", {**PROMPT, "max_tokens": 5}, tmp_path, **PRICED)
    assert (got.status_code, row["status"], row["calls_by_kind"]) == (502, "upstream_error", "web_search=2")
    assert (row["cost_nano"], row["estimated"]) == (2 * CENT, False)


@pytest.mark.parametrize("budgeted", [True, False])
async def test_what_has_no_price_is_refused_where_a_budget_is_and_flagged_elsewhere(
    budgeted: bool, tmp_path: Path
) -> None:
    budgets = (Budget(name="b", period="month", limit=Money(10**12, "USD")),) if budgeted else ()
    model = "gemini-2.5-flash"
    path = f"/gemini/v1beta/models/p/{model}:generateContent"
    got, rows = await spent("gemini", gemini(model), path, BESIDE_GOOGLE, tmp_path, budgets=budgets)
    if budgeted:
        assert (got.status_code, "connector" in got.text) == (422, True)
    else:
        [row] = rows
        assert (got.status_code, row["calls_by_kind"], bool(row["unpriced"])) == (200, "connector=1", True)
