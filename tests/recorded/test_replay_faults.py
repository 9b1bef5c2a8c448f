"""Recorded streams that break, drip or repeat themselves, through the whole gateway to every SDK.

A broken answer must never look like a finished one, in any dialect; a strangely delivered one must read as always.
Each recording meets each fault with one of the clients, in turn, so that every pair of dialects meets every fault.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.recordings import Recording
from tests.support.replaying import CLIENT_DIALECTS, Case, Outcome, complaints, replay, replayable
from tests.support.running import LoopThread
from tests.support.spoiling import FAULTS, SAID, Fault

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.timeout(600),  # half a minute of a core
    pytest.mark.skipif(not replayable(), reason="the folder of recordings is not at hand"),
]

ENOUGH = 50
"""So many recordings that take a fault, and every other one meets it."""


def streams() -> list[Recording]:
    """Those that a simple reader finds complete."""
    return [one for one in replayable() if one.stream and one.status == 200]


def cases_of(fault: Fault) -> list[Case]:
    made = []
    offset = FAULTS.index(fault)
    turn: dict[str, int] = defaultdict(int)
    for recording in streams():
        performance = fault.make(recording)
        if performance is not None:
            turn[recording.dialect] += 1
            client = CLIENT_DIALECTS[(turn[recording.dialect] + offset) % len(CLIENT_DIALECTS)]
            made.append(Case(client, recording, performance, f"{client} <- {recording.name}"))
    return made if len(made) < ENOUGH else [case for place, case in enumerate(made) if (place + offset) % 2]


def judged(outcome: Outcome, fault: Fault) -> list[str]:
    broke = outcome.broke
    if fault.result == "same":
        return complaints(outcome)
    if broke is None:
        return [f"ended as if complete: {outcome.told and outcome.told.finish}"]
    if not broke.answered:
        return [f"the connection broke instead of the answer: {broke}"]
    if fault.result == "told error" and SAID not in broke.message and "ResponseValidationError" not in broke.kind:
        return [f"not what the provider said: {broke}"]
    return []


def test_spoiled_streams(gateway_thread: LoopThread, tmp_path: Path):
    """All of them through one gateway."""
    cases = [(fault, case) for fault in FAULTS for case in cases_of(fault)]
    assert {fault.name for fault, _ in cases} == {fault.name for fault in FAULTS}
    asked = gateway_thread.run(replay([case for _, case in cases], tmp_path), timeout=590)
    found = {
        f"{fault.name}: {one.case.name}": told
        for (fault, _), one in zip(cases, asked, strict=True)
        if (told := judged(one, fault))
    }
    assert not found, f"{len(found)} of {len(cases)}"
