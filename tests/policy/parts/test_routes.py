"""Canaries and the rule that judges them: what makes no sense is refused where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.policy import Shadow, Target
from gateway.core.routes import Rollback
from gateway.policy.load import load_policy
from tests.support.policy_errors import check

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
    (
        "sticky: user",
        "prefer: cheapest",
        "a canary has its share by weight, and `prefer` passes weights over: leave one of the two out",
    ),
    ("sticky: user", "prefer: cheap", "cheapest"),
    ("sticky: user", "hedge: {after: 1ms}", "after"),
    ("sticky: user", "hedge: {}", "after"),
    ("model: a}", "model: a, context: 32}", "context"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG)
def test_what_makes_no_sense_is_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    [error] = check(written(tmp_path, old, new), {})
    assert told in str(error)


SHADOWS = "    shadows: [{provider: sim, model: c, cannot: [images], share: 2.5%, concurrent: 3, paid_by: demo}]\n"


def test_a_shadow_is_loaded(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, "    rollback", SHADOWS + "    rollback"), {})
    target = Target(provider="sim", model="c", cannot=frozenset({"images"}))
    assert policy.models["m"].shadows == (Shadow(target=target, share=250, concurrent=3, paid_by="demo"),)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("model: c", "model: a", "'sim/a' answers already: a shadow is somebody else"),
        ("paid_by: demo", "paid_by: dmeo", "there is no team 'dmeo'; did you mean 'demo'?"),
        ("share: 2.5%", "share: 0%", "a share of 0% is asked nothing"),
        ("provider: sim, model: c", "provider: sum, model: c", "there is no provider 'sum'"),
        ("share: 2.5%", "weight: 3", "unknown key 'weight'"),
    ],
)
def test_a_shadow_that_makes_no_sense_is_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert old in SHADOWS
    [error] = check(written(tmp_path, "    rollback", SHADOWS.replace(old, new) + "    rollback"), {})
    assert told in str(error)
    assert ":8:" in str(error)


def test_a_hedge_is_loaded_and_asks_somebody_else(tmp_path: Path) -> None:
    assert load_policy(written(tmp_path, "sticky: user", "hedge: {after: 1500 ms}"), {}).models["m"].hedge == 1.5
    alone = POLICY.partition("    sticky")[0] + "    hedge: {after: 2s}\n    targets: [{provider: sim, model: a}]\n"
    (tmp_path / "p.yaml").write_text(alone)
    [error] = check(tmp_path, {})
    assert "a hedge asks somebody else: write another target, or a fallback" in str(error)
