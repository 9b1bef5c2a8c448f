"""A head that is kept is told again only for the same request, and with the length of its own body."""

from __future__ import annotations

import pytest

from gateway.providers.request_head import MOST_KEPT, RequestHeads
from gateway.providers.transport import RawHeaders, UpstreamRequest


def asked(path: str = "/v1", body: bytes = b"", method: str = "POST", headers: RawHeaders = ()) -> UpstreamRequest:
    return UpstreamRequest(method=method, path=path, headers=headers, body=body)


def test_each_request_gets_its_own_line_headers_and_length() -> None:
    heads = RequestHeads("there")
    for _ in range(2):
        assert heads.head_of(asked(body=b"ab")) == b"POST /v1 HTTP/1.1\r\nHost: there\r\nContent-Length: 2\r\n\r\n"
        assert heads.head_of(asked(body=b"abc")) == b"POST /v1 HTTP/1.1\r\nHost: there\r\nContent-Length: 3\r\n\r\n"
        assert heads.head_of(asked()) == b"POST /v1 HTTP/1.1\r\nHost: there\r\nContent-Length: 0\r\n\r\n"
        assert heads.head_of(asked(method="GET")) == b"GET /v1 HTTP/1.1\r\nHost: there\r\n\r\n"
        assert heads.head_of(asked(headers=(("a", "b"),), method="GET")).endswith(b"\r\nHost: there\r\na: b\r\n\r\n")


def test_a_length_that_is_given_must_be_the_bodys_each_time() -> None:
    heads, given = RequestHeads("there"), (("content-length", "2"),)
    assert heads.head_of(asked(body=b"ab", headers=given)).endswith(b"\r\ncontent-length: 2\r\n\r\n")
    with pytest.raises(ValueError, match="Content-Length"):
        heads.head_of(asked(body=b"abc", headers=given))


def test_what_is_refused_is_refused_each_time_and_more_than_are_kept_are_written() -> None:
    heads = RequestHeads("there")
    for number in range(MOST_KEPT * 2 + 1):
        assert heads.head_of(asked(f"/v1/{number}")).startswith(b"POST /v1/%d HTTP/1.1\r\n" % number)
        with pytest.raises(ValueError, match="path"):
            heads.head_of(asked(f"/v1/ {number % 2}"))
