"""Canaries and the rule that judges them: what makes no sense is refused where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.routes import Rollback
from gateway.policy.load import check, load_policy

POLICY = """\
version: 1
providers:
  sim: {kind: local, base_url: "http://127.0.0.1:9/v1", region: on_prem, engine: vllm}
models:
  m:
    sticky: user
    targets: [{provider: sim, model: a}, {provider: sim, model: b, weight: 5, canary: true}]
    rollback: {errors: 5, pause: 1h}
teams:
  demo: {models: [m]}
"""


def written(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in POLICY
    (folder / "p.yaml").write_text(POLICY.replace(old, new))
    return folder


def test_a_canary_and_its_rule_are_loaded(tmp_path: Path) -> None:
    alias = load_policy(written(tmp_path), {}).models["m"]
    assert (alias.sticky, alias.rollback) == ("user", Rollback(errors=5, pause=3600.0))
    assert [target.canary for target in alias.targets] == [False, True]


WRONG = [
    (", canary: true", "", "write both"),
    ("{errors: 5, pause: 1h}", "{pause: 1h}", "name at least one of errors, refusals, slower, dearer"),
    ("    rollback: {errors: 5, pause: 1h}\n", "", "a canary needs `rollback`"),
    ("model: a}", "model: a, canary: true}", "write both"),
    ("sticky: user", "sticky: cookie", "user"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG)
def test_what_makes_no_sense_is_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    [error] = check(written(tmp_path, old, new), {})
    assert told in str(error)
