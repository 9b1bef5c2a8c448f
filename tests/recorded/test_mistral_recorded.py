"""Recorded chats with Mistral: refusals, and requests that are written again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.dialects import mistral
from tests.support.each_case import each_case
from tests.support.recorded_chats import MISTRAL as CHATS
from tests.support.recorded_chats import by_name, recorded

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not CHATS.all, reason="the folder of recordings is not at hand"),
]


@each_case("path", CHATS.refusals, by_name)
def test_a_refused_credential_is_told_in_our_words(path: Path) -> None:
    response = recorded(path)["response"]
    body = json.dumps(response["body"]).encode()
    error = mistral.PROVIDER.decode_error(response["status"], response["headers"], body)
    assert (error.status, error.kind, error.raw) == (401, "authentication", None)
    assert response["body"]["detail"] not in error.message


@each_case("path", CHATS.all, by_name)
def test_the_request_survives_a_round_trip(path: Path) -> None:
    CHATS.check_round_trip(path, mistral.PROVIDER)
