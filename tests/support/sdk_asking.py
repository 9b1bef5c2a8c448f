"""Any request body through the vendors' SDKs, and what they made of the answer.

The SDKs build a request of their own; on its way out its body is replaced by the one given, so that everything that
a client could say can be said, while URLs, headers and the reading of answers stay the SDK's. What came back is kept
beside what was read from it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import anthropic
import google.genai.errors
import httpx2
import mistralai.client.errors
import mistralai.client.models
import openai
from google import genai
from google.genai import types
from mistralai.client import Mistral

from tests.support.recordings import Counts, Told, with_calls
from tests.support.sdk_clients import SECONDS

CLIENTS = ("openai_chat", "openai_responses", "anthropic", "gemini", "mistral")
_WORDS = {
    "openai_chat": {"tool_calls": "tool_use", "function_call": "tool_use"},
    "mistral": {"tool_calls": "tool_use", "model_length": "length"},
    "anthropic": {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "refusal": "content_filter"},
    "gemini": {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content_filter"},
}


@dataclass
class Wire:
    """One exchange: the body to send; the body that came back."""

    body: bytes
    came: bytearray = field(default_factory=bytearray)
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)


class Broke(Exception):
    """The SDK raised. `answered`: by an error of the API's own, in place of an answer or within it."""

    def __init__(self, kind: str, status: int | None, message: str, answered: bool) -> None:
        super().__init__(f"{kind} {status}: {message}")
        self.kind = kind
        self.status = status
        self.message = message
        self.answered = answered
        self.wire: Wire | None = None


_wire: ContextVar[Wire] = ContextVar("wire")


class _Keeping(httpx2.AsyncByteStream):
    def __init__(self, stream: Any, wire: Wire) -> None:
        self._stream = stream
        self._wire = wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._wire.came += piece
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Replacing(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        wire = _wire.get()
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
        replaced = httpx2.Request(
            request.method, request.url, headers=headers, content=wire.body, extensions=request.extensions
        )
        response = await super().handle_async_request(replaced)
        wire.status = response.status_code
        wire.headers = dict(response.headers)
        response.stream = _Keeping(response.stream, wire)
        return response


class Sdks:
    """One client of each SDK, for one gateway. Make and close on one event loop."""

    def __init__(self, origin: str, key: str) -> None:
        # Without a limit: some SDKs leave the response of a stream open that they raised on.
        unlimited = httpx2.Limits(max_connections=None, max_keepalive_connections=32)
        self._http = httpx2.AsyncClient(transport=_Replacing(limits=unlimited), timeout=SECONDS)
        base = f"{origin}/openai/v1"
        self.openai = openai.AsyncOpenAI(base_url=base, api_key=key, max_retries=0, http_client=self._http)
        self.anthropic = anthropic.AsyncAnthropic(
            base_url=f"{origin}/anthropic", api_key=key, max_retries=0, http_client=self._http
        )
        options = types.HttpOptions(base_url=f"{origin}/gemini", httpx_async_client=self._http)
        self.genai = genai.Client(api_key=key, vertexai=False, http_options=options)
        self.mistral = Mistral(server_url=f"{origin}/mistral", api_key=key, async_client=self._http)

    async def close(self) -> None:
        await self._http.aclose()
        # Streams that an SDK raised on are left to the collector: let it find them here, while their loop runs, and
        # not under some later test. Only theirs: the loop is shared.
        gc.collect()
        await asyncio.sleep(0)

    async def ask(self, dialect: str, model: str, body: dict[str, Any], stream: bool) -> tuple[Told, Wire]:
        """What the SDK read; raises Broke. A body with a model says `model` in its place."""
        if dialect != "gemini":
            body = {**body, "model": model}
        wire = Wire(json.dumps(body, ensure_ascii=False).encode())
        _wire.set(wire)
        try:
            told = await self._told(dialect, model, stream)
        except Broke as broke:
            broke.wire = wire
            broke.__context__ = None  # its frames would keep the broken stream alive
            raise broke.with_traceback(None) from None
        told.finish = _WORDS.get(dialect, {}).get(told.finish or "", told.finish)
        if dialect == "gemini":
            told.finish = with_calls(told.finish, told.calls)
        return told, wire

    async def _told(self, dialect: str, model: str, stream: bool) -> Told:
        try:
            match dialect:
                case "openai_chat":
                    return await self._chat(model, stream)
                case "openai_responses":
                    return await self._responses(model, stream)
                case "anthropic":
                    return await self._messages(model, stream)
                case "gemini":
                    return await self._generate(model, stream)
                case _:
                    return await self._mistral(model, stream)
        except (openai.APIStatusError, anthropic.APIStatusError) as error:
            raise Broke(type(error).__name__, error.status_code, _message(error.body), answered=True) from error
        except (openai.APIConnectionError, anthropic.APIConnectionError, httpx2.HTTPError) as error:
            raise Broke(type(error).__name__, None, str(error), answered=False) from error
        except (openai.APIError, anthropic.APIError) as error:
            raise Broke(type(error).__name__, None, _message(error.body), answered=True) from error
        except google.genai.errors.APIError as error:
            raise Broke(type(error).__name__, error.code, error.message or "", answered=True) from error
        except mistralai.client.errors.MistralError as error:
            status = error.status_code if error.status_code != 200 else None
            raise Broke(type(error).__name__, status, error.body, answered=True) from error

    async def _chat(self, model: str, stream: bool) -> Told:
        told = Told()
        calls: dict[int, list[str]] = {}
        usage: Any = None
        made: Any = await self.openai.chat.completions.create(model=model, messages=[], stream=stream)
        async for piece in _each(made):
            usage = piece.usage or usage
            for choice in piece.choices:
                if choice.index != 0:
                    continue
                message = choice.delta if stream else choice.message
                told.finish = choice.finish_reason or told.finish
                told.text += message.content or ""
                told.refusal += message.refusal or ""
                told.reasoning += getattr(message, "reasoning_content", None) or ""
                for place, call in enumerate(message.tool_calls or ()):
                    known = calls.setdefault(call.index if stream else place, ["", "", ""])
                    known[0] = call.id or known[0]
                    known[1] = call.function.name or known[1]
                    known[2] += call.function.arguments or ""
        _put_calls(told, [calls[place] for place in sorted(calls)])
        if usage is not None:
            prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
            cached = (prompt.cached_tokens if prompt else 0) or 0
            reasoning = completion.reasoning_tokens if completion else None
            told.usage = Counts(usage.prompt_tokens, usage.completion_tokens, cached, reasoning)
            assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
        return told

    async def _responses(self, model: str, stream: bool) -> Told:
        made: Any = await self.openai.responses.create(model=model, input="", stream=stream)
        response, deltas = made, {"text": "", "arguments": ""}
        if stream:
            response = None
            numbers = []
            async for event in made:
                numbers.append(event.sequence_number)
                match event.type:
                    case "response.output_text.delta":
                        deltas["text"] += event.delta
                    case "response.function_call_arguments.delta":
                        deltas["arguments"] += event.delta
                    case "response.completed" | "response.incomplete":
                        response = event.response
                    case "response.failed":
                        error = event.response.error
                        raise Broke("response.failed", None, error.message, answered=True)
                    case "error":
                        raise Broke("error", None, event.message, answered=True)
                    case _:
                        pass
            if response is None:
                raise Broke("no terminal event", None, "", answered=False)
            assert numbers == sorted(set(numbers)), "sequence numbers"
        told = Told(finish="stop")
        calls = []
        for item in response.output:
            match item.type:
                case "message":
                    told.text += "".join(part.text for part in item.content if part.type == "output_text")
                    told.refusal += "".join(part.refusal for part in item.content if part.type == "refusal")
                case "reasoning":
                    told.reasoning += "".join(part.text for part in item.summary)
                    told.reasoning += "".join(part.text for part in item.content or ())
                case "function_call":
                    calls.append([item.call_id, item.name, item.arguments])
                case _:
                    pass
        _put_calls(told, calls)
        if stream:
            assert deltas["text"] == told.text, "deltas and final text differ"
            assert deltas["arguments"] == "".join(call[2] for call in calls), "deltas and final arguments differ"
        if response.status == "incomplete":
            reason = response.incomplete_details.reason if response.incomplete_details else None
            told.finish = "length" if reason == "max_output_tokens" else reason
        told.finish = with_calls(told.finish, told.calls)
        if (usage := response.usage) is not None:
            cached = usage.input_tokens_details.cached_tokens if usage.input_tokens_details else 0
            reasoning = usage.output_tokens_details.reasoning_tokens if usage.output_tokens_details else None
            told.usage = Counts(usage.input_tokens, usage.output_tokens, cached or 0, reasoning)
        return told

    async def _messages(self, model: str, stream: bool) -> Told:
        made: Any = await self.anthropic.messages.create(model=model, max_tokens=1, messages=[], stream=stream)
        told, calls, usage = Told(), [], None
        if stream:
            blocks: dict[int, list[str]] = {}
            counts: dict[str, Any] = {}
            async for event in made:
                match event.type:
                    case "message_start":
                        counts = event.message.usage.to_dict()
                    case "content_block_start":
                        block = event.content_block
                        assert event.index == len(blocks), "blocks are numbered in order"
                        blocks[event.index] = [getattr(block, "id", ""), getattr(block, "name", ""), "", block.type]
                        told.text += getattr(block, "text", "")
                        told.reasoning += getattr(block, "thinking", "")
                    case "content_block_delta":
                        delta = event.delta
                        told.text += getattr(delta, "text", "")
                        told.reasoning += getattr(delta, "thinking", "")
                        blocks[event.index][2] += getattr(delta, "partial_json", "")
                    case "message_delta":
                        told.finish = event.delta.stop_reason
                        counts |= {name: value for name, value in event.usage.to_dict().items() if value is not None}
                    case _:
                        pass
            calls = [block for _, block in sorted(blocks.items()) if block[3] == "tool_use"]
            usage = anthropic.types.Usage.construct(**counts)
            details = counts.get("output_tokens_details")
            reasoning = details["thinking_tokens"] if details else None
        else:
            told.finish = made.stop_reason
            for block in made.content:
                match block.type:
                    case "text":
                        told.text += block.text
                    case "thinking":
                        told.reasoning += block.thinking
                    case "tool_use":
                        calls.append([block.id, block.name, json.dumps(block.input)])
                    case _:
                        pass
            usage = made.usage
            reasoning = usage.output_tokens_details.thinking_tokens if usage.output_tokens_details else None
        _put_calls(told, calls)
        cached, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
        told.usage = Counts(usage.input_tokens + cached + written, usage.output_tokens, cached, reasoning)
        return told

    async def _generate(self, model: str, stream: bool) -> Told:
        models = self.genai.aio.models
        made: Any
        if stream:
            made = await models.generate_content_stream(model=model, contents="")
        else:
            made = await models.generate_content(model=model, contents="")
        told = Told()
        usage: Any = None
        async for piece in _each(made):
            usage = piece.usage_metadata or usage
            for candidate in piece.candidates or ():
                if candidate.index:
                    continue
                if candidate.finish_reason:
                    told.finish = candidate.finish_reason.value
                for part in (candidate.content.parts if candidate.content else None) or ():
                    if part.function_call:
                        told.calls.append((part.function_call.name, part.function_call.args or {}))
                        told.call_ids.append(part.function_call.id)
                    elif part.thought:
                        told.reasoning += part.text or ""
                    else:
                        told.text += part.text or ""
        if usage is not None:
            thoughts = usage.thoughts_token_count
            told.usage = Counts(
                (usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
                (usage.candidates_token_count or 0) + (thoughts or 0),
                usage.cached_content_token_count or 0,
                thoughts,
            )
        return told

    async def _mistral(self, model: str, stream: bool) -> Told:
        made: Any
        messages: Any = [{"role": "user", "content": ""}]
        if stream:
            made = await self.mistral.chat.stream_async(model=model, messages=messages)
        else:
            made = await self.mistral.chat.complete_async(model=model, messages=messages)
        told = Told()
        calls: dict[int, list[str]] = {}
        usage: Any = None
        async for event in _each(made):
            piece = event.data if stream else event
            usage = piece.usage or usage
            for choice in piece.choices:
                if choice.index != 0:
                    continue
                message = choice.delta if stream else choice.message
                told.finish = choice.finish_reason or told.finish
                content = message.content
                if type(content) is str:
                    told.text += content
                for chunk in content if type(content) is list else ():
                    if chunk.type == "text":
                        told.text += chunk.text
                    elif chunk.type == "thinking":
                        told.reasoning += "".join(getattr(one, "text", "") for one in chunk.thinking)
                for place, call in enumerate(message.tool_calls or ()):
                    known = calls.setdefault((call.index or place) if stream else place, ["", "", ""])
                    known[0] = call.id or known[0]
                    known[1] = call.function.name or known[1]
                    arguments = call.function.arguments
                    known[2] += arguments if type(arguments) is str else json.dumps(arguments)
        _put_calls(told, [calls[place] for place in sorted(calls)])
        if usage is not None:
            extra = usage.model_dump()
            prompt, completion = extra.get("prompt_tokens_details") or {}, extra.get("completion_tokens_details") or {}
            told.usage = Counts(
                usage.prompt_tokens,
                usage.completion_tokens,
                prompt.get("cached_tokens") or extra.get("num_cached_tokens") or 0,
                completion.get("reasoning_tokens"),
            )
        return told


@contextlib.asynccontextmanager
async def sdks(origin: str, key: str) -> AsyncIterator[Sdks]:
    made = Sdks(origin, key)
    try:
        yield made
    finally:
        await made.close()


def _put_calls(told: Told, calls: list[list[str]]) -> None:
    for call_id, name, arguments, *_ in calls:
        told.calls.append((name, json.loads(arguments or "{}")))
        told.call_ids.append(call_id)


async def _each(made: Any) -> AsyncIterator[Any]:
    """The pieces of a stream, or the one answer."""
    if hasattr(made, "__aiter__"):
        async for piece in made:
            yield piece
    else:
        yield made


def _message(body: Any) -> str:
    if type(body) is dict:
        inner = body.get("error")
        return str(inner.get("message") if type(inner) is dict else body.get("message") or inner)
    return str(body)
