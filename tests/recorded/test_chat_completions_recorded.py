"""What holds of every recorded chat completion, whoever answered, against a reader that knows nothing of the codecs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.recorded_chats import MISTRAL, OPENAI, Chats, by_name, recorded

BOTH = (OPENAI, MISTRAL)

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not any(chats.all for chats in BOTH), reason="the folder of recordings is not at hand"),
]


def each(kind: str) -> list[Any]:
    """`kind` of the recordings of both, each with its dialect's laws."""
    return [pytest.param(chats, path, id=by_name(path)) for chats in BOTH for path in getattr(chats, kind)]


@pytest.mark.parametrize(("chats", "path"), each("answers"))
def test_the_answer_says_what_the_json_says(chats: Chats, path: Path) -> None:
    chats.check_answer(path)


@pytest.mark.parametrize(("chats", "path"), each("streams"))
def test_cutting_the_bytes_elsewhere_changes_nothing(chats: Chats, path: Path) -> None:
    response = recorded(path)["response"]
    assert chats.decoded(response, 7) == chats.decoded(response)


@pytest.mark.parametrize(("chats", "path"), each("answers"))
def test_the_answer_survives_both_of_our_encoders(chats: Chats, path: Path) -> None:
    chats.check_encoders(path)


@pytest.mark.parametrize(("chats", "path"), each("all"))
def test_every_path_of_the_request_is_understood(chats: Chats, path: Path) -> None:
    assert chats.request(path).unclaimed == ()
