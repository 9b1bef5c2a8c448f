from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import begun_before


@pytest.mark.parametrize(("gate", "code"), [("python --version", 0), ("python --no-such-word", 2)])
def test_what_was_begun_before_ends_as_what_is_begun_now(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gate: str, code: int
) -> None:
    now = begun_before.ended(gate)
    assert (now.code, now.said.strip() != "") == (code, True)
    begun = begun_before._begin(gate, tmp_path)
    monkeypatch.setitem(begun_before._begun, gate, begun)
    before = begun_before.ended(gate)
    assert (before.code, before.said.strip()) == (code, now.said.strip())
    assert begun.process.wait() == 0
