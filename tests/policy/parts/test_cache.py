"""The cache in a policy: who makes vectors of texts, and how alike they must be."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.caching import SemanticPolicy
from gateway.policy.load import load_policy
from tests.support.policy_errors import check

POLICY = """\
version: 1
providers:
  sim: {kind: local, base_url: "http://127.0.0.1:9/v1", region: on_prem, engine: vllm}
  cloud: {kind: openai, base_url: "http://127.0.0.1:9/v1", api_key: k, region: us}
models:
  vectors: {targets: [{provider: sim, model: nomic}]}
  m: {targets: [{provider: cloud, model: m}]}
teams:
  demo: {models: [m], cache: {enabled: true, semantic: {model: vectors, floor: 92.5%}}}
"""


def written(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in POLICY
    (folder / "p.yaml").write_text(POLICY.replace(old, new))
    return folder


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("{model: vectors, floor: 92.5%}", SemanticPolicy(model="vectors", floor=92.5)),
        ("{model: sim/nomic, checked: 0%}", SemanticPolicy(model="sim/nomic", checked=0)),
        ("{model: cloud/m, anywhere: true}", SemanticPolicy(model="cloud/m")),
    ],
)
def test_what_is_said_reaches_the_policy(told: str, meant: SemanticPolicy, tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, "{model: vectors, floor: 92.5%}", told), {})
    cache = policy.teams["demo"].cache
    assert cache is not None
    assert cache.semantic == meant


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ("{floor: 92.5%}", "'model' is missing"),
        ("{model: vektors}", "there is no model 'vektors'"),
        ("{model: away/m}", "there is no model 'away/m'"),
        ("{model: vectors, floor: 79%}", "must be 80% or more"),
        ("{model: m}", "'m' is served by cloud, not in the house"),
        ("{model: cloud/m}", "`anywhere: true` permits it"),
        ("{model: vectors, checked: 101%}", "up to 100%"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(told: str, complaint: str, tmp_path: Path) -> None:
    found = check(written(tmp_path, "{model: vectors, floor: 92.5%}", told), {})
    assert len(found) == 1
    assert complaint in str(found[0])
    assert ":9:" in str(found[0])
