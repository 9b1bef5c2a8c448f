"""What a person at a terminal sees of work that takes its time: what it is, how far, and nothing of it afterwards."""

from __future__ import annotations

import io
import sys

import pytest

from gateway.audit import reading
from gateway.cli import progress
from gateway.cli.progress import Progress
from tests.cli.conftest import Gateway


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


WIPED = "\r\033[K"


@pytest.mark.parametrize(("told", "line"), [((3, 12), "reading [#######"), ((1234,), "reading 1,234")])
def test_how_far_it_is_is_shown_and_wiped_away(
    monkeypatch: pytest.MonkeyPatch, told: tuple[int, ...], line: str
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with Progress("reading") as tell:
        tell(*told)
        assert line in terminal.getvalue()
    assert terminal.getvalue().endswith(WIPED)


def test_a_verdict_does_not_stand_behind_the_count_of_its_records(
    migrated: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert migrated("migrate").code == 0
    assert migrated("audit", "search").code in (0, 1)  # which is on record
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(reading, "PAGE", 1)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert migrated("audit", "verify").code == 0
    assert "records 1" in terminal.getvalue()
    assert terminal.getvalue().endswith(WIPED)
