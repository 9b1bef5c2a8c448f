"""The real llama.cpp server comes up with the written model and answers."""

import json
import urllib.request

import pytest

from tests.support.gguf_model import write_model
from tests.support.local_llm import LocalLlm, start_local_llm

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = start_local_llm(tmp_path_factory.mktemp("llm"))
    yield running
    running.close()


def post(server: LocalLlm, path: str, body: dict) -> bytes:
    request = urllib.request.Request(
        server.origin + path, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


ASKED = {"model": "random-bytes", "max_tokens": 8, "messages": [{"role": "user", "content": "Hello"}]}


def test_the_model_is_the_same_every_time(tmp_path):
    first, second = (write_model(tmp_path / name).read_bytes() for name in ("a.gguf", "b.gguf"))
    assert first == second
    assert len(first) < 1_000_000


def test_chat(server):
    done = json.loads(post(server, "/v1/chat/completions", ASKED))
    assert done["model"] == server.model
    assert done["choices"][0]["message"]["role"] == "assistant"
    assert 0 < done["usage"]["completion_tokens"] <= 8
    assert done["usage"]["prompt_tokens"] > 5


def test_stream(server):
    body = ASKED | {"stream": True, "stream_options": {"include_usage": True}}
    frames = post(server, "/v1/chat/completions", body).decode("utf-8", "replace").split("\n\n")
    events = [json.loads(frame[6:]) for frame in frames if frame.startswith("data: {")]
    assert frames[-2] == "data: [DONE]"
    assert events[-1]["usage"]["completion_tokens"] > 0
    assert [choice["finish_reason"] for event in events for choice in event["choices"]][-1] in ("length", "stop")


def test_messages_and_metrics(server):
    done = json.loads(post(server, "/v1/messages", ASKED))
    assert (done["type"], done["usage"]["output_tokens"] > 0) == ("message", True)
    with urllib.request.urlopen(f"{server.origin}/metrics", timeout=10) as answer:
        assert b"llamacpp:requests_processing" in answer.read()


def test_close_ends_the_process(tmp_path):
    own = start_local_llm(tmp_path)
    own.close()
    own.close()
    assert own.process.returncode == 0
