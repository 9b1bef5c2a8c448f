"""Faults come as asked, through the header or the model's name, and the server remembers what it sent."""

import asyncio
import json
import time

import aiohttp
import pytest

from gateway.providers.simulated.ask import Refusal
from gateway.providers.simulated.faults import NONE, Faults, from_header, from_model, parse
from tests.support.simulated import HEADERS, calling
from tests.support.waiting import until

CHAT_PATH = "/openai/v1/chat/completions"
STREAMS = {
    "openai chat": (CHAT_PATH, {}),
    "xai chat": ("/xai/v1/chat/completions", {}),
    "local chat": ("/local/v1/chat/completions", {}),
    "mistral chat": ("/mistral/v1/chat/completions", {}),
    "responses": ("/openai/v1/responses", {"messages": None, "input": "stream 60 chunks"}),
    "anthropic": ("/anthropic/v1/messages", {"max_tokens": 999}),
    "local messages": ("/local/v1/messages", {"max_tokens": 999}),
}
GEMINI_PATH = "/gemini/v1beta/models/{model}:streamGenerateContent?alt=sse"


def streaming(name: str, suffix: str = "") -> tuple[str, dict]:
    """(path, body) of a stream of 60 tokens whose model's name carries the faults."""
    model = f"small{suffix}"
    if name == "gemini":
        return GEMINI_PATH.format(model=model), {"contents": [{"parts": [{"text": "stream 60 chunks"}]}]}
    path, more = STREAMS[name]
    body = {"model": model, "messages": [{"role": "user", "content": "stream 60 chunks"}], "stream": True} | more
    return path, {field: value for field, value in body.items() if value is not None}


async def read_until_broken(caller, path: str, body: dict) -> tuple[bytes, type | None]:
    """(bytes that came, the kind of break or None for a proper end)."""
    got = b""
    async with caller.session.post(caller.server.url + path, json=body, headers=HEADERS) as answer:
        try:
            async for chunk in answer.content.iter_any():
                got += chunk
        except aiohttp.ClientError as error:
            return got, type(error)
    return got, None


def test_both_spellings_mean_the_same():
    wanted = Faults(status=429, retry_after="7", text="a b", no_usage=True, slow=0.5)
    assert parse(from_header("status=429;retry-after=7; text=a%20b;no-usage;slow=0.5")) == wanted
    name, items = from_model("m+status=429+retry-after=7+text=a%20b+no-usage+slow=0.5")
    assert (name, parse(items)) == ("m", wanted)
    assert parse(from_header(None)) is NONE


@pytest.mark.parametrize("item", ["nonsense", "status=soon", "cut-after"])
def test_what_is_no_fault_is_refused(item):
    with pytest.raises(Refusal):
        parse([item])


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        (CHAT_PATH, 429, lambda body: body["error"]["type"] == "rate_limit_error"),
        (CHAT_PATH, 500, lambda body: body["error"]["type"] == "server_error"),
        ("/anthropic/v1/messages", 529, lambda body: body["error"]["type"] == "overloaded_error"),
        ("/mistral/v1/chat/completions", 429, lambda body: body["object"] == "error"),
        ("/xai/v1/chat/completions", 429, lambda body: set(body) == {"code", "error"}),
        ("/local/v1/chat/completions", 503, lambda body: body["error"]["code"] == 503),
        ("/gemini/v1/models/m:generateContent", 429, lambda body: body["error"]["status"] == "RESOURCE_EXHAUSTED"),
    ],
)
@pytest.mark.asyncio
async def test_status_with_native_error(path, status, told):
    async with calling() as caller:
        got = await caller.post(path, {"model": "m"}, x_simulate=f"status={status};retry-after=7")
    assert (got.status, got.headers["retry-after"]) == (status, "7")
    assert told(got.json), got.text
    assert caller.server.requests[-1].bill is None


@pytest.mark.parametrize("name", [*STREAMS, "gemini"])
@pytest.mark.asyncio
async def test_error_within_the_stream(name):
    path, body = streaming(name, "+error-after=3")
    async with calling() as caller:
        got = await caller.post(path, body)
    last = got.events[-1]
    assert "error" in last or last["type"] == "error" or last.get("object") == "error"
    assert caller.server.requests[-1].outcome == "faulted"


@pytest.mark.parametrize("fault", ["cut-after=5", "reset-after=5", "end-after=5"])
@pytest.mark.parametrize("name", [*STREAMS, "gemini"])
@pytest.mark.asyncio
async def test_breaks_after_so_many_frames(name, fault):
    async with calling() as caller:
        path, body = streaming(name)
        whole = (await caller.post(path, body)).text.encode()
        assert caller.server.requests[-1].bill.output_tokens == 60
        path, body = streaming(name, f"+{fault}")
        got, broken = await read_until_broken(caller, path, body)
        exchange = caller.server.requests[-1]
        await until(lambda: exchange.outcome != "running")
    assert got == whole[: len(got)]
    separator = b"\r\n\r\n" if name == "gemini" else b"\n\n"
    assert got.count(separator) == exchange.frames_sent == 5
    assert (broken is None) == fault.startswith("end")
    assert exchange.outcome == "faulted"
    assert 0 <= exchange.bill.output_tokens <= 5
    assert caller.server.open_streams == 0


@pytest.mark.parametrize(("fault", "kept"), [("cut-after=20", 20), ("reset-after=20", 20)])
@pytest.mark.asyncio
async def test_whole_answers_break_within_the_body(fault, kept):
    body = {"model": f"m+{fault}", "messages": [{"role": "user", "content": "Hello"}]}
    async with calling() as caller:
        got, broken = await read_until_broken(caller, CHAT_PATH, body)
    assert len(got) == kept
    assert issubclass(broken, aiohttp.ClientError)


@pytest.mark.asyncio
async def test_a_stall_lasts_until_the_caller_leaves():
    path, body = streaming("openai chat", "+stall-after=2")
    async with calling() as caller:
        answer = await caller.session.post(caller.server.url + path, json=body, headers=HEADERS)
        got = b""
        while got.count(b"\n\n") < 2:
            got += await answer.content.readany()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(answer.content.readany(), 0.1)
        assert caller.server.open_streams == 1
        answer.close()
        exchange = caller.server.requests[-1]
        await until(lambda: exchange.outcome == "aborted")
        assert caller.server.open_streams == 0
        assert exchange.bill.output_tokens == 1
        await until(lambda: caller.server.open_connections == 0)


@pytest.mark.asyncio
async def test_silence_before_the_head_and_pace():
    async with calling() as caller:
        begun = time.monotonic()
        await caller.post(
            CHAT_PATH,
            {"model": "m", "messages": [{"role": "user", "content": "x"}]},
            x_simulate="first-byte-delay=0.05",
        )
        assert time.monotonic() - begun >= 0.05
        path, body = streaming("openai chat", "+slow=0.01+chunks=8")
        begun = time.monotonic()
        got = await caller.post(path, body)
        assert time.monotonic() - begun >= 0.1
    assert sum(bool(event["choices"][0]["delta"].get("content")) for event in got.events) == 8


@pytest.mark.parametrize("name", [*STREAMS, "gemini"])
@pytest.mark.asyncio
async def test_other_borders_are_the_same_bytes(name):
    path, body = streaming(name)
    async with calling() as caller:
        whole = await caller.post(path, body)
        path, body = streaming(name, "+split=7")
        split = await caller.post(path, body)
        exchange = caller.server.requests[-1]
    ours = [event.get("choices") or event.get("candidates") or event.get("delta") for event in whole.events]
    theirs = [event.get("choices") or event.get("candidates") or event.get("delta") for event in split.events]
    assert ours == theirs
    assert exchange.frames_sent == -(-len(split.text.encode()) // 7)
    assert exchange.bill.output_tokens == 60


@pytest.mark.parametrize("name", [*STREAMS, "gemini"])
@pytest.mark.asyncio
async def test_no_usage(name):
    path, body = streaming(name, "+no-usage")
    if name.endswith("chat") and name != "mistral chat":
        body["stream_options"] = {"include_usage": True}
    async with calling() as caller:
        got = await caller.post(path, body)
        assert caller.server.requests[-1].bill.output_tokens == 60
    usages = [event.get("usage") or event.get("usageMetadata") or {} for event in got.events]
    usages += [(event.get("response") or event.get("message") or {}).get("usage") or {} for event in got.events]
    assert not any(count for usage in usages for count in usage.values())


@pytest.mark.asyncio
async def test_garbage():
    async with calling() as caller:
        path, body = streaming("openai chat", "+garbage")
        with pytest.raises(json.JSONDecodeError):
            _ = (await caller.post(path, body)).events
        with pytest.raises(json.JSONDecodeError):
            _ = (await caller.post(path, body | {"stream": False})).json


@pytest.mark.asyncio
async def test_dictated_text():
    body = {"model": "m+text=Gr%C3%BCezi%2C%20a%2Bb", "messages": [{"role": "user", "content": "x"}]}
    async with calling() as caller:
        got = await caller.post(CHAT_PATH, body)
    assert got.json["choices"][0]["message"]["content"] == "Grüezi, a+b"
    assert got.json["model"] == "m"
