"""What levels may say, and what is wrong with it."""

import pytest

from gateway.core.identity import Principal
from gateway.core.policy import Rules
from gateway.policy.complaints import PolicyErrors
from gateway.policy.explain import explain
from gateway.policy.load import load_text, policy_of_text
from gateway.policy.parts.levels import COMMON, COST_CENTER
from gateway.policy.resolve import levels_over, resolve

HEAD = """\
version: 1
providers:
  eu: {kind: local, engine: vllm, base_url: http://eu/v1, region: eu}
  us: {kind: local, engine: vllm, base_url: http://us/v1, region: us}
models:
  fast: {targets: [{provider: eu, model: m}]}
  smart: {targets: [{provider: us, model: m}]}
"""


def errors(document: str) -> list[str]:
    with pytest.raises(PolicyErrors) as caught:
        policy_of_text("p.yaml", HEAD + document, {})
    return [str(error) for error in caught.value.errors]


def test_what_a_level_may_say_is_what_its_rules_hold() -> None:
    said = COMMON.keys() | COST_CENTER.keys()
    assert said == set(Rules.__struct_fields__), "COMMON of policy/parts/levels.py, and Rules of core/policy.py"


def test_every_level_reaches_the_policy() -> None:
    policy = policy_of_text(
        "p.yaml",
        HEAD
        + """\
organisation: {tags: [purpose], regions: [eu, us]}
data_classes: {secret: {regions: [eu], operations: [chat], models: [fast]}}
teams:
  support:
    models: [fast, smart]
    operations: [chat, embeddings]
    stores: [vs_1, cachedContents/a]
    projects: {mail: {keys: [prod, a1b2c3d4e5], cost_center: "1", data_class: secret}}
    users: {anna@example.com: {models: [fast]}}
    keys: {prod: {operations: [chat], tags: [env]}}
""",
        {},
    )
    team = policy.teams["support"]
    assert policy.organisation.tags == {"purpose"}
    assert policy.data_classes["secret"].regions == {"eu"}
    assert team.projects["mail"].keys == ("prod", "a1b2c3d4e5")
    assert team.projects["mail"].data_class == "secret"
    assert team.users["anna@example.com"].models == ("fast",)
    assert team.stores == {"vs_1", "cachedContents/a"}
    holder = Principal(key_id="k", team="support", user="anna@example.com")
    assert resolve(policy, levels_over(policy, holder)).stores == team.stores
    assert team.keys["prod"].operations == {"chat"}
    assert team.keys["prod"].tags == {"env"}


def test_a_team_needs_models_unless_the_organisation_has_them() -> None:
    [error] = errors("teams: {support: {cost_center: x}}\n")
    assert error.startswith("p.yaml:8:9: 'models' is missing, here or for the organisation")
    policy_of_text("p.yaml", HEAD + "organisation: {models: [fast]}\nteams: {support: {cost_center: x}}\n", {})


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("teams: {t: {models: [fast], stores: ['a b']}}\n", "8:38: 'stores' takes an id as requests name it"),
        ("teams: {t: {models: [fast], stores: [a, a]}}\n", "8:41: 'a' is listed twice"),
        ("organisation: {regions: [eu]}\nteams: {t: {models: [fast], regions: [us]}}\n", "9:39: 'us' is not among the regions of the organisation"),  # noqa: E501
        ("teams: {t: {models: [fast], keys: {k: {models: [smart]}}}}\n", "8:49: 'smart' is not among the models of team 't', which binds this: fast"),  # noqa: E501
        ("teams: {t: {models: [fast], operations: [chat], users: {u: {operations: [fim]}}}}\n", "8:74: 'fim' is not among the operations of team 't'"),  # noqa: E501
        ("teams: {t: {models: [fast], data_class: secrt}}\ndata_classes: {secret: {}}\n", "8:41: there is no data class 'secrt'; did you mean 'secret'?"),  # noqa: E501
        ("teams: {t: {models: [fast], operations: [chatt]}}\n", "8:42: 'operations' cannot be 'chatt'; did you mean 'chat'?"),  # noqa: E501
        ("teams: {t: {models: [fast], projects: {a: {keys: [k]}, b: {keys: [k]}}}}\n", "8:67: the key 'k' is in project 'a' already"),  # noqa: E501
        ("teams: {t: {models: [fast], tags: [Team]}}\n", "8:36: 'tags' takes lower-case letters"),
        ("teams: {t: {models: [fast], keys: {k: {models: [fas]}}}}\n", "8:49: there is no model 'fas'; did you mean 'fast'?"),  # noqa: E501
        ("pii: {r: {dictionaries: {client: {entries: [Acme]}}, may_relax: [{type: client, until: 2027-01-01, reason: x}]}}\nteams: {t: {models: [fast]}}\n", "8:73: no shipped type is called 'client'"),  # noqa: E501
        ("teams: {t: {models: [fast], operators: [owm]}}\n", "8:41: no provider has the operator 'owm'"),
        ("teams: {t: {models: [smart], regions: [us], projects: {p: {keys: [k], regions: [eu]}}}}\n", "8:81: 'eu' is not among the regions of team 't'"),  # noqa: E501
    ],
)  # fmt: skip
def test_each_contradiction_has_its_place_and_its_reason(document: str, expected: str) -> None:
    found = errors(document)
    assert any(error.startswith(f"p.yaml:{expected}") for error in found), found


def test_all_contradictions_are_told_at_once() -> None:
    found = errors(
        "organisation: {regions: [eu]}\n"
        "teams: {t: {models: [fast], regions: [us], keys: {k: {regions: [ch]}}, users: {u: {data_class: x}}}}\n"
    )
    assert len(found) >= 3


def test_a_wildcard_narrows_at_run_time() -> None:
    policy_of_text("p.yaml", HEAD + "teams: {t: {models: [fast], keys: {k: {models: ['*']}}}}\n", {})


LIMITS = """\
organisation: {models: [fast], quotas: {requests_per_minute: 100}, budgets: [{period: month, limit: 100 CHF}]}
prices:
  exchange: [{from: USD, to: CHF, rate: 0.8, since: 2026-01-01}]
  overrides: [{provider: eu, model: m, since: 2026-01-01, input: 1 CHF/Mtok, output: 1 CHF/Mtok}]
"""


@pytest.mark.parametrize(
    ("team", "expected"),
    [
        ("quotas: {requests_per_minute: 101}", "'requests_per_minute' of 101 is looser than the 100 of the organisation"),  # noqa: E501
        ("budgets: [{period: month, limit: 101 CHF}]", "101.0 CHF a month is looser than the 100.0 CHF of the organisation"),  # noqa: E501
        ("quotas: {concurrent: 5}, keys: {k: {quotas: {concurrent: 6}}}", "'concurrent' of 6 is looser than the 5 of team 't'"),  # noqa: E501
    ],
)  # fmt: skip
def test_a_limit_that_is_looser_than_one_around_it_is_never_reached(team: str, expected: str) -> None:
    [error] = errors(f"{LIMITS}teams: {{t: {{{team}}}}}\n")
    assert expected in error


def test_limits_that_cannot_be_compared_are_let_be() -> None:
    team = "quotas: {tokens_per_minute: 9}, budgets: [{period: day, limit: 500 CHF}, {period: month, limit: 900 USD}]"
    policy_of_text("p.yaml", f"{HEAD}{LIMITS}teams: {{t: {{{team}}}}}\n", {})


@pytest.mark.parametrize(
    ("team", "model", "told"),
    [
        (
            "models: [fast, smart]",
            "fats",
            "p.yaml:11:75: there is no model 'fats' to downgrade to; did you mean 'fast'?",
        ),
        ("models: ['*']", "au/m", "there is no model 'au/m' to downgrade to"),
        ("models: [fast]", "smart", "p.yaml:11:75: 'smart' is not among the models of this level: fast"),
        ("models: ['*']", "us/m", "'us/m' is not among the models of the organisation: fast, smart, asked"),
        ("models: ['*'], regions: [eu]", "smart", "no target of 'smart' is in a region that is permitted here"),
        ("models: ['*']", "asked", "'asked' brings a prompt template along"),
    ],
)
def test_a_budget_names_a_model_that_its_level_may_use(team: str, model: str, told: str) -> None:
    found = errors(
        "  asked: {prompt: polite, targets: [{provider: eu, model: m}]}\n"
        "organisation: {models: [fast, smart, asked]}\n"
        "teams:\n"
        f"  support: {{budgets: [{{period: day, limit: 5 CHF, when_spent: {{downgrade: {model}}}}}], {team}}}\n"
        "prompts: {polite: {current: '1', versions: {'1': {system: Be kind.}}}}\n"
    )
    assert len(found) == 1
    assert told in found[0]


def test_explain_names_the_stores_of_a_team_and_where_they_were_written() -> None:
    loaded = load_text("p.yaml", HEAD + "teams: {t: {models: [fast], stores: [vs_1]}, u: {models: [fast]}}\n", {})
    told = {
        team: [(fact.value, fact.by, fact.at) for fact in found.facts if fact.setting == "stores"]
        for team in ("t", "u")
        for found in [explain(loaded, Principal(key_id="k", team=team), "fast", "chat")]
    }
    assert told == {"t": [(["vs_1"], "team t", "p.yaml:8")], "u": []}
