"""Refusals and nonsense in place of a recorded answer, through the whole gateway to every SDK.

The status reaches every client, with the time to wait where the provider named one; what is no answer at all is an
error of the gateway's, never an empty success. Each pair of dialects meets each refusal with a stream or without.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.recorded_provider import Performance
from tests.support.recordings import Recording
from tests.support.replaying import CLIENT_DIALECTS, Case, Outcome, replay, replayable
from tests.support.running import LoopThread

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not replayable(), reason="the folder of recordings is not at hand"),
]

SAID = "The recorded provider will not."
JSON = {"content-type": "application/json"}
WAIT = {**JSON, "retry-after": "7"}

# name: (status told, its headers, body or None for the dialect's own error, status to be raised, seconds to wait)
REFUSALS: dict[str, tuple[int, dict[str, str], bytes | None, int, str | None]] = {
    "bad request": (400, JSON, None, 400, None),
    "forbidden": (403, JSON, None, 403, None),
    "unknown model": (404, JSON, None, 404, None),
    "too large": (413, JSON, None, 413, None),
    "too many": (429, WAIT, None, 429, "7"),
    "fault": (500, JSON, None, 500, None),
    "busy": (503, WAIT, None, 503, "7"),
    "overloaded": (529, JSON, None, 529, None),
    "a proxy's page": (502, {"content-type": "text/html"}, b"<html>Bad Gateway</html>", 502, None),
    "a bare line": (429, {"content-type": "text/plain"}, b"slow down", 429, None),
    "nothing at all": (500, JSON, b"", 500, None),
    "an empty success": (200, JSON, b"", 502, None),
    "a page as success": (200, {"content-type": "text/html"}, b"<html>", 502, None),
    "half an answer": (200, JSON, b'{"id": "x", "choi', 502, None),
    "half a body": (200, {**JSON, "content-length": "5000"}, b'{"id": "x", "choi', 502, None),
    "a redirect": (307, {**JSON, "location": "/elsewhere"}, b"", 502, None),
}


def own_error(dialect: str, status: int) -> bytes:
    tree: dict[str, Any]
    match dialect:
        case "anthropic":
            tree = {"type": "error", "error": {"type": "api_error", "message": SAID}}
        case "gemini":
            tree = {"error": {"code": status, "message": SAID, "status": "UNKNOWN"}}
        case "mistral":
            tree = {"object": "error", "message": SAID, "type": "refused", "param": None, "code": "1"}
        case _:
            tree = {"error": {"message": SAID, "type": "refused", "param": None, "code": None}}
    return json.dumps(tree).encode()


def examples() -> list[Recording]:
    """One whole answer and one stream of each API."""
    found = {(one.provider, one.dialect, one.stream): one for one in replayable() if one.status == 200}
    return list(found.values())


def judged(outcome: Outcome, status: int, wait: str | None, *, told: bool) -> list[str]:
    broke = outcome.broke
    if broke is None:
        return ["no error was raised"]
    found = []
    if broke.status != status:
        found.append(f"status {broke.status}")
    if told and SAID not in broke.message:
        found.append(f"said {broke.message}")
    if broke.wire is None or broke.wire.headers.get("retry-after") != wait:
        found.append("retry-after")
    return found


def cases_of(refusal: str) -> list[Case]:
    status, headers, body, *_ = REFUSALS[refusal]
    return [
        Case(
            client,
            recording,
            Performance(
                status,
                headers,
                (own_error(recording.dialect, status) if body is None else body,),
                "unfinished" if "content-length" in headers else "proper",
            ),
            f"{client} <- {recording.name}",
        )
        for turn, client in enumerate(CLIENT_DIALECTS)
        for place, recording in enumerate(examples())
        if (turn + place + len(refusal)) % 2 or recording.dialect == client
    ]


def test_refusals(gateway_thread: LoopThread, tmp_path: Path):
    """All of them through one gateway."""
    cases = [(refusal, case) for refusal in REFUSALS for case in cases_of(refusal)]
    assert {refusal for refusal, _ in cases} == REFUSALS.keys()
    asked = gateway_thread.run(replay([case for _, case in cases], tmp_path), timeout=290)
    found = {}
    for (refusal, _), outcome in zip(cases, asked, strict=True):
        status, _, body, expected, wait = REFUSALS[refusal]
        told = body is None and status != 403  # whose words may quote the gateway's own credential
        if bad := judged(outcome, expected, wait, told=told):
            found[f"{refusal}: {outcome.case.name}"] = bad
    assert not found, f"{len(found)} of {len(cases)}"
