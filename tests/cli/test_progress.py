"""What a person at a terminal sees of work that takes its time: what it is, how far, and nothing of it afterwards."""

from __future__ import annotations

import asyncio
import io
import sys
import time

import pytest

from gateway.audit import reading
from gateway.cli import progress
from gateway.cli.progress import Progress
from tests.cli.conftest import Gateway
from tests.cli.test_audit_commands import DAY, NOW, recorded, rotated
from tests.cli.test_simulate_command import write
from tests.support.waiting import until


class Terminal(io.StringIO):
    buffer = io.BytesIO()
    """Where the log goes."""

    def isatty(self) -> bool:
        return True


class GoneTerminal(Terminal):
    def write(self, _: str) -> int:
        raise OSError(5, "Input/output error")


WIPED = "\r\033[K"


def watched(monkeypatch: pytest.MonkeyPatch, stderr: Terminal | None) -> None:
    """From now on; whoever watches is shown everything at once."""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "SHORTEST", 0.0)
    monkeypatch.setattr(sys, "stderr", stderr)


@pytest.mark.parametrize(("told", "line"), [((3, 12), "reading [#######"), ((1234,), "reading 1,234")])
def test_how_far_it_is_is_shown_and_wiped_away(
    monkeypatch: pytest.MonkeyPatch, told: tuple[int, ...], line: str
) -> None:
    watched(monkeypatch, terminal := Terminal())
    with Progress("reading") as tell:
        tell(*told)
        assert line in terminal.getvalue()
    assert terminal.getvalue().endswith(WIPED)


def test_what_nothing_is_heard_of_is_shown_by_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    watched(monkeypatch, terminal := Terminal())
    with Progress("reading"):
        asyncio.run(until(lambda: "reading for 0 s" in terminal.getvalue()))
    assert terminal.getvalue().endswith(WIPED)


@pytest.mark.parametrize("stderr", [None, GoneTerminal()])
def test_no_work_ends_for_a_terminal_that_went_away(monkeypatch: pytest.MonkeyPatch, stderr: Terminal | None) -> None:
    watched(monkeypatch, stderr)
    with Progress("reading") as tell:
        tell(3, 12)


def test_a_verdict_does_not_stand_behind_the_count_of_its_records(
    migrated: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert migrated("migrate").code == 0
    assert migrated("audit", "search").code == 0  # on record; by an account that will make the state directory
    monkeypatch.setattr(reading, "PAGE", 1)
    watched(monkeypatch, terminal := Terminal())
    code = migrated("audit", "verify").code
    assert code == 0, terminal.getvalue()
    assert "records 1" in terminal.getvalue()
    assert terminal.getvalue().endswith(WIPED)


def test_whoever_waits_for_a_command_sees_how_far_it_is(migrated: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [("support", "anna", "alpha", NOW), ("engineering", "cleo", "delta", NOW - 400 * DAY)]
    asyncio.run(recorded(calls))
    asyncio.run(write([{"request_id": "a", "at": time.time() - 60}]))
    rotated(monkeypatch)
    watched(monkeypatch, terminal := Terminal())
    for words, shown in (
        (("audit", "export", "--log", "--output", "log.jsonl"), "records ["),
        (("audit", "verify", "--export", "log.jsonl"), "records 6"),
        (("audit", "prove", "--place", "0"), "records ["),
        (("audit", "retain"), "days of teams [###"),
        (("audit", "rewrap"), "data keys ["),
        (("policy", "simulate", "policies"), "playing it through ["),
    ):
        terminal.truncate(0)
        assert migrated(*words).code == 0, (words, terminal.getvalue())
        assert shown in terminal.getvalue(), words
        assert terminal.getvalue().endswith(WIPED)


def test_the_steps_of_a_migration_are_told(gateway: Gateway, empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_DATABASE_URL", empty_url)
    watched(monkeypatch, terminal := Terminal())
    assert gateway("migrate").code == 0
    assert "migrations [#" in terminal.getvalue()
    assert terminal.getvalue().endswith(WIPED)
