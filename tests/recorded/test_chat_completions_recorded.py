"""What holds of every recorded chat completion, whoever answered, against a reader that knows nothing of the codecs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.each_case import each_case
from tests.support.recorded_chats import MISTRAL, OPENAI, Chats, by_name, recorded

BOTH = (OPENAI, MISTRAL)

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not any(chats.all for chats in BOTH), reason="the folder of recordings is not at hand"),
]


def each(kind: str) -> list[tuple[Chats, Path]]:
    """`kind` of the recordings of both, each with its dialect's laws."""
    return [(chats, path) for chats in BOTH for path in getattr(chats, kind)]


def told(case: tuple[Chats, Path]) -> str:
    return by_name(case[1])


@each_case("chats,path", each("answers"), told)
def test_the_answer_says_what_the_json_says(chats: Chats, path: Path) -> None:
    chats.check_answer(path)


@each_case("chats,path", each("streams"), told)
def test_cutting_the_bytes_elsewhere_changes_nothing(chats: Chats, path: Path) -> None:
    response = recorded(path)["response"]
    assert chats.decoded(response, 7) == chats.decoded(response)


@each_case("chats,path", each("answers"), told)
def test_the_answer_survives_both_of_our_encoders(chats: Chats, path: Path) -> None:
    chats.check_encoders(path)


@each_case("chats,path", each("all"), told)
def test_every_path_of_the_request_is_understood(chats: Chats, path: Path) -> None:
    assert chats.request(path).unclaimed == ()
