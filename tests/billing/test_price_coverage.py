"""What a budget pays for has a price."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.billing.price_coverage import check_priced
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load

HEAD = """\
version: 1
providers:
  gpu: {kind: simulated, speaks: [openai_chat], base_url: http://gpu/v1, region: on_prem}
  own: {kind: local, engine: vllm, base_url: http://own/v1, region: on_prem}
  openai: {kind: openai, base_url: https://api.openai.com/v1, region: us, api_key: "${NO_SUCH_KEY}"}
models:
  house: {targets: [{provider: gpu, model: m}]}
  free: {targets: [{provider: own, model: m}]}
  cloud: {targets: [{provider: openai, model: gpt-5-mini}], fallbacks: [{provider: openai, model: gpt-none-such}]}
"""
BUDGETS = "budgets: [{period: month, limit: 5 USD}]"


def errors(folder: Path, text: str) -> list[str]:
    (folder / "p.yaml").write_text(HEAD + text)
    try:
        load(folder, {}, check_priced)
    except PolicyErrors as broken:
        return [str(error).partition("p.yaml:")[2] for error in broken.errors]
    return []


@pytest.mark.parametrize(
    ("teams", "told"),
    [
        (f"{{t: {{models: [house], {BUDGETS}}}}}", ["'gpu/m'"]),
        (f"{{t: {{models: [cloud], {BUDGETS}}}}}", ["'openai/gpt-none-such'"]),
        (f"{{t: {{models: ['*'], {BUDGETS}}}}}", ["'gpu/m'", "'openai/gpt-none-such'"]),
        (f"{{t: {{models: ['gpu/m', 'openai/*'], {BUDGETS}}}}}", ["'gpu/m'"]),
        (f"{{t: {{models: ['*'], keys: {{k: {{models: [house], {BUDGETS}}}}}}}}}", ["'gpu/m'"]),
        (f"{{t: {{models: ['*'], regions: [eu, on_prem], {BUDGETS}}}}}", ["'gpu/m'"]),
        (f"{{t: {{models: [free, 'own/x'], {BUDGETS}}}}}", []),
        ("{t: {models: ['*']}}", []),
    ],
)
def test_a_model_without_a_price_is_told_at_the_budget(tmp_path: Path, teams: str, told: list[str]) -> None:
    found = errors(tmp_path, f"teams: {teams}\n")
    assert len(found) == len(told)
    for error, expected in zip(found, told, strict=True):
        assert error.startswith("10:")
        assert expected in error
        assert "has no price" in error


def test_what_a_route_leads_to_has_a_price_too(tmp_path: Path) -> None:
    routed = "  routed: {targets: [{provider: own, model: m}], routes: [{when: {personal_data: true}, "
    routed += "targets: [{provider: gpu, model: routed}]}]}\n"
    [error] = errors(tmp_path, f"{routed}teams: {{t: {{models: [routed], {BUDGETS}}}}}\n")
    assert "'gpu/routed'" in error
    assert "has no price" in error


@pytest.mark.parametrize(
    "prices",
    [
        "overrides: [{provider: gpu, model: m, since: 2026-01-01, input: 0 USD/Mtok, output: 0 USD/Mtok}]",
        (
            "overrides: [{provider: gpu, model: m, since: 2026-01-01, input: 1 CHF/Mtok, output: 2 CHF/Mtok}]\n"
            "  exchange: [{from: CHF, to: USD, rate: 1.25, since: 2026-01-01}]"
        ),
    ],
)
def test_a_price_of_any_kind_will_do(tmp_path: Path, prices: str) -> None:
    assert errors(tmp_path, f"teams: {{t: {{models: [house], {BUDGETS}}}}}\nprices:\n  {prices}\n") == []


@pytest.mark.parametrize(
    ("provider", "model", "complaints"),
    [("gpu", "m", 1), ("openai", "gpt-none-such", 1), ("openai", "gpt-5-mini", 0)],
)
def test_a_price_of_cached_input_alone_will_do_where_a_list_has_the_rest(
    tmp_path: Path, provider: str, model: str, complaints: int
) -> None:
    price = f"{{provider: {provider}, model: {model}, cached_input: 1 USD/Mtok, since: 2026-01-01}}"
    teams = f"teams: {{t: {{models: ['{provider}/{model}'], {BUDGETS}}}}}"
    assert len(errors(tmp_path, f"{teams}\nprices: {{overrides: [{price}]}}\n")) == complaints


def test_the_organisations_budget_pays_for_every_team(tmp_path: Path) -> None:
    [error] = errors(
        tmp_path, f"organisation: {{{BUDGETS}}}\nteams: {{a: {{models: [house]}}, b: {{models: [house]}}}}\n"
    )
    assert "the organisation has a budget" in error


RATES = "prices: {exchange: [{from: USD, to: CHF, rate: 0.8, since: 2030-01-01}]}\n"
DEAR = "prices: {overrides: [{provider: own, model: m, since: 2026-01-01, input: 1 EUR/Mtok, output: 1 EUR/Mtok}]}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "teams: {t: {models: [mini], budgets: [{period: day, limit: 5 CHF}]}}\n",
            ["11:60: team 't'", "in CHF", "USD"],
        ),
        ("teams: {t: {models: [mini], budgets: [{period: day, limit: 5 CHF}]}}\n" + RATES, []),
        ("teams: {t: {models: [mini], budgets: [{period: day, limit: 5 EUR}]}}\n" + RATES, ["in EUR", "costs USD"]),
        ("teams: {t: {models: [free], budgets: [{period: day, limit: 5 CHF}]}}\n", []),
        ("teams: {t: {models: [free], budgets: [{period: day, limit: 5 CHF}]}}\n" + DEAR, ["in CHF", "costs EUR"]),
        ("teams: {t: {models: [free], budgets: [{period: day, limit: 5 EUR}]}}\n" + DEAR, []),
    ],
)
def test_a_budget_in_money_that_no_rate_leads_to_is_told(tmp_path: Path, text: str, told: list[str]) -> None:
    """Each call would be refused, at the first of them and not before."""
    models = "  mini: {targets: [{provider: openai, model: gpt-5-mini}]}\n"
    (tmp_path / "p.yaml").write_text(HEAD.replace("  cloud:", "  # cloud:") + models + text)
    if not told:
        load(tmp_path, {}, check_priced)
        return
    with pytest.raises(PolicyErrors) as broken:
        load(tmp_path, {}, check_priced)
    [found] = map(str, broken.value.errors)
    assert all(words in found for words in told)
