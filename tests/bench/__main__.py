"""`make bench`: all subjects at once, asked in turns, weighed by processor time.

    python -m tests.bench [--rounds 5] [--no-peers] [--only NAME …]      all of them: RESULTS.md
    python -m tests.bench [--rounds 5] --stages                          what each stage costs: STAGES.md
    python -m tests.bench [--rounds 5] --pii                             a rule set beside none: PII.md
    python -m tests.bench [--rounds 5] --cache                           a hit beside a miss: CACHE.md
    python -m tests.bench [--rounds 5] --limits                          quotas and budgets: LIMITS.md
    python -m tests.bench [--rounds 3] --many                            ten keys and teams, and ten thousand: MANY.md

Rounds are interleaved (A, B, C, A, B, C, …): what disturbs the machine disturbs all subjects alike, and ratios are
taken within a round. A gateway without a stage has its turn right after the whole one. Every sample is kept in
tests/bench/out/samples.json.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import psutil

from tests.bench import many, peers
from tests.bench.load import Task
from tests.bench.processes import (
    MEASURED_CORE,
    OTHER_CORE,
    OUT,
    PINNED,
    ROOT,
    RUN,
    DidNotStart,
    await_quiet,
    memory_megabytes,
    pin,
    processor_seconds,
    python,
    running,
)
from tests.bench.report import (
    Pair,
    Row,
    Sample,
    cache_summary,
    limits_summary,
    many_summary,
    pii_summary,
    stage_summary,
    summary,
)
from tests.bench.subjects import (
    Subject,
    gateway,
    gateways_of_the_cache,
    gateways_with_limits,
    gateways_with_rules,
    gateways_without_a_stage,
    references,
    spine,
)
from tests.support.ports import free_port
from tests.support.valkey import valkey_server

CONNECTIONS, STREAMS = 16, 32
WARM_UP_SECONDS = 0.4
ROUNDS = 5
MANY_SETS, MANY_ROUNDS = 6, 3
PLAIN_SECONDS, STREAM_SECONDS, STAGE_SECONDS, SHORT_SECONDS, LONG_SECONDS = 2.0, 1.2, 1.0, 1.5, 6.0
"""A streamed round lasts until the streams under way have ended: a little longer than it says."""


def main() -> int:
    """Exit code 0; 1 where a subject did not start or answered wrongly."""
    options = _options()
    OUT.mkdir(exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context((OUT / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("another bench runs here: each would measure the other")
        command = python("-m", "tests.bench.upstream", str(port))
        stack.enter_context(running("provider", command, port, {}, OTHER_CORE, 10))
        if options.many:
            return _many(origin, options.rounds or MANY_ROUNDS)
        options.rounds = options.rounds or ROUNDS
        if options.stages:
            whole = gateway(origin)
            subjects = [whole, *gateways_without_a_stage(whole)]
        elif options.cache:
            subjects = list(gateways_of_the_cache(gateway(origin)))
        elif options.limits:
            valkey = stack.enter_context(valkey_server())
            subjects = list(gateways_with_limits(gateway(origin), valkey.connection_url))
        elif options.pii:
            subjects = list(gateways_with_rules(gateway(origin)))
        else:
            whole = gateway(origin)
            subjects = [*references(origin, port), whole, spine(whole)]
        if not (options.no_peers or options.stages or options.cache or options.limits or options.pii):
            subjects += peers.peers(origin, port)
        if options.only:
            subjects = [subject for subject in subjects if subject.name in options.only]
        started, failures = _start(stack, subjects)
        measure = _measure_stages if options.stages else _measure
        rows = measure(started, options.rounds)
    (OUT / "samples.json").write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    if options.stages:
        return _report("STAGES.md", stage_summary(rows, options.rounds, STAGE_SECONDS), rows, failures)
    if options.cache:
        return _report("CACHE.md", cache_summary(rows, options.rounds, PLAIN_SECONDS), rows, failures)
    if options.limits:
        return _report("LIMITS.md", limits_summary(rows, options.rounds, PLAIN_SECONDS), rows, failures)
    if options.pii:
        return _report("PII.md", pii_summary(rows, options.rounds, (PLAIN_SECONDS, STREAM_SECONDS)), rows, failures)
    text = summary(rows, options.rounds, PLAIN_SECONDS, (CONNECTIONS, STREAMS))
    for name in peers.missing():
        print(f"{name} is not installed; to have it beside: {peers.INSTALL[name]}")
    return _report(None if options.only else "RESULTS.md", text, rows, failures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Processor time a request.")
    parser.add_argument("--rounds", type=int, help="how often each subject has its turn")
    parser.add_argument("--stages", action="store_true", help="weigh each stage, and nothing else")
    parser.add_argument("--cache", action="store_true", help="weigh the cache and routing, and nothing else")
    parser.add_argument("--limits", action="store_true", help="weigh quotas and budgets, and nothing else")
    parser.add_argument("--pii", action="store_true", help="weigh the search for personal data, and nothing else")
    parser.add_argument("--many", action="store_true", help="weigh ten thousand keys and teams beside ten")
    parser.add_argument("--no-peers", action="store_true", help="leave out other gateways, where installed")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these subjects; writes no RESULTS.md")
    return parser.parse_args()


def _many(origin: str, rounds: int) -> int:
    """Set after set of two fresh gateways; in each, short turns in pairs, either first as often as the other."""
    few, much = many.prepared(origin)
    pairs: list[Pair] = []
    first: list[Sample] = []
    for place in range(1, MANY_SETS + 1):
        with contextlib.ExitStack() as of_set:
            started, failures = _start(of_set, [few.gateway(place), much.gateway(place)])
            if failures:
                return _report(None, "", [], failures)
            small, large = (
                _Asked(subject, process, kept.keys)
                for (subject, process), kept in zip(started, (few, much), strict=True)
            )
            small.warm()
            first += large.warm()
            of_rows = [Pair(Row(name=f"{many.FEW}"), Row(name=name)) for name in many.ASKING]
            for number in range(rounds):
                for pair, only in zip(of_rows, many.ASKING.values(), strict=True):
                    turns = [(pair.few, small, 0), (pair.many, large, only)]
                    for row, asked, of_keys in turns if number % 2 else reversed(turns):
                        row.plain.append(asked.turn(SHORT_SECONDS, of_keys))
            for pair in of_rows:
                pair.few.megabytes, pair.many.megabytes = small.megabytes, large.megabytes
            pairs += of_rows
        _progress(f"set {place} of {MANY_SETS}")
    rows = [row for pair in pairs for row in (pair.few, pair.many)]
    (OUT / "samples.json").write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    return _report("MANY.md", many_summary(pairs, first, MANY_SETS, rounds, SHORT_SECONDS), rows, [])


class _Asked:
    """A gateway that is asked with its keys in order: a turn goes on where the last one with as many keys ended."""

    def __init__(self, subject: Subject, process: psutil.Process | None, keys: Path) -> None:
        assert process
        self._subject, self._process, self._keys = subject, process, keys
        self._next: dict[int, int] = {}
        """By how many keys ask."""

    @property
    def megabytes(self) -> float:
        return memory_megabytes(self._process)

    def warm(self) -> list[Sample]:
        """As many calls as the larger gateway has keys: every key has been seen then, and is remembered. Those turns of
        them whose keys were all new.
        """
        new: list[Sample] = []
        while self._next.get(0, 0) < many.MANY:
            sample = self.turn(LONG_SECONDS, 0)
            if self._next[0] <= many.MANY:
                new.append(sample)
        return new

    def turn(self, seconds: float, only: int) -> Sample:
        """With so many of the keys, 0: all."""
        model = next(iter(self._subject.forms.values()))
        of_keys = {"keys": str(self._keys), "first": self._next.get(only, 0), "only": only}
        sample = _sample(self._subject, self._process, model, seconds, stream=False, **of_keys)
        self._next[only] = self._next.get(only, 0) + sample.completed
        return sample


Started = list[tuple[Subject, psutil.Process | None]]


def _start(stack: contextlib.ExitStack, subjects: list[Subject]) -> tuple[Started, list[str]]:
    """All of them, one after the other; what does not start is told, and left out."""
    started: Started = []
    failures: list[str] = []
    for subject in subjects:
        if subject.command is None:
            started.append((subject, None))
            continue
        place = running(
            subject.name, subject.command, subject.port, subject.environment, MEASURED_CORE, subject.patience
        )
        try:
            started.append((subject, stack.enter_context(place)))
        except DidNotStart as error:
            failures.append(str(error))
    return started, failures


def _measure(started: Started, rounds: int) -> list[Row]:
    rows = {form: Row(name=form) for subject, _ in started for form in subject.forms}
    begun = time.monotonic()
    for number in range(rounds + 1):  # round 0 warms up
        for subject, process in started:
            for form, model in subject.forms.items():
                _turn(rows[form], subject, process, model, warming=number == 0)
        _progress(f"round {number} of {rounds}, {time.monotonic() - begun:.0f} s")
    for subject, process in started:
        for form in subject.forms:
            rows[form].megabytes = memory_megabytes(process) if process else 0.0
    return list(rows.values())


def _turn(row: Row, subject: Subject, process: psutil.Process | None, model: str, *, warming: bool) -> None:
    if process is not None and subject.whole:
        sample = _sample(subject, process, model, WARM_UP_SECONDS if warming else PLAIN_SECONDS, stream=False)
        if not warming:
            row.plain.append(sample)
    if subject.streams:
        sample = _sample(subject, process, model, WARM_UP_SECONDS if warming else STREAM_SECONDS, stream=True)
        if not warming:
            row.streamed.append(sample)


def _measure_stages(started: Started, rounds: int) -> list[Row]:
    """For each gateway without a stage two rows: itself, and the whole gateway just before it."""
    (whole, whole_process), *others = started
    assert whole_process
    model = next(iter(whole.forms.values()))
    rows: dict[str, Row] = {}
    for number in range(rounds + 1):
        for subject, process in others:
            assert process
            for name, asked, weighed in (("whole", whole, whole_process), ("without", subject, process)):
                row = rows.setdefault(f"{name} {subject.name}", Row(name=f"{name} {subject.name}"))
                sample = _sample(asked, weighed, model, STAGE_SECONDS if number else WARM_UP_SECONDS, stream=False)
                if number:
                    row.plain.append(sample)
        _progress(f"round {number} of {rounds}")
    return list(rows.values())


def _sample(
    subject: Subject, process: psutil.Process | None, model: str, seconds: float, *, stream: bool, **of_keys: Any
) -> Sample:
    task = Task(
        port=subject.port,
        path=subject.path,
        model=model,
        stream=stream,
        connections=STREAMS if stream else CONNECTIONS,
        seconds=seconds,
        headers=subject.headers,
        fresh=subject.fresh,
        personal=subject.personal,
        **of_keys,
    )
    before = processor_seconds(process) if process else 0.0
    told = subprocess.run(
        python("-m", "tests.bench.load", msgspec.json.encode(task).decode()),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        timeout=60 + seconds,
        preexec_fn=lambda: pin(OTHER_CORE),
    )
    if process:
        await_quiet(process)
    spent = processor_seconds(process) - before if process else 0.0
    seen = json.loads(told.stdout)
    completed = max(1, seen["completed"])
    return Sample(
        processor=spent / completed * 1e6,
        rate=seen["completed"] / seen["seconds"],
        p50_ms=seen["p50_ms"],
        first_byte_p50_ms=seen["first_byte_p50_ms"],
        bad=seen["bad"],
        completed=seen["completed"],
    )


def _report(file: str | None, text: str, rows: list[Row], failures: list[str]) -> int:
    if not PINNED:
        text += "\nNot pinned: this machine gave the bench fewer than two cores, so the numbers are loose.\n"
    print(text)
    bad = sum(sample.bad for row in rows for sample in [*row.plain, *row.streamed])
    if file and not failures and not bad:
        (Path(__file__).parent / file).write_text(text)
    for failure in failures:
        print(failure, file=sys.stderr)
    if bad:
        print(f"{bad} answers were bad: see {RUN.relative_to(ROOT)}", file=sys.stderr)
    if bad or failures:
        return 1
    shutil.rmtree(RUN)
    return 0


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
