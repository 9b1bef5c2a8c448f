"""Files, batches, jobs and stored answers by each vendor's SDK, over real ports and a real database."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import openai
import pytest
from google.genai import types

from tests.support.running import LoopThread, RunningGateway
from tests.support.sdk_clients import anthropic_client, genai_client, mistral_client, openai_client

pytestmark = pytest.mark.sdk


def lines(model: str | None, *texts: str) -> bytes:
    named = {} if model is None else {"model": model}
    return b"\n".join(
        json.dumps(
            {
                "custom_id": f"c{number}",
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": {**named, "messages": [{"role": "user", "content": text}]},
            }
        ).encode()
        for number, text in enumerate(texts)
    )


def rows_of(gateway: RunningGateway, thread: LoopThread, operation: str) -> list[dict[str, Any]]:
    return [row for row in thread.run(gateway.usage_rows()) if row["operation"] == operation]


def billed_batches(gateway: RunningGateway, thread: LoopThread) -> list[dict[str, Any]]:
    return [row for row in rows_of(gateway, thread, "batches") if row["request_id"].endswith(".job")]


def test_openai_runs_a_batch(gateway: RunningGateway, gateway_thread: LoopThread) -> None:
    client = openai_client(gateway.url, gateway.key)
    before = len(rows_of(gateway, gateway_thread, "files"))
    billed_before = len(billed_batches(gateway, gateway_thread))
    # An alias in the lines: it says which provider keeps the file, and is rewritten to that provider's own model.
    file = client.files.create(file=("../../etc/asked.jsonl", lines("fast-chat", "Hi", "Ho")), purpose="batch")
    assert file.filename == "asked.jsonl"
    assert b'"gpt-5-mini"' in client.files.content(file.id).content
    batch = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    assert batch.status == "validating"
    batch = client.batches.retrieve(batch.id)
    assert batch.status == "completed"
    assert batch.output_file_id is not None
    results = [json.loads(line) for line in client.files.content(batch.output_file_id).text.splitlines()]
    assert [result["custom_id"] for result in results] == ["c0", "c1"]
    client.files.content(batch.output_file_id)  # a second time: the usage is recorded once
    rows = rows_of(gateway, gateway_thread, "files")[before:]
    assert len(rows) == 4
    tokens = sum(result["response"]["body"]["usage"]["prompt_tokens"] for result in results)
    assert {row["input_tokens"] for row in rows} == {row["cost_nano"] for row in rows} == {0}
    (billed,) = billed_batches(gateway, gateway_thread)[billed_before:]
    assert (billed["model"], billed["provider"], billed["service_tier"]) == ("gpt-5-mini", "openai", "batch")
    assert (billed["input_tokens"], billed["cost_nano"] > 0) == (tokens, True)
    assert batch.id in [one.id for one in client.batches.list(limit=1)]
    assert {file.id, batch.output_file_id} <= {one.id for one in client.files.list()}
    assert client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file.id)


def test_openai_pages_through_its_files(gateway: RunningGateway) -> None:
    client = openai_client(gateway.url, gateway.key)
    extra = {"x-gateway-provider": "openai"}
    made = [
        client.files.create(file=(f"f{number}", b"x"), purpose="user_data", extra_headers=extra).id
        for number in range(5)
    ]
    seen = [one.id for one in client.files.list(limit=2, purpose="user_data")]
    assert [one for one in seen if one in made] == made[::-1]


def test_openai_trains(gateway: RunningGateway) -> None:
    client = openai_client(gateway.url, gateway.key)
    file = client.files.create(
        file=("train.jsonl", b'{"messages":[]}'), purpose="fine-tune", extra_headers={"x-gateway-provider": "openai"}
    )
    job = client.fine_tuning.jobs.create(model="openai/gpt-4.1-mini", training_file=file.id)
    assert job.model == "gpt-4.1-mini"
    assert client.fine_tuning.jobs.retrieve(job.id).fine_tuned_model
    assert client.fine_tuning.jobs.list_events(job.id).data == []
    assert client.fine_tuning.jobs.checkpoints.list(job.id).data == []
    assert client.fine_tuning.jobs.pause(job.id).id == job.id
    assert client.fine_tuning.jobs.resume(job.id).id == job.id
    assert client.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    assert job.id in [one.id for one in client.fine_tuning.jobs.list()]


def test_openai_goes_on_from_a_stored_answer(gateway: RunningGateway) -> None:
    client = openai_client(gateway.url, gateway.key)
    first = client.responses.create(model="openai/gpt-5-mini", input="Hi")
    assert client.responses.retrieve(first.id).id == first.id
    assert client.responses.input_items.list(first.id).data == []
    client.responses.create(model="openai/gpt-5-mini", input="And?", previous_response_id=first.id)
    with pytest.raises(openai.BadRequestError, match="openai"):
        client.responses.create(model="grok/grok-4", input="And?", previous_response_id=first.id)
    with pytest.raises(openai.BadRequestError, match="openai"):
        client.responses.create(model="claude/claude-sonnet-4-5", input="And?", previous_response_id=first.id)
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="openai/gpt-5-mini", input="And?", previous_response_id=first.id)


def test_a_streamed_answer_is_held_and_one_that_is_not_stored_is_not(gateway: RunningGateway) -> None:
    client = openai_client(gateway.url, gateway.key)
    with client.responses.stream(model="openai/gpt-5-mini", input="Hi") as stream:
        streamed = stream.get_final_response()
    client.responses.create(model="openai/gpt-5-mini", input="And?", previous_response_id=streamed.id)
    unstored = client.responses.create(model="openai/gpt-5-mini", input="Hello there", store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(unstored.id)


def test_anthropic_runs_a_batch(gateway: RunningGateway, gateway_thread: LoopThread) -> None:
    client = anthropic_client(gateway.url, gateway.key)
    params: Any = {
        "model": "claude/claude-sonnet-4-5",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "Hi"}],
    }
    made = client.messages.batches.create(requests=[{"custom_id": "a", "params": params}])
    before = len(billed_batches(gateway, gateway_thread))
    assert client.messages.batches.retrieve(made.id).processing_status == "ended"
    (result,) = client.messages.batches.results(made.id)
    assert result.result.type == "succeeded"
    assert result.result.message.model == "claude-sonnet-4-5"
    list(client.messages.batches.results(made.id))
    billed = billed_batches(gateway, gateway_thread)[before:]
    assert [row["model"] for row in billed] == ["claude-sonnet-4-5"]
    assert made.id in [one.id for one in client.messages.batches.list(limit=100)]
    client.messages.batches.cancel(made.id)
    client.messages.batches.delete(made.id)
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.retrieve(made.id)


def test_anthropic_keeps_a_file(gateway: RunningGateway) -> None:
    client = anthropic_client(gateway.url, gateway.key)
    file = client.files.upload(file=("a.txt", b"words", "text/plain"))
    assert client.files.retrieve_metadata(file.id).filename == "a.txt"
    assert file.id in [one.id for one in client.files.list()]
    client.files.delete(file.id)


def test_mistrals_sdk_works_at_the_bare_address_too(gateway: RunningGateway) -> None:
    """It validates what it reads: a list of models and vectors in OpenAI's shape are errors to it."""
    with mistral_client(gateway.url, gateway.key) as client:
        assert "fast-chat" in [model.id for model in client.models.list().data]
        assert client.models.retrieve(model_id="fast-chat").id == "fast-chat"
        asked = client.chat.complete(model="fast-chat", messages=[{"role": "user", "content": "Hi"}])
        assert asked.choices[0].message.content
        vectors = client.embeddings.create(model="openai/text-embedding-3-small", inputs=["a", "b"])
        assert len(vectors.data) == 2
        file = client.files.upload(file={"file_name": "asked.jsonl", "content": lines(None, "Hi")}, purpose="batch")
        assert client.files.retrieve(file_id=file.id).filename == "asked.jsonl"
        assert client.files.delete(file_id=file.id).deleted


def test_mistral_runs_a_batch(gateway: RunningGateway, gateway_thread: LoopThread) -> None:
    with mistral_client(gateway.url, gateway.key, "/mistral") as client:
        content: Any = {"file_name": "asked.jsonl", "content": lines(None, "Hi")}
        file = client.files.upload(file=content, purpose="batch")
        job = client.batch.jobs.create(
            input_files=[file.id], model="mistral/mistral-small-latest", endpoint="/v1/chat/completions"
        )
        assert job.model == "mistral-small-latest"
        job = client.batch.jobs.get(job_id=job.id)
        assert job.status == "SUCCESS"
        before = len(billed_batches(gateway, gateway_thread))
        assert isinstance(job.output_file, str)
        downloaded = client.files.download(file_id=job.output_file).read()
        assert json.loads(downloaded)["custom_id"] == "c0"
        (row,) = billed_batches(gateway, gateway_thread)[before:]
        assert (row["model"], row["input_tokens"] > 0) == ("mistral-small-latest", True)
        listing = client.batch.jobs.list()
        assert job.id in [one.id for one in listing.data or []]
        assert client.files.list().total >= 2
        client.batch.jobs.cancel(job_id=job.id)
        assert client.files.delete(file_id=file.id).deleted


def test_gemini_runs_a_batch(gateway: RunningGateway, gateway_thread: LoopThread) -> None:
    client = genai_client(gateway.url, gateway.key)
    asked = types.InlinedRequest(contents=[types.Content(role="user", parts=[types.Part(text="Hi")])])
    made = client.batches.create(model="gemini/gemini-2.5-flash", src=[asked])
    assert made.name is not None
    before = len(billed_batches(gateway, gateway_thread))
    got = client.batches.get(name=made.name)
    assert got.dest is not None
    assert got.dest.inlined_responses is not None
    assert got.dest.inlined_responses[0].response is not None
    client.batches.get(name=made.name)
    billed = billed_batches(gateway, gateway_thread)[before:]
    assert [row["model"] for row in billed] == ["gemini-2.5-flash"]
    assert made.name in [one.name for one in client.batches.list(config={"page_size": 100})]
    client.batches.cancel(name=made.name)
    client.batches.delete(name=made.name)
