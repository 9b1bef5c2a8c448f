"""The gates that take one processor long: beside other tests they take no time of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[2]
GATES: Final = ("mypy --no-error-summary", "lint-imports --no-logo")
"""As in the Makefile."""


@pytest.mark.timeout(1800)  # a minute of processor time where nothing is known of an earlier run
@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.partition(" ")[0])
def test_a_gate_is_open(gate: str) -> None:
    program, *words = gate.split()
    run = subprocess.run(
        [Path(sys.executable).with_name(program), *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
