"""Every error of the tree has a shape in every client dialect, and none shows more than it should."""

from __future__ import annotations

import json

from gateway import errors
from gateway.core import idempotency, limit_errors, request_heads
from gateway.core.messages import Dialect
from gateway.dialects.registry import CLIENT_CODECS
from gateway.errors import GatewayError, UpstreamRefused
from tests.support.each_case import each_case

assert limit_errors.BudgetSpent, "branches of the tree that stand elsewhere are loaded"
assert request_heads.DoubtfulHead, "branches of the tree that stand elsewhere are loaded"
assert idempotency.IdempotencyConflict, "branches of the tree that stand elsewhere are loaded"


def tree(root: type[GatewayError] = GatewayError) -> list[type[GatewayError]]:
    return [root, *(leaf for child in root.__subclasses__() for leaf in tree(child))]


def instance(kind: type[GatewayError]) -> GatewayError:
    if kind is UpstreamRefused:
        return UpstreamRefused("words", status=529, kind="overloaded", code="overloaded", retry_after=3)
    return kind("words", param="field", retry_after=3)


@each_case("dialect", CLIENT_CODECS)
def test_every_error_is_encodable_in_every_dialect(dialect: Dialect) -> None:
    codec = CLIENT_CODECS[dialect]
    for error in map(instance, tree()):
        body = codec.encode_error(error, "req_1")
        assert "words" in json.dumps(json.loads(body), ensure_ascii=False), error
        frame = codec.encode_stream_error(error, "req_1")
        data = [line[5:] for line in frame.decode().splitlines() if line.startswith("data:")]
        assert data, error
        assert "words" in data[0], error
        assert json.loads(data[0]), error


@each_case("kind", tree(), lambda kind: kind.__name__)
def test_every_error_says_what_it_is(kind: type[GatewayError]) -> None:
    error = instance(kind)
    assert 400 <= error.status < 600
    assert error.code
    assert error.kind
    drawn = kind.__name__ if kind in (GatewayError, UpstreamRefused) else f"{kind.__name__} {kind.status} {kind.code}\n"
    assert drawn in (errors.__doc__ or ""), "the tree is drawn at the top of errors.py"


def test_codes_are_stable_and_told_apart() -> None:
    codes = [kind.code for kind in tree() if "code" in vars(kind)]
    assert len(codes) == len(set(codes))
