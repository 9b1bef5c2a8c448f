"""The policies that ship, and the demo's: they load as they are, and explain every key."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.billing.prices import SeededPriceBook
from gateway.core.identity import Principal
from gateway.core.policy import Policy, Secret
from gateway.core.usage import Usage
from gateway.demo import welcome
from gateway.policy import schema, shapes
from gateway.policy.checks import HOSTED_KINDS
from gateway.policy.demo import LOCAL_VARIABLE, demo_policy, demo_text, real_providers
from gateway.policy.load import load_policy
from gateway.policy.resolve import Resolver
from tests.support.policy_errors import check

FOLDER = Path(__file__).parents[2] / "policies"
KEYS = {f"{kind.upper()}_API_KEY": f"sk-{kind}" for kind in HOSTED_KINDS}
SIMULATED = "http://127.0.0.1:9"


def demo_permits(policy: Policy, model: str) -> bool:
    team = Resolver().effective(policy, Principal(key_id="", team="demo"))
    return team is not None and team.permits(model)


def test_the_shipped_policies_load_on_a_machine_without_any_key() -> None:
    assert check(FOLDER, {}) == []
    policy = load_policy(FOLDER, {})
    assert set(policy.disabled) == {"openai", "claude", "gemini", "mistral", "grok"}
    assert list(policy.providers) == ["gpu"]
    assert policy.obstacle(policy.models["fast-chat"]) is not None


def test_with_keys_all_of_them_answer() -> None:
    policy = load_policy(FOLDER, KEYS)
    assert policy.disabled == {}
    assert {provider.kind for provider in policy.providers.values()} == {*HOSTED_KINDS, "local"}
    assert all(policy.obstacle(alias) is None for alias in policy.models.values())
    assert demo_permits(policy, "fast-chat")
    assert demo_permits(policy, "claude/claude-sonnet-5-5")


def all_keys(shape: shapes.Shape) -> Iterator[str]:
    match shape:
        case shapes.Table(keys=keys):
            for name, key in keys.items():
                yield name
                yield from all_keys(key.shape)
        case shapes.ListOf(item=item) | shapes.NamedTables(item=item):
            yield from all_keys(item)
        case _:
            return


UNSHOWN = {"speaks", "cache_write", "cache_write_1h"}
"""For tests, and for contracts of a rare kind."""


def test_the_shipped_policies_show_every_key_with_a_comment() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml")))
    names = set(all_keys(schema.POLICY)) - UNSHOWN
    unshown = [name for name in sorted(names) if not re.search(rf"\b{name}: .*#|# .*\b{name}:", text)]
    assert unshown == [], "policies/*.yaml show no example of these, with a comment"


def test_the_examples_in_the_comments_are_true(tmp_path: Path) -> None:
    """What is commented out loads once the comment signs are taken away."""
    finance = (FOLDER / "finance.yaml").read_text(encoding="utf-8")
    assert "\n  # overrides:" in finance
    uncommented = finance.replace("\n  # ", "\n  ")
    teams = (FOLDER / "teams.yaml").read_text(encoding="utf-8")
    for key in ("regions", "operators", "operations", "models", "prompts", "stores"):
        teams = teams.replace(f"# {key}:", f"{key}:")
    (tmp_path / "finance.yaml").write_text(uncommented, encoding="utf-8")
    (tmp_path / "providers.yaml").write_text((FOLDER / "providers.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    models = (FOLDER / "models.yaml").read_text(encoding="utf-8")
    assert "\n  # support-chat:" in models
    (tmp_path / "models.yaml").write_text(re.sub(r"\n  # (support-chat|  )", r"\n  \1", models), encoding="utf-8")
    (tmp_path / "privacy.yaml").write_text((FOLDER / "privacy.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "teams.yaml").write_text(teams, encoding="utf-8")
    (tmp_path / "prompts.yaml").write_text((FOLDER / "prompts.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    policy = load_policy(tmp_path, KEYS)
    assert [override.currency for override in policy.price_overrides] == ["USD", "CHF"]
    assert [agreement.name for agreement in policy.agreements] == ["claude-2026", "mini-capacity", "gpu-room"]
    assert policy.teams["demo"].regions == {"on_prem", "ch", "eu"}


@pytest.mark.parametrize("policy", [load_policy(FOLDER, KEYS), demo_policy({}, SIMULATED)], ids=["shipped", "demo"])
def test_every_hosted_model_that_is_named_has_a_list_price(policy: Policy) -> None:
    book = SeededPriceBook()
    for alias in policy.models.values():
        for target in (*alias.targets, *alias.fallbacks):
            usage = Usage(input_tokens=1_000_000, output_tokens=1000)
            priced = book.cost(policy, target.provider, target.model, usage, 1_795_000_000.0)
            assert priced is not None, target
            assert (priced[0].nano == 0) == (target.provider == "gpu"), target


def test_the_demo_simulates_everyone() -> None:
    policy = demo_policy({}, SIMULATED)
    assert {name: (provider.kind, provider.base_url) for name, provider in policy.providers.items()} == {
        "openai": ("openai", f"{SIMULATED}/openai/v1"),
        "claude": ("anthropic", f"{SIMULATED}/anthropic"),
        "gemini": ("gemini", f"{SIMULATED}/gemini"),
        "mistral": ("mistral", f"{SIMULATED}/mistral"),
        "grok": ("xai", f"{SIMULATED}/xai/v1"),
        "gpu": ("local", f"{SIMULATED}/local/v1"),
    }
    assert policy.disabled == {}
    assert demo_permits(policy, "anything/at-all")
    assert real_providers({}) == []


def test_the_demo_calls_for_real_where_it_has_a_key() -> None:
    environ = {**KEYS, LOCAL_VARIABLE: "http://localhost:11434/v1"}
    policy, shipped = demo_policy(environ, SIMULATED), load_policy(FOLDER, KEYS)
    assert set(real_providers(environ)) == set(policy.providers)
    for name in set(policy.providers) - {"gpu"}:
        assert policy.providers[name].base_url == shipped.providers[name].base_url
        assert policy.providers[name].region == shipped.providers[name].region
        assert policy.providers[name].api_key == shipped.providers[name].api_key
    assert policy.providers["gpu"].base_url == "http://localhost:11434/v1"


def test_one_real_key_leaves_the_others_simulated(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-xai\n")
    environ = {"XAI_API_KEY_FILE": str(tmp_path / "key")}
    policy = demo_policy(environ, SIMULATED)
    assert real_providers(environ) == ["grok"]
    assert policy.providers["grok"].api_key == Secret("sk-xai")
    assert policy.providers["openai"].base_url.startswith(SIMULATED)
    assert "LLM gateway demo (real: grok; the others simulated)" in welcome("http://gateway", "key", "console", environ)


def test_the_demos_text_holds_no_key_and_survives_any_address() -> None:
    hostile = 'http://h/v1"}, evil: {x: "'
    text = demo_text({"OPENAI_API_KEY": "sk-real", LOCAL_VARIABLE: hostile}, SIMULATED)
    assert "sk-real" not in text
    assert "${OPENAI_API_KEY}" in text
    with pytest.raises(Exception, match=r"'base_url': write a URL"):
        demo_policy({LOCAL_VARIABLE: hostile}, SIMULATED)
