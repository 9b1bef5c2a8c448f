"""`warm_up` and `drain` of a local server: read, refused elsewhere, told by diff and explain."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.engines import DRAINED, WarmUp
from gateway.core.identity import Principal
from gateway.policy.diff import changes
from gateway.policy.load import load, load_policy
from gateway.routing.explanation import HypotheticalRequest, routing
from tests.support.policy_errors import check

POLICY = """\
version: 1
providers:
  gpu1: {kind: local, base_url: "http://127.0.0.1:9/v1", region: on_prem, engine: vllm}
  gpu2: {kind: local, base_url: "http://127.0.0.2:9/v1", region: on_prem, engine: vllm}
  sim: {kind: simulated, base_url: "http://127.0.0.1:9/v1", region: us, speaks: [openai_chat]}
models:
  m: {targets: [{provider: gpu1, model: a}, {provider: gpu2, model: a}]}
teams:
  demo: {models: [m]}
"""


def written(folder: Path, after: str = "", more: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "p.yaml").write_text(POLICY.replace(after, f"{after}, {more}", 1) if after else POLICY)
    return folder


def test_how_a_server_is_brought_to_warmth(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, "engine: vllm", "warm_up: {over: 2 min, prompt: Hello}"), {})
    assert policy.providers["gpu1"].warm_up == WarmUp(over=120.0, prompt="Hello")
    assert policy.providers["gpu2"].warm_up is None
    assert load_policy(written(tmp_path, "engine: vllm", "warm_up: {}"), {}).providers["gpu1"].warm_up == WarmUp()


def test_a_drained_server_is_no_target_any_more_and_the_reason_is_told(tmp_path: Path) -> None:
    old, new = load(written(tmp_path / "old"), {}), load(written(tmp_path / "new", "engine: vllm", "drain: true"), {})
    policy = new.policy
    assert (policy.disabled, set(policy.providers)) == ({"gpu1": DRAINED}, {"gpu2", "sim"})
    assert [target.provider for target in policy.models["m"].targets] == ["gpu2"]
    assert policy.version != old.policy.version
    told = routing(policy, Principal(key_id="k", team="demo"), "m", HypotheticalRequest())
    assert [(step.role, step.target, step.obstacle) for step in told.steps] == [
        ("target", "gpu2/a", ""),
        ("disabled", "gpu1/a", DRAINED),
    ]
    assert [str(change) for change in changes(old, new)] == ["provider 'gpu1': drain is true, where nothing was said"]
    assert load_policy(written(tmp_path / "off", "engine: vllm", "drain: false"), {}).disabled == {}


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ("drain: true", "'drain' goes with kind 'local' only, and this is 'simulated'"),
        ("warm_up: {over: 30s}", "'warm_up' goes with kind 'local' only, and this is 'simulated'"),
        ("warm_up: {over: 0s}", "over"),
        ("warm_up: {share: 5}", "share"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(tmp_path: Path, more: str, complaint: str) -> None:
    [error] = [each for each in check(written(tmp_path, "speaks: [openai_chat]", more), {}) if complaint in str(each)]
    assert str(error).startswith("p.yaml:5:") or "p.yaml:5:" in str(error)
