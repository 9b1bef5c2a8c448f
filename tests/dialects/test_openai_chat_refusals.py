"""Providers' errors, in every shape that is met behind this dialect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.openai_chat import CLIENT, PROVIDER
from gateway.dialects.openai_chat.refusals import failed
from gateway.dialects.openai_responses.endings import failed as of_a_response
from gateway.errors import UpstreamRefused


def refused(status: int, body: Any, **headers: str) -> UpstreamRefused:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return PROVIDER.decode_error(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


@pytest.mark.parametrize(
    ("status", "body", "message", "code"),
    [
        (400, {"error": {"message": "no", "type": "t", "param": "p", "code": "c"}}, "no", "c"),
        (400, {"error": {"message": "no", "code": 400, "type": "exceed_context_size_error"}}, "no", "upstream_400"),
        (400, {"error": {"message": "no", "code": 1234}}, "no", "1234"),
        (422, {"error": "no", "code": "invalid-argument"}, "no", "invalid-argument"),
        (400, {"object": "error", "message": "no", "type": "BadRequestError", "code": 400}, "no", "upstream_400"),
        (422, {"detail": [{"loc": ["body", "n"], "msg": "too big"}, {"msg": "odd"}]}, "body.n: too big; odd", None),
        (422, {"object": "error", "message": {"detail": [{"msg": "no"}]}, "code": None}, "no", None),
        (404, {"detail": "Not Found"}, "Not Found", None),
        (400, {"message": "no", "raw_status_code": 400}, "no", None),
        (400, [{"error": {"message": "no", "code": 400}}], "no", None),
        (502, b"<html>Bad gateway</html>", "The provider answered with status 502.", "upstream_502"),
        (500, b"", "The provider answered with status 500.", "upstream_500"),
        (500, [], "The provider answered with status 500.", "upstream_500"),
        (500, "down", "down", None),
    ],
)
def test_words_and_code_are_found(status: int, body: Any, message: str, code: str | None) -> None:
    error = refused(status, body)
    assert (error.status, error.message) == (status, message)
    assert error.code == (code or f"upstream_{status}")
    assert error.raw is None or error.raw == json.dumps(body).encode()


@pytest.mark.parametrize(
    ("body", "relayed"),
    [
        ({"error": {"message": "no", "type": "t", "param": "p", "code": "c", "more": [1]}, "more": 1}, True),
        ({"error": {"message": "no", "type": "t"}}, True),
        ({"error": {"message": "no", "type": "t", "param": None, "code": 400}}, False),
        ({"error": {"message": ["no"], "type": "t"}}, False),
        ({"error": {"message": "no"}}, False),
        ({"error": "no"}, False),
        ({"object": "error", "message": "no"}, False),
        (["no"], False),
    ],
)
def test_a_body_is_kept_where_it_is_an_error_of_this_dialect(body: Any, relayed: bool) -> None:
    assert refused(400, body).raw == (json.dumps(body).encode() if relayed else None)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, None, "invalid_request"),
        (402, None, "billing"),
        (404, "model_not_found", "not_found"),
        (408, None, "timeout"),
        (413, None, "too_large"),
        (429, "rate_limit_exceeded", "rate_limit"),
        (429, "insufficient_quota", "billing"),
        (500, "invalid_request_error", "api"),
        (503, None, "overloaded"),
        (529, "whatever", "overloaded"),
    ],
)
def test_the_kind_is_the_bodys_where_it_says_more(status: int, code: str | None, kind: str) -> None:
    assert refused(status, {"error": {"message": "no", "code": code}}).kind == kind


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": {"message": "Incorrect API key provided: sk-secret", "code": "invalid_api_key"}}),
        (403, {"error": {"message": "Project proj_secret has no access", "code": "x", "type": "y"}}),
        (400, {"code": "invalid-argument", "error": "Incorrect API key provided: xai-secret."}),
    ],
)
def test_a_refused_credential_is_never_quoted(status: int, body: Any) -> None:
    error = refused(status, body)
    assert error.raw is None
    assert "secret" not in error.message
    assert error.code in {"invalid_api_key", "x", "invalid-argument"}
    assert error.kind in {"authentication", "permission"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Failed check: SAFETY_CHECK_TYPE_BIO, SAFETY_CHECK_TYPE_X", " (SAFETY_CHECK_TYPE_BIO, SAFETY_CHECK_TYPE_X)"),
        ("", ""),
    ],
)
def test_refused_content_is_no_refused_credential(words: str, told: str) -> None:
    error = refused(
        403,
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": f"Content violates usage guidelines. Team: secret, API key ID: secret, Model: grok-4, {words}",
        },
    )
    assert (error.status, error.kind, error.raw) == (403, "invalid_request", None)
    assert error.message.startswith(f"Content violates usage guidelines of the provider{told}.")
    assert "secret" not in error.message


def test_a_frame_that_names_the_team_is_not_relayed() -> None:
    words = "Content violates usage guidelines. Team: secret, API key ID: secret, Model: grok-4"
    ended = failed({"error": {"message": words, "type": "invalid_request_error"}})
    assert (ended.native, "secret" in str(ended.error)) == (False, False)
    assert not of_a_response({"message": words, "code": "invalid_prompt"}, native=True).native
    assert of_a_response({"message": "Busy", "code": "server_error"}, native=True).native
    assert failed({"error": {"message": "Busy", "type": "overloaded_error"}}).native


def test_how_long_to_wait() -> None:
    assert refused(429, {}).retry_after is None
    assert refused(429, {}, retry_after="5").retry_after == 5


@given(st.integers(400, 599), st.binary(max_size=60), st.text(max_size=8))
def test_nothing_raises(status: int, body: bytes, wait: str) -> None:
    error = PROVIDER.decode_error(status, {"retry-after": wait, "date": wait}, body)
    assert error.status == status
    assert json.loads(CLIENT.encode_error(error, "r"))["error"]["message"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "code", "type", "detail", "msg", "loc", "param"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.integers(400, 599), JSON)
def test_no_shape_raises(status: int, tree: Any) -> None:
    assert refused(status, tree).message
