"""Prints how many recorded answers each SDK reads rightly through the gateway: `python -m tests.recorded.scoreboard`.

Arguments: parts of names of recordings, clients or APIs, to choose from; `-v` tells every complaint.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from gateway.telemetry import logs
from tests.support.replaying import CLIENT_DIALECTS, Case, complaints, recorded, replay, replayable


def main(words: list[str]) -> None:
    logs.configure("critical")
    telling = "-v" in words
    wanted = [word for word in words if not word.startswith("-")]
    cases = [Case(client, one, recorded(one), one.name) for one in replayable() for client in CLIENT_DIALECTS]
    cases = [case for case in cases if all(_fits(word, case) for word in wanted)]
    passed: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    kinds: Counter[tuple[str, str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        outcomes = asyncio.run(replay(cases, Path(folder)))
    for outcome in outcomes:
        case = outcome.case
        place = (case.client, f"{case.recording.provider} {case.recording.api}")
        found = complaints(outcome)
        total[place] += 1
        passed[place] += not found
        for complaint in found:
            kinds[(*place, " ".join(complaint.split()[:2]))] += 1
            if telling:
                print(f"{case.client} <- {case.recording.name}: {complaint}")
    for place in sorted(total):
        print(f"{place[0]:17} {place[1]:28} {passed[place]:4} of {total[place]:4}")
    for kind, times in kinds.most_common():
        print(f"{times:4}  {kind[0]} <- {kind[1]}: {kind[2]}")
    print(f"{sum(passed.values())} of {sum(total.values())}")


def _fits(word: str, case: Case) -> bool:
    return word in (case.client, case.recording.api, case.recording.provider) or word in case.recording.name


if __name__ == "__main__":
    main(sys.argv[1:])
