"""The vendors' own SDKs take the simulated providers for the real ones."""

import json
import time
from collections.abc import Iterator

import anthropic
import openai
import pytest
from google.genai import errors as genai_errors
from google.genai import types
from mistralai.client import errors as mistral_errors

from gateway.providers.simulated.server import SimulatedServer
from tests.support import sdk_clients
from tests.support.simulated import simulated_in_thread

pytestmark = pytest.mark.sdk

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
}
CHAT_TOOL = {"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedServer]:
    with simulated_in_thread() as running:
        yield running


@pytest.mark.parametrize("prefix", ["/openai", "/xai", "/local"])
class TestOpenAi:
    def test_chat(self, server, prefix):
        with sdk_clients.openai_client(server.url, "sk-x", prefix) as client:
            done = client.chat.completions.create(
                model="grok-4.3", messages=[{"role": "user", "content": "Hello out there"}]
            )
        assert "Hello out there" in done.choices[0].message.content
        assert done.choices[0].finish_reason == "stop"
        bill = server.requests[-1].bill
        reasoning = bill.reasoning_tokens if prefix == "/xai" else 0
        assert (done.usage.prompt_tokens, done.usage.completion_tokens + reasoning) == (
            bill.input_tokens,
            bill.output_tokens,
        )
        assert done.usage.total_tokens == bill.total_tokens

    def test_tool_loop(self, server, prefix):
        with sdk_clients.openai_client(server.url, "sk-x", prefix) as client:
            messages = [{"role": "user", "content": "please use tools weather and weather"}]
            first = client.chat.completions.create(model="m", messages=messages, tools=[CHAT_TOOL])
            calls = first.choices[0].message.tool_calls
            assert first.choices[0].finish_reason == "tool_calls"
            assert len({call.id for call in calls}) == 2
            assert json.loads(calls[0].function.arguments).keys() == {"city", "days"}
            messages.append(first.choices[0].message.model_dump(exclude_none=True))
            messages += [{"role": "tool", "tool_call_id": call.id, "content": f"{call.id} ok"} for call in calls]
            second = client.chat.completions.create(model="m", messages=messages, tools=[CHAT_TOOL])
        assert second.choices[0].finish_reason == "stop"
        assert all(f"weather: {call.id} ok" in second.choices[0].message.content for call in calls)

    def test_stream(self, server, prefix):
        with (
            sdk_clients.openai_client(server.url, "sk-x", prefix) as client,
            client.chat.completions.create(
                model="m",
                messages=[{"role": "user", "content": "stream 60 chunks"}],
                stream=True,
                stream_options={"include_usage": True},
            ) as stream,
        ):
            chunks = list(stream)
        texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
        assert len(texts) == 60
        assert "".join(texts).split() == [f"word{number}" for number in range(60)]
        assert chunks[-1].usage.completion_tokens == 60
        deadline = time.monotonic() + 5
        while server.requests[-1].outcome == "running":  # the client may see the last byte before the server notes it
            assert time.monotonic() < deadline
            time.sleep(0.001)
        assert server.requests[-1].outcome == "completed"

    def test_streamed_calls(self, server, prefix):
        with (
            sdk_clients.openai_client(server.url, "sk-x", prefix) as client,
            client.chat.completions.stream(
                model="m", messages=[{"role": "user", "content": "use tools weather and weather"}], tools=[CHAT_TOOL]
            ) as stream,
        ):
            done = stream.get_final_completion()
        calls = done.choices[0].message.tool_calls
        assert [json.loads(call.function.arguments)["days"] for call in calls] == [1, 1]


class TestResponses:
    @pytest.mark.parametrize("prefix", ["/openai", "/xai"])
    def test_reasoning_and_replay(self, server, prefix):
        model = "gpt-5" if prefix == "/openai" else "grok-4.3"
        with sdk_clients.openai_client(server.url, "sk-x", prefix) as client:
            first = client.responses.create(
                model=model, input="Hello", include=["reasoning.encrypted_content"], reasoning={"summary": "auto"}
            )
            assert [item.type for item in first.output] == ["reasoning", "message"]
            assert first.usage.output_tokens_details.reasoning_tokens > 0
            items = [
                {"role": "user", "content": "Hello"},
                *(item.model_dump(exclude_none=True) for item in first.output),
            ]
            again = client.responses.create(model=model, input=[*items, {"role": "user", "content": "and now"}])
            assert "and now" in again.output_text
            items[1]["encrypted_content"] = "A" + items[1]["encrypted_content"][1:]
            with pytest.raises(openai.BadRequestError):
                client.responses.create(model=model, input=[*items, {"role": "user", "content": "and now"}])

    @pytest.mark.parametrize("prefix", ["/openai", "/xai"])
    def test_stream_equals_whole(self, server, prefix):
        asked = {
            "model": "grok-4.3",
            "input": "use tool weather",
            "tools": [{**CHAT_TOOL["function"], "type": "function"}],
        }
        with sdk_clients.openai_client(server.url, "sk-x", prefix) as client:
            whole = client.responses.create(**asked)
            with client.responses.stream(**asked) as stream:
                numbers = [event.sequence_number for event in stream]
                streamed = stream.get_final_response()
        assert numbers == list(range(len(numbers)))
        assert [item.type for item in streamed.output] == [item.type for item in whole.output]
        assert streamed.output[-1].arguments == whole.output[-1].arguments
        assert streamed.usage == whole.usage

    def test_incomplete(self, server):
        with sdk_clients.openai_client(server.url, "sk-x", "/openai") as client:
            done = client.responses.create(model="gpt-4o", input="stream 60 chunks", max_output_tokens=16)
        assert (done.status, done.incomplete_details.reason) == ("incomplete", "max_output_tokens")
        assert done.usage.output_tokens == 16


@pytest.mark.parametrize("prefix", ["/anthropic", "/local"])
class TestAnthropic:
    def test_thinking_tool_loop(self, server, prefix):
        tool = {"name": "weather", "input_schema": PARAMETERS}
        asked = {
            "model": "claude-x",
            "max_tokens": 4096,
            "tools": [tool],
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        }
        with sdk_clients.anthropic_client(server.url, "sk-ant", prefix) as client:
            messages = [{"role": "user", "content": "use tools weather and weather"}]
            first = client.messages.create(messages=messages, **asked)
            assert [block.type for block in first.content] == ["thinking", "tool_use", "tool_use"]
            assert first.stop_reason == "tool_use"
            messages.append({"role": "assistant", "content": [block.model_dump() for block in first.content]})
            results = [
                {"type": "tool_result", "tool_use_id": block.id, "content": "rain"} for block in first.content[1:]
            ]
            messages.append({"role": "user", "content": results})
            second = client.messages.create(messages=messages, **asked)
            assert second.content[-1].text == "The tools answered weather: rain; weather: rain"
            messages[1]["content"][0]["thinking"] += " More."
            with pytest.raises(anthropic.BadRequestError):
                client.messages.create(messages=messages, **asked)

    def test_stream_equals_whole(self, server, prefix):
        asked = {"model": "claude-x", "max_tokens": 4096, "messages": [{"role": "user", "content": "Hello"}]}
        with sdk_clients.anthropic_client(server.url, "sk-ant", prefix) as client:
            whole = client.messages.create(**asked)
            with client.messages.stream(**asked) as stream:
                streamed = stream.get_final_message()
        assert streamed.content[0].text == whole.content[0].text
        assert (streamed.usage.input_tokens, streamed.usage.output_tokens) == (
            whole.usage.input_tokens,
            whole.usage.output_tokens,
        )

    def test_count_tokens(self, server, prefix):
        messages = [{"role": "user", "content": "Hello"}]
        with sdk_clients.anthropic_client(server.url, "sk-ant", prefix) as client:
            counted = client.messages.count_tokens(model="claude-x", messages=messages)
            used = client.messages.create(model="claude-x", max_tokens=9, messages=messages).usage
        assert counted.input_tokens == used.input_tokens


class TestGemini:
    def test_generate_and_replay(self, server):
        config = types.GenerateContentConfig(
            tools=[
                types.Tool(
                    function_declarations=[types.FunctionDeclaration(name="weather", parameters_json_schema=PARAMETERS)]
                )
            ],
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        client = sdk_clients.genai_client(server.url, "key", "/gemini")
        asked = types.Content(role="user", parts=[types.Part(text="use tools weather and weather")])
        first = client.models.generate_content(model="gemini-3-pro", contents=[asked], config=config)
        assert [call.name for call in first.function_calls] == ["weather", "weather"]
        said = first.candidates[0].content
        assert said.parts[0].thought_signature
        assert said.parts[1].thought_signature is None
        results = [types.Part.from_function_response(name="weather", response={"sky": "rain"}) for _ in range(2)]
        turns = [asked, said, types.Content(role="user", parts=results)]
        second = client.models.generate_content(model="gemini-3-pro", contents=turns, config=config)
        assert "rain" in second.text
        said.parts[0].thought_signature = None
        with pytest.raises(genai_errors.ClientError, match="thought_signature"):
            client.models.generate_content(model="gemini-3-pro", contents=turns, config=config)
        client.close()

    def test_stream_counts_thoughts_apart(self, server):
        client = sdk_clients.genai_client(server.url, "key", "/gemini")
        config = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(include_thoughts=True))
        chunks = list(client.models.generate_content_stream(model="gemini-2.5-flash", contents="Hello", config=config))
        client.close()
        parts = [part for chunk in chunks for part in chunk.candidates[0].content.parts]
        assert "Hello" in "".join(part.text for part in parts if not part.thought)
        usage, bill = chunks[-1].usage_metadata, server.requests[-1].bill
        assert all(chunk.usage_metadata for chunk in chunks)
        assert usage.thoughts_token_count == bill.reasoning_tokens == sum(bool(part.thought) for part in parts)
        assert usage.candidates_token_count == bill.output_tokens - bill.reasoning_tokens

    def test_embeddings_and_counting(self, server):
        client = sdk_clients.genai_client(server.url, "key", "/gemini")
        made = client.models.embed_content(model="gemini-embedding-001", contents=["one", "two"])
        assert [len(each.values) for each in made.embeddings] == [768, 768]
        assert client.models.count_tokens(model="gemini-2.5-flash", contents="one two").total_tokens == 9
        assert [model.name for model in client.models.list()]
        client.close()


class TestMistral:
    def test_tools_thinking_and_strictness(self, server):
        with sdk_clients.mistral_client(server.url, "key", "/mistral") as client:
            messages = [{"role": "user", "content": "use tool weather"}]
            first = client.chat.complete(model="mistral-small-latest", messages=messages, tools=[CHAT_TOOL])
            call = first.choices[0].message.tool_calls[0]
            assert len(call.id) == 9
            messages.append({"role": "assistant", "content": "", "tool_calls": [call.model_dump(exclude_none=True)]})
            messages.append({"role": "tool", "tool_call_id": call.id, "content": "rain"})
            second = client.chat.complete(
                model="mistral-small-latest", messages=messages, tools=[CHAT_TOOL], reasoning_effort="high"
            )
            assert [part.type for part in second.choices[0].message.content] == ["thinking", "text"]
            messages[1]["tool_calls"][0]["id"] = messages[2]["tool_call_id"] = "call_1"
            with pytest.raises(mistral_errors.SDKError, match="length of 9"):
                client.chat.complete(model="mistral-small-latest", messages=messages, tools=[CHAT_TOOL])

    def test_stream_and_embeddings(self, server):
        with sdk_clients.mistral_client(server.url, "key", "/mistral") as client:
            with client.chat.stream(
                model="mistral-small-latest", messages=[{"role": "user", "content": "Hello"}], reasoning_effort="high"
            ) as stream:
                chunks = [event.data for event in stream]
            assert chunks[-1].usage.completion_tokens == server.requests[-1].bill.output_tokens
            made = client.embeddings.create(model="mistral-embed", inputs=["one", "two"])
            assert [len(each.embedding) for each in made.data] == [1024, 1024]


@pytest.mark.parametrize("prefix", ["/openai", "/local"])
def test_openai_embeddings_come_as_base64(server, prefix):
    with sdk_clients.openai_client(server.url, "sk-x", prefix) as client:
        made = client.embeddings.create(model="text-embedding-3-small", input=["one", "two"], dimensions=64)
        plain = client.embeddings.create(
            model="text-embedding-3-small", input=["one", "two"], dimensions=64, encoding_format="float"
        )
    assert json.loads(server.requests[-2].body)["encoding_format"] == "base64"
    assert made.data[0].embedding == plain.data[0].embedding
    assert abs(sum(number * number for number in plain.data[1].embedding) - 1) < 1e-5


@pytest.mark.parametrize("prefix", ["/openai", "/xai", "/local", "/mistral", "/anthropic"])
def test_models_are_listed(server, prefix):
    if prefix == "/anthropic":
        with sdk_clients.anthropic_client(server.url, "k", prefix) as client:
            assert [model.id for model in client.models.list()]
    elif prefix == "/mistral":
        with sdk_clients.mistral_client(server.url, "k", prefix) as mistral:
            assert mistral.models.list().data
    else:
        with sdk_clients.openai_client(server.url, "k", prefix) as other:
            assert bool([model.id for model in other.models.list()]) is (prefix != "/local"), "it answers every name"
