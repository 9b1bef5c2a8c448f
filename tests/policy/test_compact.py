"""A policy that stays takes little beside what it was read from, and is the one that was read."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from gateway.policy.load import load
from gateway.policy.source import PolicyFolder

HEAD = """\
version: 1
providers: {here: {kind: local, engine: vllm, base_url: "http://127.0.0.1:1/v1", region: on_prem}}
models: {fast: {targets: [{provider: here, model: m}]}}
pii: {house: {actions: {email: block}}}
organisation: {pii: house}
teams:
"""
TEAM = """\
  team-NUMBER:
    cost_center: "NUMBER"
    models: [fast]
    stores: [vs_NUMBER]
    quotas: {requests_per_minute: 10, concurrent: 2}
    budgets: [{period: month, limit: 100 CHF, alerts: [50, 80]}]
    projects: {one: {keys: [k-NUMBER], quotas: {requests_per_minute: 1}}}
    users: {user-NUMBER: {quotas: {requests_per_minute: 5}}}
    keys: {key-NUMBER: {models: [fast], pii: {rules: house}}}
"""
TEAMS = 300


def test_a_policy_that_stays_is_what_was_read_in_half_the_memory(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(HEAD + "".join(TEAM.replace("NUMBER", str(each)) for each in range(TEAMS)))
    load(tmp_path, {})  # what is made once
    tracemalloc.start()
    try:
        read = load(tmp_path, {})
        with_places = tracemalloc.get_traced_memory()[0]
        folder = PolicyFolder(tmp_path, {}, report=lambda _: None)
        without = tracemalloc.get_traced_memory()[0] - with_places
    finally:
        tracemalloc.stop()
    assert folder.current == read.policy
    assert list(folder.current.teams) == list(read.policy.teams)
    assert without < with_places / 2
    first, second = (folder.current.teams[f"team-{number}"] for number in (1, 2))
    assert first.quotas is second.quotas
    assert first.budgets is second.budgets
