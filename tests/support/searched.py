"""How much was searched for canaries, in one of the last lines of a run; what was heard is an error of its own
(`tests.support.overheard`).
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import pytest

_BY_OTHERS: Counter[str] = Counter()
"""Bytes by place: of the processes that share the tests, where several do."""


def _here() -> Counter[str]:
    """By this process, which may have loaded nothing of the gateway."""
    overheard = sys.modules.get("tests.support.overheard")
    return Counter() if overheard is None else overheard.searched()


def pytest_sessionfinish(session: pytest.Session) -> None:
    getattr(session.config, "workeroutput", {})["searched"] = dict(_here())


@pytest.hookimpl(optionalhook=True)
def pytest_worker_ended(output: dict[str, Any]) -> None:
    _BY_OTHERS.update(output["searched"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    amounts = (_BY_OTHERS or _here()).most_common()
    told = ", ".join(f"{size / 2**20:,.2f} MiB of {place.removeprefix('the ')}" for place, size in amounts)
    terminalreporter.write_line(f"Searched for canaries: {told or 'nothing'}.")
