"""Whoever asks for a WebSocket is told at once why there is none, and what to do instead."""

from __future__ import annotations

import httpx
import pytest

from tests.support.running import RunningGateway

ASKED = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}
GOOGLE = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/realtime?model=gpt-realtime", {}),
        ("/v1/responses", {}),
        (GOOGLE, {"x-goog-api-key": "k"}),
        ("/mistral/v1/audio/transcriptions/realtime", {}),
    ],
)
def test_a_websocket_is_refused_in_words(gateway: RunningGateway, path: str, headers: dict[str, str]) -> None:
    with httpx.Client(timeout=5) as client:
        answer = client.get(gateway.url + path, headers={**ASKED, **headers, "authorization": f"Bearer {gateway.key}"})
    assert answer.status_code == 426
    assert "WebSockets" in answer.text
    assert answer.headers["x-gateway-request-id"]


def test_another_offer_is_ignored(gateway: RunningGateway) -> None:
    headers = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "authorization": f"Bearer {gateway.key}"}
    with httpx.Client(timeout=5) as client:
        assert client.get(gateway.url + "/v1/models", headers=headers).status_code == 200
