"""Every difference is told, and nothing else."""

from __future__ import annotations

import random

import pytest

from gateway.policy.complaints import PolicyErrors
from gateway.policy.diff import changes
from gateway.policy.load import Loaded, load_text
from tests.policy import generated

HEAD = """\
version: 1
providers:
  eu: {kind: local, engine: vllm, base_url: http://eu/v1, region: eu, api_key: sk-secret-one}
models:
  fast: {targets: [{provider: eu, model: m, weight: 3}, {provider: eu, model: n}]}
  smart: {targets: [{provider: eu, model: m}]}
"""


def loaded(text: str) -> Loaded:
    return load_text("p.yaml", HEAD + text, {})


def told(old: str, new: str) -> list[str]:
    return [f"{change.effect} {change}" for change in changes(loaded(old), loaded(new))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("t: {models: [fast]}", "t: {models: [fast, smart]}", ["wider team 't': may use smart"]),
        ("t: {models: [fast, smart]}", "t: {models: [smart]}", ["narrower team 't': may no longer use fast"]),
        ("t: {models: [fast]}", "t: {models: [fast], regions: [eu]}", ["narrower team 't': regions: eu, where nothing was said"]),  # noqa: E501
        ("t: {models: [fast], regions: [eu]}", "t: {models: [fast]}", ["wider team 't': regions: no longer said"]),
        ("t: {models: [fast]}", "u: {models: [fast]}", ["narrower team 't': is gone", "wider team 'u': is new: models fast"]),  # noqa: E501
        ("t: {models: [fast], cost_center: a}", "t: {models: [fast], cost_center: b}", ["changed team 't': cost_center is b; it was a"]),  # noqa: E501
        ("t: {models: [fast], keys: {k: {models: [fast]}}}", "t: {models: [fast]}", ["changed team 't', key 'k': is gone"]),  # noqa: E501
        ("t: {models: [fast, smart]}", "t: {models: [smart, fast]}", ["changed team 't': models: the order is smart, fast"]),  # noqa: E501
    ],
)  # fmt: skip
def test_each_difference_in_words(old: str, new: str, expected: list[str]) -> None:
    assert told(f"teams: {{{old}}}\n", f"teams: {{{new}}}\n") == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('["*"]', "[fast]", ["changed team 't': models: fast is named, which * permitted", "narrower team 't': may no longer use *"]),  # noqa: E501
        ("[fast]", '["*"]', ["wider team 't': may use *", "changed team 't': models: fast is no longer named; * permits it"]),  # noqa: E501
        ('["*"]', '["eu/*"]', ["changed team 't': models: eu/* is named, which * permitted", "narrower team 't': may no longer use *"]),  # noqa: E501
        ('["f*"]', "[fast]", ["changed team 't': models: fast is named, which f* permitted", "narrower team 't': may no longer use f*"]),  # noqa: E501
        ('["eu/*"]', "[fast]", ["wider team 't': may use fast", "narrower team 't': may no longer use eu/*"]),
        ('["fas?"]', '["fa*"]', ["wider team 't': may use fa*", "narrower team 't': may no longer use fas?"]),
    ],
)  # fmt: skip
def test_a_name_that_a_wildcard_permits_is_neither_wider_nor_narrower(old: str, new: str, expected: list[str]) -> None:
    assert told(f"teams: {{t: {{models: {old}}}}}\n", f"teams: {{t: {{models: {new}}}}}\n") == expected


PROMPTS = "prompts: {hi: {current: a, versions: {a: {system: Hi}}}, bye: {current: a, versions: {a: {system: Bye}}}}\n"


@pytest.mark.parametrize(
    ("old", "new", "there", "back"),
    [
        ("", "organisation: {tags: [purpose]}\n", "wider the organisation: tags: purpose, where nothing was said", "narrower the organisation: tags: no longer said"),  # noqa: E501
        ("teams: {t: {models: [fast]}}\n", "teams: {t: {models: [fast], tags: [purpose]}}\n", "changed team 't': tags: purpose, where nothing was said", "changed team 't': tags: no longer said"),  # noqa: E501
        ("teams: {t: {models: [fast]}}\n", "teams: {t: {models: [fast], prompts: [hi]}}\n", "narrower team 't': prompts: hi, where nothing was said", "wider team 't': prompts: no longer said"),  # noqa: E501
        ("teams: {t: {models: [fast]}}\n", "teams: {t: {models: [fast], stores: [vs_1]}}\n", "wider team 't': stores: vs_1, where nothing was said", "narrower team 't': stores: no longer said"),  # noqa: E501
        ("teams: {t: {models: [fast], stores: [vs_1]}}\n", "teams: {t: {models: [fast], stores: [vs_1, vs_2]}}\n", "wider team 't': may search the store vs_2", "narrower team 't': may no longer search the store vs_2"),  # noqa: E501
        ("teams: {t: {models: [fast], prompts: [hi]}}\n", "teams: {t: {models: [fast], prompts: [hi, bye]}}\n", "wider team 't': may name the prompt bye", "narrower team 't': may no longer name the prompt bye"),  # noqa: E501
    ],
)  # fmt: skip
def test_tags_and_prompts_in_words(old: str, new: str, there: str, back: str) -> None:
    assert told(PROMPTS + old, PROMPTS + new) == [there]
    assert told(PROMPTS + new, PROMPTS + old) == [back]


def test_a_price_of_one_day_is_told_from_that_of_another() -> None:
    """Of one model there is a price for each day on which it changed."""
    text = (
        "prices: {{overrides: [{{provider: eu, model: m, since: 2026-01-01, input: {} USD/Mtok}},"
        " {{provider: eu, model: m, since: 2026-06-01, input: {} USD/Mtok}}]}}\n"
    )
    first, second = told(text.format(1, 2), text.format(3, 2)), told(text.format(1, 2), text.format(1, 4))
    assert [each.partition(" USD")[0] for each in (*first, *second)] == [
        "changed the prices, eu/m/2026-01-01: input is 3.0",
        "changed the prices, eu/m/2026-06-01: input is 4.0",
    ]


def test_two_budgets_of_a_period_are_two() -> None:
    def team(francs: int, euros: int) -> str:
        budgets = f"{{period: month, limit: {francs} CHF}}, {{name: abroad, period: month, limit: {euros} CHF}}"
        return f"teams: {{t: {{models: [fast], budgets: [{budgets}]}}}}\n"

    for old, new, effect in (((500, 5), (600, 5), "wider"), ((500, 5), (500, 4), "narrower")):
        (change,) = told(team(*old), team(*new))
        assert change.startswith(f"{effect} team 't', entry ")
    (change,) = told(team(500, 5), team(500, 5).replace("500 CHF", "500 EUR"))
    assert change.startswith("changed team 't', entry 1: limit is")


def test_what_is_gone_is_told_in_the_order_of_the_old_folder() -> None:
    """And not in another one each time."""
    gone = [f"m{number}" for number in range(12)]

    def many(names: list[str]) -> Loaded:
        listed = ", ".join(f"{{provider: eu, model: {name}}}" for name in names)
        text = HEAD + "teams: {t: {models: ['*']}}\n"
        return load_text("p.yaml", text.replace("  smart:", f"  many: {{targets: [{listed}]}}\n  smart:"), {})

    found = changes(many([*gone, "kept"]), many(["kept"]))
    assert [change.what for change in found] == [f"is no longer answered by eu/{name}" for name in gone]


PII = "pii: {strict: {actions: {iban: block}}}\n"


@pytest.mark.parametrize(
    ("around", "level", "there", "back"),
    [
        ("", "pii: strict", "narrower", "wider"),
        ("organisation: {pii: strict}\n", "pii: strict", "changed", "changed"),
        ("", "users: {anna: {pii: strict}}", "narrower", "wider"),
    ],
)
def test_whether_personal_data_is_looked_for_is_told(around: str, level: str, there: str, back: str) -> None:
    """Where a team is under no rule set, all that it says goes out as it is."""
    without = "users: {anna: {}}" if "users" in level else ""
    old, new = (f"{PII}{around}teams: {{t: {{models: [fast], {each}}}}}\n" for each in (without, level))
    assert [each.partition(" ")[0] for each in (*told(old, new), *told(new, old))] == [there, back]
    assert [each.partition(" ")[0] for each in told(PII, f"{PII}organisation: {{pii: strict}}\n")] == ["narrower"]


def test_what_an_agreement_is_about_is_no_permission() -> None:
    text = "prices: {{agreements: [{{name: a, provider: eu, models: [{}], since: 2026-01-01, period: month, "
    text += "commitment: 10 USD}}]}}\n"
    assert told(text.format("m"), text.format("m, n")) == ["changed the prices, a: models: n is added"]


def test_when_a_route_is_taken_is_no_permission() -> None:
    route = "  late: {targets: [{provider: eu, model: m}], routes: [{when: {tags: [TAGS]}, "
    route += "targets: [{provider: eu, model: n}]}]}\n"
    old, new = (load_text("p.yaml", HEAD + route.replace("TAGS", tags), {}) for tags in ("a=b", "a=b, a=c"))
    [change] = changes(old, new)
    assert (change.effect, change.what) == ("changed", "tags: a=c is added")


def test_a_shadow_in_words() -> None:
    old = loaded("teams: {t: {models: [fast]}}\n")
    head = HEAD.replace("smart: {", "smart: {shadows: [{provider: eu, model: new, share: 10%}], ")
    new = load_text("p.yaml", head + "teams: {t: {models: [fast]}}\n", {})
    assert [str(change) for change in changes(old, new)] == ["model 'smart': is mirrored to eu/new: share 10"]
    assert [str(change) for change in changes(new, old)] == ["model 'smart': is no longer mirrored to eu/new"]


def test_a_credential_is_told_and_not_shown() -> None:
    old = loaded("teams: {t: {models: [fast]}}\n")
    new = load_text("p.yaml", HEAD.replace("sk-secret-one", "sk-secret-two") + "teams: {t: {models: [fast]}}\n", {})
    [change] = changes(old, new)
    assert str(change) == "provider 'eu': has another credential"
    assert "sk-secret" not in str(changes(load_text("p.yaml", "version: 1\n", {}), new))


def test_credentials_in_lists_are_told_and_not_shown() -> None:
    def policy(keys: str, to: str) -> Loaded:
        head = HEAD.replace("api_key: sk-secret-one", f"api_keys: [{keys}]")
        return load_text("p.yaml", f'{head}alerts: {{to: ["json://me:{to}@host"]}}\n', {})

    old = policy("sk-secret-one, sk-secret-two", "sk-secret-a")
    new = policy("sk-secret-one, sk-secret-new", "sk-secret-b")
    assert [str(change) for change in changes(old, new)] == [
        "provider 'eu': api_keys: a credential is added",
        "provider 'eu': api_keys: a credential is taken out",
        "the alerts: to: a credential is added",
        "the alerts: to: a credential is taken out",
    ]
    told = changes(load_text("p.yaml", "version: 1\n", {}), new)
    assert "sk-secret" not in str(told)
    assert "the alerts: to: a credential, where nothing was said" in map(str, told)


def test_a_difference_points_to_where_it_is_written() -> None:
    [change] = changes(
        loaded("teams:\n  t: {models: [fast]}\n"), loaded("# note\nteams:\n  t:\n    models: [smart, fast]\n")
    )
    assert change.at == "p.yaml:10"


def drawn(seed: int) -> Loaded:
    draw = random.Random(seed)
    while True:
        try:
            return load_text("p.yaml", generated.policy_text(draw), {})
        except PolicyErrors:
            continue


@pytest.mark.parametrize("seed", range(25))
def test_there_is_a_change_exactly_where_policies_differ(seed: int) -> None:
    one, two = drawn(seed), drawn(seed + 1000)
    assert changes(one, one) == []
    there, back = changes(one, two), changes(two, one)
    with one.reading() as first, two.reading() as second:
        assert bool(there) == (first.tree != second.tree)
    assert len(there) == len(back)
    turned = {"wider": "narrower", "narrower": "wider", "changed": "changed"}
    assert sorted(turned[change.effect] for change in there) == sorted(change.effect for change in back)
