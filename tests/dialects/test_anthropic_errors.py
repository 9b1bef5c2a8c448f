"""Refusals: what Claude's API says, and what our clients are told."""

import anthropic
import httpx2
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dialects.anthropic import CLIENT, PROVIDER
from gateway.dialects.http_refusals import kind_of_status
from gateway.dialects.sse import SseSplitter
from gateway.errors import (
    BadParameter,
    GatewayError,
    Overloaded,
    UpstreamRefused,
    UpstreamTimedOut,
)


def told(status, body, **headers):
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return PROVIDER.decode_error(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def own(word, message="words", **members):
    return {"type": "error", "error": {"type": word, "message": message, **members}, "request_id": "req_1"}


@pytest.mark.parametrize(
    ("status", "word", "kind"),
    [
        (400, "invalid_request_error", "invalid_request"),
        (402, "billing_error", "billing"),
        (404, "not_found_error", "not_found"),
        (413, "request_too_large", "too_large"),
        (429, "rate_limit_error", "rate_limit"),
        (500, "api_error", "api"),
        (504, "timeout_error", "timeout"),
        (529, "overloaded_error", "overloaded"),
        (503, "overloaded_error", "overloaded"),
        (409, "conflict_error", "invalid_request"),
        (418, "teapot_error", "invalid_request"),
    ],
)
def test_the_apis_own_errors(status, word, kind):
    error = told(status, own(word))
    assert (error.status, error.kind, error.type, error.code) == (status, kind, word, word)
    assert error.message == "words"
    assert error.raw == msgspec.json.encode(own(word))


def test_the_code_in_the_details_is_the_code():
    error = told(400, own("invalid_request_error", details={"error_code": "image_dimensions_too_large"}))
    assert (error.code, error.type) == ("image_dimensions_too_large", "invalid_request_error")


def test_an_empty_account_is_a_matter_of_money():
    error = told(400, own("invalid_request_error", "Your credit balance is too low to access the API."))
    assert error.kind == "billing"


@pytest.mark.parametrize("status", [401, 403])
def test_words_about_the_gateways_credential_are_not_passed_on(status):
    error = told(status, own("authentication_error", "invalid x-api-key sk-ant-abc"))
    assert "sk-ant" not in error.message
    assert error.raw is None
    assert error.code == "authentication_error"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": "no such model"}, "no such model"),
        ({"message": "no such model", "code": "c"}, "no such model"),
        ({"detail": "no such model"}, "no such model"),
        ({"error": {"message": "no such model", "code": 404}}, "no such model"),
        ({"detail": [{"msg": "x"}]}, "The provider answered with status 404."),
        (b"<html>gone</html>", "The provider answered with status 404."),
        (b"", "The provider answered with status 404."),
        (b"[1]", "The provider answered with status 404."),
        (b"null", "The provider answered with status 404."),
        (b"\xff", "The provider answered with status 404."),
        ({"error": {"message": 5, "type": []}}, "The provider answered with status 404."),
    ],
)
def test_errors_of_any_shape(body, message):
    error = told(404, body)
    assert (error.status, error.kind, error.message) == (404, "not_found", message)


def test_when_to_come_back():
    assert told(429, own("rate_limit_error")).retry_after is None
    assert told(429, own("rate_limit_error"), retry_after="7").retry_after == 7


@settings(deadline=None)
@given(st.binary(max_size=100), st.text(max_size=30), st.integers(min_value=400, max_value=599))
def test_reading_an_error_never_raises(body, header, status):
    error = PROVIDER.decode_error(status, {"retry-after": header, "date": header}, body)
    assert error.status == status


# --- to clients


@pytest.mark.parametrize(
    ("error", "word", "code"),
    [
        (BadParameter("n must be 1.", param="n"), "invalid_request_error", "invalid_parameter"),
        (Overloaded("later"), "overloaded_error", "overloaded"),
        (UpstreamTimedOut("slow"), "timeout_error", "upstream_timeout"),
        (UpstreamRefused("x", status=529, kind="overloaded", code="c"), "overloaded_error", "c"),
        (UpstreamRefused("x", status=409, kind="invalid_request", type="conflict_error"), "conflict_error",
         "upstream_409"),
        (UpstreamRefused("x", status=429, kind="rate_limit", type="RESOURCE_EXHAUSTED"), "rate_limit_error",
         "upstream_429"),
    ],
)  # fmt: skip
def test_the_error_body(error, word, code):
    body = msgspec.json.decode(CLIENT.encode_error(error, "req_1"))
    assert body["type"] == "error"
    assert body["request_id"] == "req_1"
    assert (body["error"]["type"], body["error"]["message"]) == (word, error.message)
    assert body["error"]["details"]["error_code"] == code
    assert body["error"]["details"].get("param") == error.param


def test_the_streams_error_frame_is_named():
    (sse,) = SseSplitter().feed(CLIENT.encode_stream_error(Overloaded("later"), "req_1"))
    assert sse.name == b"error"
    assert msgspec.json.decode(sse.data) == msgspec.json.decode(CLIENT.encode_error(Overloaded("later"), "req_1"))


def subclasses(root):
    for child in root.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.mark.parametrize(
    "kind", sorted(set(subclasses(GatewayError)) - {UpstreamRefused}, key=lambda one: one.__name__)
)
def test_every_error_of_the_tree_can_be_told(kind):
    body = msgspec.json.decode(CLIENT.encode_error(kind("words"), "req_1"))
    assert body["error"]["details"]["error_code"] == kind.code


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, anthropic.BadRequestError),
        (401, anthropic.AuthenticationError),
        (403, anthropic.PermissionDeniedError),
        (404, anthropic.NotFoundError),
        (429, anthropic.RateLimitError),
        (529, anthropic.OverloadedError),
    ],
)
def test_the_sdk_raises_its_own_class(status, expected):
    """The SDK's own reading of our body, without a network."""
    error = UpstreamRefused("words", status=status, kind=kind_of_status(status), code="some_code")
    body = CLIENT.encode_error(error, "req_1")
    transport = httpx2.MockTransport(lambda request: httpx2.Response(status, content=body))
    client = anthropic.Anthropic(
        api_key="k", base_url="http://gateway", max_retries=0, http_client=httpx2.Client(transport=transport)
    )
    with client, pytest.raises(expected) as raised:
        client.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "hi"}])
    assert raised.value.error_code == "some_code"
