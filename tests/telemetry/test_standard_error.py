"""A log that nobody takes keeps nobody from serving."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace

import pytest

from gateway.core.ports import UsageRow
from gateway.telemetry import logs
from gateway.telemetry.standard_error import StandardError


@pytest.fixture(autouse=True)
def _lines_are_out() -> Iterator[None]:
    yield
    logs._RequestLines.flush()


class Full:
    """A file on a disk that is full."""

    def write(self, _: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        self.write(b"")


CLOSED = io.BytesIO()
CLOSED.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "stderr",
    [SimpleNamespace(buffer=Full()), SimpleNamespace(buffer=CLOSED), None],
    ids=["full", "closed", "none"],
)
async def test_lines_that_nobody_takes_are_lost_and_no_more(monkeypatch: pytest.MonkeyPatch, stderr: object) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", stderr)
        logs.configure("info")
        logs.event(logs.STARTING)
        logs.request_ended(UsageRow(request_id="r", at=1.0, key_id="k", team="a"), 1.0)
        logs._RequestLines.flush()


COMMAND = """
from gateway.telemetry import logs
logs.event(logs.STARTING)
logs.warning(logs.UNPRICED, model="m", tools=None)
"""


def test_a_command_logs_warnings_beside_what_it_prints() -> None:
    """Its output is data: `gateway report > costs.csv`."""
    done = subprocess.run([sys.executable, "-c", COMMAND], capture_output=True, check=True, timeout=60)
    assert done.stdout == b""
    told = json.loads(done.stderr)
    assert datetime.fromisoformat(told.pop("timestamp"))
    assert told == {"model": "m", "event": "call_unpriced", "level": "warning"}


READER = """
import sys
from gateway.telemetry import logs
from gateway.telemetry.standard_error import StandardError

logs.configure("info")
for number in range(20_000):
    logs.event(logs.ALERT_TOLD, number=number, beside="x" * 100)
print("done", flush=True)
for line in sys.stdin:
    logs.event(logs.STARTED)
    print("said", flush=True)
"""


def test_a_pipe_that_nobody_empties_for_a_while_keeps_nobody_and_what_is_lost_is_told() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"done\n", "nobody has read its lines yet"
        told: list[bytes] = []
        reading = threading.Thread(target=lambda: told.extend(process.stderr))
        reading.start()
        while not any(b"gateway_started" in line for line in told):
            process.stdin.write(b"\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"said\n"
        process.stdin.close()
        process.wait(30)
        reading.join(30)
    lines = [json.loads(line) for line in told]
    numbers = [line["number"] for line in lines if line["event"] == "alert_told"]
    [lost] = [line["lines"] for line in lines if line["event"] == "log_lines_lost"]
    assert numbers == list(range(len(numbers))), "what there was room for, whole and in order"
    assert lost >= 20_000 - len(numbers) > 0
    assert len(numbers) > 5000


LAST_WORDS = """
import sys
from gateway.telemetry import logs
from gateway.telemetry.standard_error import StandardError

logs.configure("info")
for number in range(500):
    logs.event(logs.ALERT_TOLD, number=number, beside="x" * 200)
logs.event(logs.STOPPED)
print("done", flush=True)
"""


def said_while_nobody_read(program: str) -> list[str]:
    """Lines of its standard error, read after it has said `done` on the other."""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"done\n"
        lines = process.stderr.read().decode().splitlines()
        assert process.wait(30) == 0
    return lines


def test_a_process_that_ends_says_all_that_it_has_to_say_to_a_reader_that_is_slow() -> None:
    """More than the pipe holds."""
    events = [json.loads(line)["event"] for line in said_while_nobody_read(LAST_WORDS)]
    assert events == ["alert_told"] * 500 + ["gateway_stopped"]


class TakenMeanwhile:
    """What the kernel says of a pipe, and another process that takes the room before it is used."""

    def __init__(self, descriptor: int) -> None:
        self.pipe = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK)
        self.asked = select.poll()
        self.asked.register(self.pipe, select.POLLOUT)

    def poll(self, milliseconds: float) -> list[tuple[int, int]]:
        room = self.asked.poll(milliseconds)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(self.pipe, b"\n" * select.PIPE_BUF)
        return room


def test_a_pipe_that_another_worker_fills_in_the_same_moment_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stderr, os.fdopen(reading, "rb") as reader:
        monkeypatch.setattr(sys, "stderr", stderr)
        stream = StandardError(lambda lost: b"%d lost\n" % lost)
        monkeypatch.undo()
        monkeypatch.setattr(stream, "_room", TakenMeanwhile(writing))
        saying = threading.Thread(target=stream.write, args=(b"first\n",), daemon=True)
        saying.start()
        saying.join(20)
        held = saying.is_alive()
        reader.read1(1 << 20)
        saying.join(20)
        assert not held
        monkeypatch.undo()
        stream.write(b"second\n")
        assert reader.read1(1 << 20).strip() == b"first\nsecond"


WORDS = """
from gateway.policy.source import PolicyFolder
from gateway.telemetry import logs

logs.configure("info")
folder = PolicyFolder(__import__("pathlib").Path("policies"), {})
for number in range(5_000):
    folder._report(f"policy version {number} is in force")
print("done", flush=True)
"""


def test_words_about_policies_wait_for_nobody_either() -> None:
    """A reload would hang in them, and so would the end of the process."""
    told = [json.loads(line) for line in said_while_nobody_read(WORDS)]
    assert [(line["event"], line["told"]) for line in told] == [
        ("policy_taken", f"policy version {number} is in force") for number in range(5_000)
    ]
