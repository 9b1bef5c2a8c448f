"""What stands around the calls: methods that are not served, whose shape an answer takes, and what operators read."""

from __future__ import annotations

import gzip
from email.message import Message

import httpx
import pytest

from tests.support.running import RunningGateway


def ask(gateway: RunningGateway, method: str, path: str, **headers: str) -> httpx.Response:
    sent = {"authorization": f"Bearer {gateway.key}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return httpx.request(method, gateway.url + path, headers=sent, trust_env=False, timeout=30)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("OPTIONS", "/v1/messages", "POST"),
        ("PUT", "/v1/models", "GET"),
        ("DELETE", "/v1/models/fast-chat", "GET"),
        ("PATCH", "/me", "GET"),
        ("PUT", "/v1/files/file-1", "GET, DELETE"),
        ("DELETE", "/v1/batches", "POST, GET"),
    ],
)
def test_a_method_that_is_not_served_is_told_those_that_are(
    gateway: RunningGateway, method: str, path: str, allowed: str
) -> None:
    answer = ask(gateway, method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/v1beta/models", "/v1beta/models/fast-chat"])
def test_geminis_own_paths_need_no_header_to_be_known(gateway: RunningGateway, path: str) -> None:
    """curl, and clients that send the key as a bearer token."""
    told = ask(gateway, "GET", path).json()
    assert told.get("models", [told])[0]["name"].startswith("models/")
    missing = ask(gateway, "GET", "/v1beta/models/no-such-model")
    assert missing.json()["error"]["status"] == "NOT_FOUND"
    unknown = ask(gateway, "GET", f"{path}?key={gateway.key}").json()
    assert unknown["error"]["status"] == "UNAUTHENTICATED"
    assert gateway.key not in str(unknown)


def test_a_call_at_the_root_is_told_the_base_urls(gateway: RunningGateway) -> None:
    answer = ask(gateway, "POST", "/", anthropic_version="2023-06-01")
    assert answer.status_code == 404
    assert answer.json()["type"] == "error"
    assert "/v1" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/", "/health/live", "/health/ready", "/metrics"])
def test_operators_paths_answer_a_head(gateway: RunningGateway, path: str) -> None:
    whole, head = ask(gateway, "GET", path), ask(gateway, "HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/fast-chat", "/v1beta/models", "/v1/files", "/me"])
def test_what_can_be_read_answers_a_head(gateway: RunningGateway, path: str) -> None:
    whole, head = ask(gateway, "GET", path), ask(gateway, "HEAD", path)
    assert (whole.status_code, head.status_code, head.content) == (200, 200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    refused = httpx.head(gateway.url + path, trust_env=False)
    assert (refused.status_code, refused.content) == (401, b"")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1beta/models/fast-chat:generateContent"])
def test_a_call_of_a_model_is_a_post(gateway: RunningGateway, method: str, path: str) -> None:
    answer = ask(gateway, method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_prometheus_can_read_the_type_of_the_metrics(gateway: RunningGateway) -> None:
    """From version 3 on it refuses a page whose type it cannot parse: a parameter that stands twice is such a one."""
    told = ask(gateway, "GET", "/metrics").headers["content-type"]
    message = Message()
    message["content-type"] = told
    assert message.get_content_type() == "text/plain"
    names = [name for name, _ in message.get_params()[1:]]
    assert sorted(names) == ["charset", "version"]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/batches", "/v1/files"])
def test_a_packed_body_is_told_to_come_plain(gateway: RunningGateway, path: str) -> None:
    headers = {"authorization": f"Bearer {gateway.key}", "content-encoding": "gzip"}
    answer = httpx.post(gateway.url + path, content=gzip.compress(b"{}"), headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "encoding_not_supported")


@pytest.mark.parametrize("path", ["/v1/else", "/v1/messages", "/v1/images/generations", "/v1/models", "/me"])
@pytest.mark.parametrize("key", [True, False])
def test_every_answer_tells_the_gateways_own_headers(gateway: RunningGateway, path: str, key: bool) -> None:
    more = {"anthropic_version": "2023-06-01"} if path == "/v1/messages" else {}
    answer = ask(gateway, "GET", path, **more) if key else httpx.get(gateway.url + path, trust_env=False)
    told = answer.headers
    assert told["x-gateway-request-id"] == told["x-request-id"]
    assert told["x-gateway-cache"] == "bypass"
    assert int(told["x-gateway-overhead-ms"]) >= 0
    assert told.get("request-id") == (told["x-request-id"] if more and key else None)
