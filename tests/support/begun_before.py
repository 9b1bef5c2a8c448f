"""What a run of all tests begins before it collects them: that takes one core half a minute, and the others work.

- The gates: types and import rules, half a minute of processor time where nothing is known of an earlier run.
- The process that gateways are forked from (`tests.support.warm`), one for all workers.

Other runs begin them where a test asks.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.support import warm

GATES: Final = ("mypy --no-error-summary", "lint-imports --no-logo")
"""As in the Makefile."""
_ROOT: Final = Path(__file__).parents[2]


class Ended(NamedTuple):
    code: int
    said: str


class _Begun(NamedTuple):
    process: subprocess.Popen[bytes]
    """A child of who collects, so workers are told of its end by a file."""
    said: Path
    code: Path


_TELLING: Final = 'said=$1; code=$2; shift 2; "$@" >"$said" 2>&1; echo $? >"$code.part"; mv "$code.part" "$code"'
_begun: dict[str, _Begun] = {}


def ended(gate: str) -> Ended:
    """Blocks; runs it where nobody has begun it."""
    if gate not in _begun:
        done = subprocess.run(_command(gate), cwd=_ROOT, capture_output=True, text=True, check=False)
        return Ended(done.returncode, f"{done.stdout}\n{done.stderr}")
    _, said, code = _begun[gate]
    while not code.exists():
        time.sleep(0.1)
    return Ended(int(code.read_text()), said.read_text())


def _command(gate: str) -> list[str]:
    program, *words = gate.split()
    return [str(Path(sys.executable).with_name(program)), *words]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    config = session.config
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if everything and config.option.numprocesses and not config.option.collectonly:
        warm.begin()
        for gate in GATES:
            _begun[gate] = _begin(gate, config._tmp_path_factory.mktemp("gate"))  # type: ignore[attr-defined]
    return (yield)


def _begin(gate: str, folder: Path) -> _Begun:
    said, code = folder / "said", folder / "code"
    command = ["sh", "-c", _TELLING, "sh", str(said), str(code), *_command(gate)]
    process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
    return _Begun(process, said, code)


def pytest_unconfigure() -> None:
    """Who was interrupted, or did not come to ask, waits for nobody."""
    for process, _, code in _begun.values():
        if not code.exists():
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    _begun.clear()
