"""Quotas and budgets: from YAML to values, and from a slip to its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.billing.price_coverage import check_priced
from gateway.core.identity import Principal
from gateway.core.limits import Budget, Increase, Quotas
from gateway.core.money import NANO, Money
from gateway.policy.complaints import Complaints, PolicyErrors
from gateway.policy.documents import Members, read_document
from gateway.policy.explain import explain, plain
from gateway.policy.load import load
from gateway.policy.parts.limits import BUDGETS, QUOTAS, build_budgets, build_quotas, check_budgets
from gateway.policy.read import Reading
from gateway.policy.schema import ALIAS
from gateway.policy.shapes import NAME, Key, NamedTables, Table

LEVEL = Table(
    {"quotas": Key(QUOTAS, ""), "budgets": Key(BUDGETS, ""), "models": Key(NamedTables("model", ALIAS, NAME), "names")}
)


def read(text: str) -> Reading:
    complaints = Complaints()
    document = read_document("p.yaml", (text + "\nmodels: {cheap: {targets: []}}").encode(), complaints)
    assert isinstance(document, Members)
    reading = Reading(complaints)
    reading.read(document, LEVEL)
    check_budgets(reading, ("budgets",), reading.tree.get("budgets") or [])
    return reading


def errors(text: str) -> list[str]:
    with pytest.raises(PolicyErrors) as caught:
        read(text).complaints.raise_any()
    return [str(error) for error in caught.value.errors if "targets" not in error.message]


def test_quotas_and_budgets_become_values() -> None:
    tree = read(
        """\
quotas: {requests_per_minute: 600, tokens_per_minute: 400000, concurrent: 50}
budgets:
  - {period: month, limit: 500 CHF, alerts: [100, 50, 80, 50], when_spent: refuse}
  - {period: day, limit: 20.5 CHF, name: daily,
     increases: [{by: 10 CHF, until: 2026-12-24, reason: year end}]}
"""
    ).tree
    assert build_quotas(tree["quotas"]) == Quotas(requests_per_minute=600, tokens_per_minute=400_000, concurrent=50)
    month, day = build_budgets(tree["budgets"])
    assert month == Budget(name="month", period="month", limit=Money(500 * NANO, "CHF"), alerts=(50, 80, 100))
    assert (day.name, day.limit.nano) == ("daily", 20_500_000_000)
    assert day.increases == (Increase(by=Money(10 * NANO, "CHF"), until="2026-12-24", reason="year end"),)


def test_teams_that_say_the_same_share_one_object() -> None:
    text = """\
quotas: {requests_per_minute: 123456, concurrent: 50}
budgets: [{period: month, limit: 123456 CHF, alerts: [50]}]
"""
    one, other = read(text).tree, read(text).tree
    assert build_quotas(one["quotas"]) is build_quotas(other["quotas"])
    assert build_budgets(one["budgets"]) is build_budgets(other["budgets"])
    another = read(text.replace("123456", "123457")).tree
    assert build_quotas(another["quotas"]) == Quotas(requests_per_minute=123_457, concurrent=50)
    assert build_budgets(another["budgets"])[0].limit.nano == 123_457 * NANO


def test_what_becomes_of_requests_when_it_is_spent() -> None:
    tree = read("budgets: [{period: day, limit: 5 CHF, when_spent: {downgrade: cheap}}]").tree
    budgets = build_budgets(tree["budgets"])
    assert [budget.downgrade for budget in budgets] == ["cheap"]
    assert plain(budgets) == ["5.0 CHF a day, then cheap"], "as policy explain says it"


def test_no_quotas_are_no_limit() -> None:
    assert not build_quotas(None).given
    assert build_quotas({"concurrent": 1}).given
    assert build_budgets(None) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("quotas: {requests_per_minute: 0}", "p.yaml:1:31: 'requests_per_minute': write a whole number from 1"),
        ("quotas: {request_per_minute: 5}", "p.yaml:1:10: unknown key 'request_per_minute'"),
        ("budgets: [{period: fortnight, limit: 5 CHF}]", "p.yaml:1:20: 'period' cannot be 'fortnight'"),
        ("budgets: [{period: day}]", "'limit' is missing"),
        ("budgets: [{period: day, limit: 5 CHF, when_spent: refuze}]", "it can be: refuse, {downgrade: …}"),
        ("budgets: [{period: day, limit: 5 CHF, when_spent: {}}]", "'downgrade' is missing"),
        ("budgets: [{period: day, limit: 5 CHF, when_spent: {upgrade: cheap}}]", "unknown key 'upgrade'"),
        ("budgets: [{period: day, limit: 5 CHF}, {period: day, limit: 6 CHF}]", "a second budget 'day' here"),
        (
            "budgets: [{period: day, limit: 5 CHF, increases: [{by: 1 USD, until: 2026-12-24, reason: r}]}]",
            "an increase is in the currency of its budget, CHF",
        ),
    ],
)
def test_a_slip_is_told_at_its_place(text: str, told: str) -> None:
    [error] = errors(text)
    assert told in error


OF_A_MODEL = """\
version: 1
organisation: {models: ["*"]}
providers: {gpu: {kind: openai, base_url: "http://127.0.0.1:1/v1", api_key: k, region: eu}}
models:
  fast: {targets: [{provider: gpu, model: %s}], quotas: {concurrent: 20}, budgets: [{period: day, limit: 5 CHF%s}]}
teams: {demo: {}}
"""


def test_what_a_model_may_cost_over_all_teams(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(OF_A_MODEL % ("gpt-5-mini", ""))
    loaded = load(tmp_path, {})
    alias = loaded.policy.models["fast"]
    assert alias.quotas == Quotas(concurrent=20)
    assert [str(budget.limit) for budget in alias.budgets] == ["5.0 CHF"]
    facts = explain(loaded, Principal(key_id="k", team="demo"), "fast", "chat").facts
    told = {fact.setting: (fact.value, fact.by) for fact in facts}
    assert told["quotas"] == ({"concurrent": 20}, "model fast, over all teams")
    assert told["budgets"] == (["5.0 CHF a day"], "model fast, over all teams")
    assert told["without_counters"] == ("exact", "nobody says otherwise")


@pytest.mark.parametrize(
    ("model", "more", "told"),
    [
        ("gpt-5-mini", ", when_spent: refuse", r"p\.yaml:5:\d+.*when_spent"),
        ("gpt-5-mini", "}, {period: day, limit: 6 CHF", r"p\.yaml:5:\d+: a second budget 'day'"),
        ("gpt-unheard-of", "", r"p\.yaml:5:\d+: model 'fast' has a budget.*has no price"),
    ],
)
def test_slips_in_what_a_model_may_cost(tmp_path: Path, model: str, more: str, told: str) -> None:
    (tmp_path / "p.yaml").write_text(OF_A_MODEL % (model, more))
    with pytest.raises(PolicyErrors, match=told):
        load(tmp_path, {}, check_priced)


def test_what_becomes_of_budgets_without_redis(tmp_path: Path) -> None:
    """Where it is written, what stands for it where it is not, and what a slip gets."""
    shipped = """\
version: 1
organisation: {models: ["*"], budgets: [{period: day, limit: 5 CHF}]%s}
providers: {gpu: {kind: local, engine: vllm, base_url: "http://127.0.0.1:1/v1", region: on_prem}}
models: {fast: {targets: [{provider: gpu, model: m}]}}
teams: {demo: {}}
"""
    told = {}
    for written in ("", ", without_counters: fail_closed", ", without_counters: escrow"):
        (tmp_path / "p.yaml").write_text(shipped % written)
        loaded = load(tmp_path, {})
        facts = explain(loaded, Principal(key_id="k", team="demo"), "fast", "chat").facts
        [fact] = [fact for fact in facts if fact.setting == "without_counters"]
        told[written] = fact.value, fact.by, fact.at.rpartition("/")[2]
    assert told == {
        "": ("exact", "nobody says otherwise", ""),
        ", without_counters: fail_closed": ("fail_closed", "organisation", "p.yaml:2"),
        ", without_counters: escrow": ("escrow", "organisation", "p.yaml:2"),
    }
    (tmp_path / "p.yaml").write_text(shipped % ", without_counters: open")
    with pytest.raises(PolicyErrors, match=r"p\.yaml:2:.*escrow, exact, fail_closed"):
        load(tmp_path, {})
