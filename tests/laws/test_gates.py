"""The gates that take one processor long: a run of all tests has begun them before it collected these."""

from __future__ import annotations

import pytest

from tests.support.begun_before import GATES, ended


@pytest.mark.timeout(1800)  # half a minute of processor time where nothing is known of an earlier run
@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.partition(" ")[0])
def test_a_gate_is_open(gate: str) -> None:
    code, said = ended(gate)
    assert code == 0, said
