"""The simulated providers against what real ones did: the same requests accepted, the same fields in the answers.

Left out are requests that only the real provider could judge: replayed signatures of its own, keys that it knew to
be bad, an image that it could not fetch, a model that it retired.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.support.each_case import each_case
from tests.support.simulated import Caller, Got, calling

FOLDER = Path(os.environ.get("GATEWAY_RECORDINGS", Path(__file__).parents[3] / "shared" / "recordings"))
SIGNED = ('"signature"', '"thoughtSignature"', '"encrypted_content"')
ITS_OWN_REASONS = ("Incorrect API key", "Invalid API Key", "Error while downloading", "has been deprecated")
ENOUGH = 10
"""Recordings of one kind from which on a field that half of them have counts as the provider's habit."""

pytestmark = pytest.mark.recorded


def is_ours_to_judge(recording: dict[str, Any]) -> bool:
    request = json.dumps(recording["request"]["body"])
    told = json.dumps(recording["response"].get("body") or recording["response"].get("raw"))
    return not any(word in request for word in SIGNED) and not any(word in told for word in ITS_OWN_REASONS)


RECORDINGS = {f"{path.parent.name}/{path.stem}": json.loads(path.read_text()) for path in FOLDER.glob("*/*.json")}
RECORDINGS = {name: recording for name, recording in sorted(RECORDINGS.items()) if is_ours_to_judge(recording)}
KINDS: dict[str, list[dict[str, Any]]] = defaultdict(list)
for _recording in RECORDINGS.values():
    if _recording["response"]["status"] == 200:
        _pace = "stream" if _recording["stream"] else "whole"
        KINDS[f"{_recording['provider']} {_recording['api']} {_pace}"].append(_recording)


async def ask(caller: Caller, recording: dict[str, Any]) -> Got:
    request = recording["request"]
    query = "&".join(f"{name}={value}" for name, value in (request.get("query") or {}).items())
    target = f"/{recording['provider']}{request['path']}" + (f"?{query}" if query else "")
    return await (caller.get(target) if request["method"] == "GET" else caller.post(target, request["body"]))


def field_paths(tree: Any, above: str = "") -> set[str]:
    """Every member's path; positions in lists are not told apart."""
    if isinstance(tree, list):
        return {path for child in tree for path in field_paths(child, above)}
    if not isinstance(tree, dict):
        return set()
    below = {path for name, child in tree.items() for path in field_paths(child, f"{above}{name}.")}
    return {above + name for name in tree} | below


@pytest.mark.asyncio
@each_case("name", RECORDINGS)
async def test_takes_and_refuses_what_the_real_one_does(name):
    recording = RECORDINGS[name]
    async with calling() as caller:
        got = await ask(caller, recording)
    assert got.status == recording["response"]["status"], got.text
    if got.status != 200:
        assert field_paths(got.json) == field_paths(recording["response"]["body"])


@pytest.mark.parametrize("kind", [kind for kind, recordings in KINDS.items() if len(recordings) >= ENOUGH])
@pytest.mark.asyncio
async def test_has_the_fields_that_the_real_one_has(kind):
    missing: Counter[str] = Counter()
    invented: Counter[str] = Counter()
    async with calling() as caller:
        for recording in KINDS[kind]:
            got, response = await ask(caller, recording), recording["response"]
            real = field_paths(Got(200, {}, response["raw"]).events if response.get("raw") else response["body"])
            ours = field_paths(got.events or got.json if recording["stream"] else got.json)
            missing.update(real - ours)
            invented.update(ours - real)
    number = len(KINDS[kind])
    assert not [field for field, times in missing.items() if times * 2 > number]
    newer = {"usageMetadata.serviceTier", "response.billing", "response.billing.payer"}
    assert not [field for field, times in invented.items() if times == number and field not in newer]
