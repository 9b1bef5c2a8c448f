"""Every recorded chat with Mistral, against a reader that knows nothing of the codec."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.dialects import mistral
from tests.support.recorded_chats import Chats, by_name, recorded

CHATS = Chats("mistral.chat", ("mistral",), mistral.CLIENT, mistral.PROVIDER)

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not CHATS.all, reason="the folder of recordings is not at hand"),
]


@pytest.mark.parametrize("path", CHATS.answers, ids=by_name)
def test_the_answer_says_what_the_json_says(path: Path) -> None:
    CHATS.check_answer(path)


@pytest.mark.parametrize("path", CHATS.streams, ids=by_name)
def test_cutting_the_bytes_elsewhere_changes_nothing(path: Path) -> None:
    response = recorded(path)["response"]
    assert CHATS.decoded(response, 7) == CHATS.decoded(response)


@pytest.mark.parametrize("path", CHATS.answers, ids=by_name)
def test_the_answer_survives_both_of_our_encoders(path: Path) -> None:
    CHATS.check_encoders(path)


@pytest.mark.parametrize("path", CHATS.all, ids=by_name)
def test_every_path_of_the_request_is_understood(path: Path) -> None:
    assert CHATS.request(path).unclaimed == ()


@pytest.mark.parametrize("path", CHATS.refusals, ids=by_name)
def test_a_refused_credential_is_told_in_our_words(path: Path) -> None:
    response = recorded(path)["response"]
    body = json.dumps(response["body"]).encode()
    error = mistral.PROVIDER.decode_error(response["status"], response["headers"], body)
    assert (error.status, error.kind, error.raw) == (401, "authentication", None)
    assert response["body"]["detail"] not in error.message


@pytest.mark.parametrize("path", CHATS.all, ids=by_name)
def test_the_request_survives_a_round_trip(path: Path) -> None:
    CHATS.check_round_trip(path, mistral.PROVIDER)
