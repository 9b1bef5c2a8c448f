"""Recorded streams that break, drip or repeat themselves, through the whole gateway to every SDK.

A broken answer must never look like a finished one, in any dialect; a strangely delivered one must read as always.
Each dialect's recordings meet each fault with one of the clients, in turn, so that every pair of dialects meets every
fault; at length all recordings do.
"""

from __future__ import annotations

from itertools import product
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


def streams() -> list[Recording]:
    """Those that a simple reader finds complete."""
    return [one for one in replayable() if one.stream and one.status == 200]


def cases_of(fault: Fault, most: int | None = None) -> list[Case]:
    """With so many recordings of a dialect at most: other ones for each fault."""
    made, offset = [], FAULTS.index(fault)
    for dialect in CLIENT_DIALECTS:
        spoiled = [(one, fault.make(one)) for one in streams() if one.dialect == dialect]
        taken = [(one, performance) for one, performance in spoiled if performance is not None]
        step = max(len(taken) // most, 1) if most else 1
        for turn, (recording, performance) in enumerate(taken[offset % step :: step][:most]):
            client = CLIENT_DIALECTS[(turn + offset) % len(CLIENT_DIALECTS)]
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


def test_spoiled_streams(gateway_thread: LoopThread, tmp_path: Path) -> None:
    heard = replayed([(fault, cases_of(fault, len(CLIENT_DIALECTS))) for fault in FAULTS], gateway_thread, tmp_path)
    pairs = {(case.client, case.recording.dialect) for case in heard["cut halfway"]}
    assert pairs == set(product(CLIENT_DIALECTS, repeat=2))


@pytest.mark.soak
def test_all_spoiled_streams(gateway_thread: LoopThread, tmp_path: Path) -> None:
    replayed([(fault, cases_of(fault)) for fault in FAULTS], gateway_thread, tmp_path)


def replayed(spoiled: list[tuple[Fault, list[Case]]], gateway_thread: LoopThread, state: Path) -> dict[str, list[Case]]:
    """The cases by their faults, all through one gateway."""
    assert all(cases for _, cases in spoiled)
    cases = [(fault, case) for fault, those in spoiled for case in those]
    asked = gateway_thread.run(replay([case for _, case in cases], state), timeout=590)
    found = {
        f"{fault.name}: {one.case.name}": told
        for (fault, _), one in zip(cases, asked, strict=True)
        if (told := judged(one, fault))
    }
    assert not found, f"{len(found)} of {len(cases)}"
    return {fault.name: those for fault, those in spoiled}
