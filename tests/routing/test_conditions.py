"""Conditions of routes: each by itself, and all that are named together."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.core.routes import Condition
from gateway.routing.conditions import met, within


class Told(msgspec.Struct):
    data_class: str | None = "confidential"
    personal_data: bool = True
    size: int = 1000
    features: frozenset[Any] = frozenset({"images", "tools"})
    stream: bool = False
    tags: dict[str, str] = msgspec.field(default_factory=lambda: {"purpose": "batch", "project": "x"})
    minute: int = 9 * 60
    language: str | None = "de"


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ({"data_classes": frozenset({"confidential", "secret"})}, {"data_classes": frozenset({"secret"})}),
        ({"personal_data": True}, {"personal_data": False}),
        ({"larger_than": 999}, {"larger_than": 1000}),
        ({"smaller_than": 1001}, {"smaller_than": 1000}),
        ({"needs": frozenset({"images"})}, {"needs": frozenset({"images", "audio"})}),
        ({"lacks": frozenset({"audio"})}, {"lacks": frozenset({"audio", "tools"})}),
        ({"stream": False}, {"stream": True}),
        ({"tags": (("purpose", "batch"),)}, {"tags": (("purpose", "batch"), ("project", "y"))}),
        ({"languages": frozenset({"de", "fr"})}, {"languages": frozenset({"en"})}),
        ({"hours": (480, 600)}, {"hours": (0, 540)}),
    ],
    ids=lambda value: next(iter(value)),
)
def test_each_condition_is_met_and_is_not(yes: dict[str, Any], no: dict[str, Any]):
    assert met(Condition(**yes), Told())
    assert not met(Condition(**no), Told())
    (name,) = no
    assert not met(Condition(**{**no, **({"stream": False} if name != "stream" else {"personal_data": True})}), Told())


def test_a_condition_that_names_nothing_is_met():
    assert met(Condition(), Told(data_class=None))
    assert not met(Condition(data_classes=frozenset({"a"})), Told(data_class=None))


def test_a_span_may_go_over_midnight():
    night = (22 * 60, 6 * 60)
    assert [within(night, hour * 60) for hour in (21, 22, 23, 0, 5, 6)] == [False, True, True, True, True, False]


def test_what_costs_something_is_asked_only_by_a_condition_that_names_it():
    class Facts:
        data_class, personal_data, size, stream, tags, minute = None, False, 1, True, {}, 0

        @property
        def features(self) -> frozenset[Any]:
            raise AssertionError

    assert met(Condition(stream=True, smaller_than=2), Facts())
    with pytest.raises(AssertionError):
        met(Condition(needs=frozenset({"tools"})), Facts())
