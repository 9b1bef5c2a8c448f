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

pytestmark = pytest.mark.recorded


def streams() -> list[Recording]:
    """Those that a simple reader finds complete."""
    return [one for one in replayable() if one.stream and one.status == 200]


def cases_of(fault: Fault, offset: int) -> list[Case]:
    made = []
    turn: dict[str, int] = defaultdict(int)
    for recording in streams():
        performance = fault.make(recording)
        if performance is not None:
            client = CLIENT_DIALECTS[(turn[recording.dialect] + offset) % len(CLIENT_DIALECTS)]
            turn[recording.dialect] += 1
            made.append(Case(client, recording, performance, f"{client} <- {recording.name}"))
    return made


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


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_spoiled_stream(fault: Fault, gateway_thread: LoopThread, tmp_path: Path):
    cases = cases_of(fault, FAULTS.index(fault))
    outcomes = gateway_thread.run(replay(cases, tmp_path), timeout=110)
    found = {one.case.name: told for one in outcomes if (told := judged(one, fault))}
    assert not found, f"{len(found)} of {len(cases)}"
