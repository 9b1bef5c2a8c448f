"""Bad input: each a clear error in the dialect, quickly, and the process goes on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.running import RunningGateway

SECONDS = 1.0
"""Of the processor, for client and gateway; far above the 50 ms that an idle machine needs. `make bench` measures."""

MESSAGES = [{"role": "user", "content": "Hi"}]


def post(
    gateway: RunningGateway, content: bytes, key: str | None = None, path: str = "/v1/chat/completions"
) -> httpx.Response:
    headers = {"content-type": "application/json", "authorization": f"Bearer {key or gateway.key}"}
    began = time.process_time()
    response = httpx.post(gateway.url + path, content=content, headers=headers, timeout=30)
    assert time.process_time() - began < SECONDS
    return response


def refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert response.headers["x-gateway-request-id"].startswith("req_")
    return dict(error)


@pytest.fixture(autouse=True)
def still_serves(gateway: RunningGateway) -> Any:
    yield
    answer = post(gateway, json.dumps({"model": "fast-chat", "messages": MESSAGES}).encode())
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"", "malformed_body", "JSON"),
        (b"{", "malformed_body", "JSON"),
        (b"[1]", "malformed_body", "object"),
        (b"[" * 100_000, "malformed_body", "nests"),
        (b'{"model":"fast-chat","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "malformed_body", "nests"),
        (b'{"model":"fast-chat","messages":[{"role":"user","content":"\xff\xfe"}]}', "malformed_body", "UTF-8"),
        (b'{"model":"fast-chat","model":"other","messages":[]}', "malformed_body", "twice"),
        (b'{"model":"fast-chat","messages":[],"temperature":1e999}', "malformed_body", "range"),
        (b'{"model":"fast-chat","messages":[{"content":"\\ud800"}]}', "malformed_body", "half a character"),
    ],
    ids=["empty", "cut", "array", "open-brackets", "deep-messages", "utf-8", "duplicate", "range", "surrogate"],
)
def test_malformed_bodies(gateway: RunningGateway, body: bytes, code: str, words: str) -> None:
    assert words in refused(post(gateway, body), 400, code)["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (field, value)
        for field in ("n", "max_tokens", "max_completion_tokens", "top_logprobs")
        for value in (-1, 10**9 if field in ("n", "top_logprobs") else 2**63, "5", True, 1.5, [], {})
    ]
    + [
        ("n", 0),
        ("max_tokens", 0),
        ("model", ""),
        ("model", 7),
        ("model", "m" * 5000),
        ("messages", "Hi"),
        ("messages", None),
        ("messages", []),
    ]
    + [("logprobs", value) for value in (-1, 0, 10**9, 2**63, "5", 1.5, [], {})]
    + [("stream", "yes"), ("stop", ["x"] * 1000), ("tools", "x")],
    ids=lambda value: repr(value)[:20],
)
def test_absurd_parameters(gateway: RunningGateway, field: str, value: Any) -> None:
    body = {"model": "fast-chat", "messages": MESSAGES, field: value}
    error = refused(post(gateway, json.dumps(body).encode()), 400, "invalid_parameter")
    assert error["param"] == field or field in error["message"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/messages", {"max_tokens": 9, "messages": []}, "messages"),
        ("/v1/messages/count_tokens", {"messages": []}, "messages"),
        ("/v1beta/models/fast-chat:generateContent", {"contents": []}, "contents"),
        ("/v1beta/models/fast-chat:countTokens", {"contents": []}, "contents"),
        ("/v1/responses", {"input": []}, "input"),
        ("/mistral/v1/chat/completions", {"messages": []}, "messages"),
        ("/v1/embeddings", {"input": []}, "input"),
        ("/v1/completions", {"prompt": "Hi", "logprobs": 10**9}, "logprobs"),
        ("/v1/completions", {"prompt": "Hi", "best_of": 10**9}, "best_of"),
    ],
)
def test_absurd_parameters_elsewhere(gateway: RunningGateway, path: str, body: dict[str, Any], field: str) -> None:
    response = post(gateway, json.dumps({"model": "fast-chat", **body}).encode(), path=path)
    assert response.status_code == 400, response.text
    assert f"{field} must" in response.text


def test_a_wrong_key(gateway: RunningGateway) -> None:
    body = json.dumps({"model": "fast-chat", "messages": MESSAGES}).encode()
    for key in (
        "nonsense",
        "sk-proj-abcdefghijklmnop",
        gateway.key[:-1] + ("y" if gateway.key.endswith("x") else "x"),
        "' OR '1'='1",
    ):
        error = refused(post(gateway, body, key), 401, "invalid_api_key")
        assert key[4:] not in error["message"]


def test_no_key_and_a_key_in_the_url(gateway: RunningGateway) -> None:
    url = gateway.url + "/v1/chat/completions"
    unknown = httpx.post(url, json={})
    refused(unknown, 401, "invalid_api_key")
    assert unknown.headers["www-authenticate"] == 'Bearer realm="gateway"'
    refused(httpx.post(url + "?key=secret", json={}), 401, "api_key_in_query")


def test_unknown_and_forbidden_models(gateway: RunningGateway) -> None:
    asked = json.dumps({"model": "fast-chta", "messages": MESSAGES}).encode()
    assert "fast-chat" in refused(post(gateway, asked), 404, "model_not_found")["message"]
    direct = json.dumps({"model": "claude/claude-sonnet-4-5", "messages": MESSAGES}).encode()
    refused(post(gateway, direct, gateway.keys["narrow"]), 403, "model_not_permitted")
    refused(post(gateway, direct, gateway.keys["swiss"]), 451, "no_permitted_region")


@pytest.mark.parametrize("declared", [True, False], ids=["content-length", "chunked"])
@pytest.mark.fault("E6")
def test_a_huge_body_is_refused_before_it_is_read(gateway: RunningGateway, declared: bool) -> None:
    """A gibibyte announced or streamed: 413, and no more is taken than the limit and what the sockets hold."""
    host, port = gateway.url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n"
        + (f"content-length: {2**30}\r\n\r\n" if declared else "transfer-encoding: chunked\r\n\r\n")
    ).encode()
    piece = b"x" * 65536
    framed = piece if declared else b"10000\r\n" + piece + b"\r\n"
    answer = b""
    sent = 0
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head)
        connection.setblocking(False)
        deadline = time.monotonic() + 30
        rest = framed
        while b"\r\n\r\n" not in answer and time.monotonic() < deadline and sent < 2**30:
            with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                count = connection.send(rest)
                sent += count
                rest = rest[count:] or framed
            with contextlib.suppress(BlockingIOError):
                answer += connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413")
    assert sent < 96 * 2**20


@pytest.mark.fault("E6")
@pytest.mark.parametrize("declared", [True, False], ids=["content-length", "chunked"])
def test_who_sends_all_of_a_huge_body_is_told_so(gateway: RunningGateway, declared: bool) -> None:
    """Closed before all of it was read, the connection would be reset, and SDKs ask again instead of telling why."""
    body = b"x" * (80 * 2**20)

    async def in_pieces() -> AsyncIterator[bytes]:
        yield body

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(headers={"authorization": f"Bearer {gateway.key}"}, timeout=30) as client:
            return await client.post(f"{gateway.url}/v1/chat/completions", content=body if declared else in_pieces())

    refused(asyncio.run(post()), 413, "body_too_large")


def test_compressed_bodies_are_refused(gateway: RunningGateway) -> None:
    headers = {"authorization": f"Bearer {gateway.key}", "content-encoding": "gzip"}
    response = httpx.post(gateway.url + "/v1/chat/completions", content=b"x", headers=headers)
    refused(response, 415, "encoding_not_supported")


def test_unknown_paths_and_methods_name_the_right_ones(gateway: RunningGateway) -> None:
    error = refused(post(gateway, b"{}", path="/v1/nowhere"), 404, "unknown_route")
    assert "/v1" in error["message"]
    refused(httpx.put(gateway.url + "/v1/chat/completions"), 405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/v1/v1/chat/completions", "/chat/completions", "/openai/v1/chat/completions"])
def test_slips_of_the_base_url_are_answered_as_meant(gateway: RunningGateway, path: str) -> None:
    body = json.dumps({"model": "fast-chat", "messages": MESSAGES}).encode()
    assert post(gateway, body, path=path).status_code == 200


def test_models_are_those_that_the_key_may_use(gateway: RunningGateway) -> None:
    def listed(key: str) -> list[str]:
        response = httpx.get(gateway.url + "/v1/models", headers={"authorization": f"Bearer {key}"})
        return [model["id"] for model in response.json()["data"]]

    assert "fast-chat" in listed(gateway.keys["demo"])
    assert listed(gateway.keys["swiss"]) == []
    refused(httpx.get(gateway.url + "/v1/models", headers={"authorization": "Bearer x"}), 401, "invalid_api_key")
