"""From a folder to a policy, and from a mistake to a line, a reason and a suggestion."""

import os
import shutil
import time
from pathlib import Path
from textwrap import dedent

import pytest
import trustme
import yaml

from gateway.core.identity import Principal
from gateway.core.policy import Effective, Policy, Secret, Target, Timeouts
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load_policy, policy_of_text
from gateway.policy.resolve import Resolver
from tests.support.permissions import bound_by_permissions
from tests.support.policy_errors import check

PROVIDERS = """\
version: 1
providers:
  openai: {kind: openai, base_url: https://api.openai.com/v1, api_key: ${OPENAI_API_KEY}, region: us}
  mistral: {kind: mistral, base_url: https://api.mistral.ai/, api_key: ${MISTRAL_API_KEY}, region: eu}
  gpu: {kind: local, base_url: http://gpu-1:8000/v1, region: on_prem, engine: vllm}
"""
MODELS = """\
models:
  fast-chat:
    targets: [{provider: openai, model: gpt-5-mini, weight: 90}, {provider: gpu, model: llama-3.3-70b, weight: 10}]
    fallbacks: [{provider: mistral, model: mistral-small-latest}]
"""
TEAMS = """\
teams:
  support: {models: [fast-chat, "mistral/*"], regions: [on_prem, ch, eu], cost_center: 0471}
"""
KEYS = {"OPENAI_API_KEY": "sk-openai", "MISTRAL_API_KEY": "sk-mistral"}


def text(document: str, environ: dict[str, str] | None = None) -> Policy:
    return policy_of_text("p.yaml", document, KEYS if environ is None else environ)


def team_of(teams: str) -> Effective:
    effective = Resolver().effective(text(PROVIDERS + MODELS + teams), Principal(key_id="k", team="t"))
    assert effective is not None
    return effective


def errors(document: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(PolicyErrors) as caught:
        text(document, environ)
    return [str(error) for error in caught.value.errors]


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def test_a_folder_becomes_a_policy(tmp_path: Path) -> None:
    policy = load_policy(write(tmp_path, {"a.yaml": PROVIDERS, "b/c.yaml": MODELS, "b/d.yaml": TEAMS}), KEYS)
    assert list(policy.providers) == ["openai", "mistral", "gpu"]
    assert policy.providers["openai"].api_key == Secret("sk-openai")
    assert policy.providers["mistral"].base_url == "https://api.mistral.ai"
    assert policy.providers["gpu"].engine == "vllm"
    assert policy.providers["gpu"].api_key is None
    assert policy.providers["gpu"].timeouts == Timeouts()
    alias = policy.models["fast-chat"]
    assert alias.targets == (
        Target(provider="openai", model="gpt-5-mini", weight=90),
        Target(provider="gpu", model="llama-3.3-70b", weight=10),
    )
    assert alias.fallbacks == (Target(provider="mistral", model="mistral-small-latest"),)
    team = policy.teams["support"]
    assert team.regions == {"on_prem", "ch", "eu"}
    assert team.cost_center == "0471"
    assert policy.disabled == {}


def test_every_key_of_a_provider_reaches_it(tmp_path: Path) -> None:
    authority = trustme.CA()
    shown = authority.issue_cert("gateway.example")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    shown.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    shown.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    write(
        tmp_path,
        {
            "p.yaml": """\
                version: 1
                providers:
                  gpu:
                    kind: local
                    engine: llama_cpp
                    base_url: https://gpu.internal:8443/v1
                    api_key: literal
                    region: on_prem
                    timeouts: {connect: 500 ms, first_byte: 10 min, idle: 2 min, total: 1h}
                    max_connections: 8
                    ca_file: ca.pem
                    client_cert_file: ./cert.pem
                    client_key_file: ${CLIENT_KEY}
                  echo: {kind: simulated, base_url: http://127.0.0.1:1, region: eu, speaks: [gemini, openai_chat]}
                """
        },
    )
    policy = load_policy(tmp_path, {"CLIENT_KEY": str(tmp_path / "key.pem")})
    gpu = policy.providers["gpu"]
    assert gpu.timeouts == Timeouts(connect=0.5, first_byte=600, idle=120, total=3600)
    assert gpu.max_connections == 8
    assert gpu.api_key == Secret("literal")
    assert gpu.ca_file == str(tmp_path / "ca.pem")
    assert gpu.client_cert_file == str(tmp_path / "cert.pem")
    assert gpu.client_key_file == str(tmp_path / "key.pem")
    assert policy.providers["echo"].speaks == ("gemini", "openai_chat")


def test_a_provider_without_its_key_is_disabled_and_the_rest_works() -> None:
    policy = text(PROVIDERS + MODELS + TEAMS, {"MISTRAL_API_KEY": "sk"})
    assert list(policy.providers) == ["mistral", "gpu"]
    assert policy.disabled == {"openai": "the environment variable OPENAI_API_KEY is not set"}
    alias = policy.models["fast-chat"]
    assert [target.provider for target in alias.targets] == ["gpu"]
    assert [target.provider for target in alias.disabled] == ["openai"]
    assert policy.obstacle(alias) is None


def test_an_alias_that_has_nobody_left_says_why() -> None:
    policy = text(PROVIDERS + "models: {chat: {targets: [{provider: openai, model: m}]}}\n", {})
    alias = policy.models["chat"]
    assert alias.targets == alias.fallbacks == ()
    assert policy.obstacle(alias) == (
        "Every provider of the model 'chat' is disabled (openai: the environment variable OPENAI_API_KEY is not set)."
    )


@pytest.mark.parametrize("environ", [{"OPENAI_API_KEY": ""}, {}, {"OPENAI_API_KEY_FILE": ""}])
def test_a_variable_set_to_nothing_is_not_set(environ: dict[str, str]) -> None:
    assert "openai" in text(PROVIDERS, environ).disabled


def test_keys_come_from_files_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-from-file\n")
    by_file = {"OPENAI_API_KEY_FILE": str(tmp_path / "key")}
    assert text(PROVIDERS, by_file).providers["openai"].api_key == Secret("sk-from-file")
    explicit = PROVIDERS.replace("${OPENAI_API_KEY}", "${OPENAI_API_KEY_FILE}")
    assert text(explicit, by_file).providers["openai"].api_key == Secret("sk-from-file")
    assert text(explicit, {"OPENAI_API_KEY": "x"}).disabled["openai"].endswith("OPENAI_API_KEY_FILE is not set")
    [error] = errors(PROVIDERS, {"OPENAI_API_KEY_FILE": str(tmp_path / "absent")})
    assert error.startswith("p.yaml:3:")
    assert "the file that OPENAI_API_KEY_FILE names cannot be read" in error


@pytest.mark.parametrize("key", ["sk one", "sk\none", "clé", "sk\x7f"])
def test_a_key_that_fits_no_header_is_refused_and_not_quoted(key: str) -> None:
    [error] = errors(PROVIDERS, {"OPENAI_API_KEY": key})
    assert "OPENAI_API_KEY must hold one line of printable ASCII" in error
    assert key not in error


def test_a_variable_without_its_braces_is_no_key() -> None:
    [error] = errors(PROVIDERS.replace("${OPENAI_API_KEY}", "$OPENAI_API_KEY"), {})
    assert "'api_key': it holds the name of a variable and not its value: write ${NAME}, with braces" in error


@pytest.mark.parametrize("address", ["finance@hidden.example", "hooks.hidden.example/T/B", "json:/hidden", "slack://"])
def test_an_address_of_alerts_needs_its_kind_and_is_not_quoted(address: str) -> None:
    for written, environ in ((f'"{address}"', {}), ("${ALERTS_URL}", {"ALERTS_URL": address})):
        [error] = errors(f"{PROVIDERS}alerts: {{to: [{written}]}}\n", environ)
        assert "'to': write the kind of an address before it, as in json://host/path" in error
        assert address not in error


def test_local_providers_go_without_a_key_that_is_not_set() -> None:
    policy = text(PROVIDERS.replace("engine: vllm", "engine: vllm, api_key: ${GPU_KEY}"), {})
    assert policy.providers["gpu"].api_key is None


P = "version: 1\nproviders:\n  p: {kind: local, engine: vllm, base_url: http://h/v1, region: eu}\n"
"""Three lines that are right, for a fourth that is not."""


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        # names of keys
        ("version: 1\nprovders: {}\n", "2:1: unknown key 'provders'; did you mean 'providers'?"),
        (P + "teams: {t: {model: []}}\n", "4:13: unknown key 'model'; did you mean 'models'?"),
        (P.replace("region", "regoin"), "3:57: unknown key 'regoin'; did you mean 'region'?"),
        (P + "models: {m: {targets: [{provider: p, model: x, wieght: 2}]}}\n", "4:48: unknown key 'wieght'; did you mean"),  # noqa: E501
        (P.replace("region: eu", "region: eu, timeouts: {conect: 1s}"), "3:80: unknown key 'conect'; did you mean 'connect'?"),  # noqa: E501
        # what another gateway calls it
        (P + "teams: {t: {models: [], rpm: 60}}\n", "4:25: unknown key 'rpm'; here it is 'quotas: {requests_per_minute: 600}' of"),  # noqa: E501
        (P + "teams: {t: {models: [], tpm_limit: 60}}\n", "4:25: unknown key 'tpm_limit'; here it is 'quotas: {tokens_per_minute: 400000}' of"),  # noqa: E501
        (P + "models: {m: {targets: [{provider: p, model: x, rpm: 2}]}}\n", "4:48: unknown key 'rpm'; here it is 'quotas: {requests_per_minute: 600}' of"),  # noqa: E501
        (P + "teams: {t: {models: [], quotas: {rpm: 60}}}\n", "4:34: unknown key 'rpm'; here it is called 'requests_per_minute'"),  # noqa: E501
        (P + "teams: {t: {models: [], max_budget: 60}}\n", "4:25: unknown key 'max_budget'; here it is 'budgets: [{period: month, limit: 500 CHF}]' of"),  # noqa: E501
        (P + "teams: {t: {models: [], budget_duration: 30d}}\n", "4:25: unknown key 'budget_duration'; here it is 'budgets: [{period: month, limit: 500 CHF}]' of"),  # noqa: E501
        # what is missing
        ("providers: {}\n", "p.yaml:1:1: 'version' is missing"),
        (P.replace(", region: eu", ""), "3:3: 'region' is missing: where it computes"),
        (P + "models: {m: {}}\n", "4:10: 'targets' is missing"),
        (P + "models: {m: {targets: [{provider: p}]}}\n", "4:24: 'model' is missing"),
        (P + "teams: {t: {models: }}\n", "4:21: 'models' must be a list"),
        (P + "teams: {t: {models: [], cost_center: }}\n", "'cost_center' has no value"),
        # values
        ("version: 2\n", "1:10: 'version' cannot be '2'; it can be: 1"),
        (P.replace("local", "locla"), "3:13: 'kind' cannot be 'locla'; did you mean 'local'?"),
        (P.replace("vllm", "vlm"), "3:28: 'engine' cannot be 'vlm'; did you mean 'vllm'?"),
        (P.replace("eu}", "EU West}"), "'region' takes lower-case letters"),
        (P.replace("eu}", "eu, max_connections: 0}"), "'max_connections': write a whole number from 1 to 65536"),
        (P.replace("eu}", "eu, max_connections: 1.5}"), "'max_connections': write a whole number"),
        (P.replace("eu}", "eu, timeouts: {connect: 3}}"), "'connect': a time needs its unit"),
        (P.replace("eu}", "eu, timeouts: {connect: 0s}}"), "'connect': must be from 0.001s to 1h"),
        (P + "organisation: {cache: {enabled: true, ttl: 100000d}}\n", "'ttl': must be from 1s to 30d"),
        (P.replace("eu}", "eu, timeouts: 3s}"), "'timeouts' must be a mapping"),
        (P + "models: {'a/b': {targets: [{provider: p, model: x}]}}\n", "4:10: the name of a model takes letters"),
        (P + "teams: {t: []}\n", "4:12: the team 't' must be a mapping"),
        (P + "teams: [t]\n", "4:8: 'teams' must be a mapping"),
        (P + "models: {m: {targets: []}}\n", "4:23: 'targets' must not be empty"),
        (P + "models: {m: {targets: [{provider: p, model: x, weight: 0}]}}\n", "'weight': write a whole number from 1"),
        (P + "teams: {t: {models: [[a]]}}\n", "4:22: 'models' must be one value"),
        # addresses
        (P.replace("http://h/v1", "ftp://h/v1"), "'base_url': write a URL that begins with https://"),
        (P.replace("http://h/v1", "h/v1"), "'base_url': write a URL"),
        (P.replace("http://h/v1", "http://"), "'base_url': write a URL"),
        (P.replace("http://h/v1", "http://user:pw@h/v1"), "'base_url': a URL must not hold credentials"),
        (P.replace("http://h/v1", "'http://h/v1?key=x'"), "'base_url': a base URL has no query"),
        (P.replace("http://h/v1", "'http://h/v1#x'"), "'base_url': a base URL has no query"),
        (P.replace("http://h/v1", "http://h:99999/v1"), "'base_url': this is not a URL"),
        (P.replace("http://h/v1", "'http://h h/v1'"), "'base_url': write a URL"),
        (P.replace("http://h/v1", "http://a..b/v1"), "'base_url': no host can have this name"),
        (P.replace("http://h/v1", f"http://{'a' * 64}.ch/v1"), "'base_url': no host can have this name"),
        # the environment
        (P.replace("eu}", "${REGION}}"), "'region' cannot come from the environment"),
        (P.replace("eu}", "eu, api_key: 'Bearer ${KEY}'}"), "'api_key' must be one '${NAME}', whole"),
        (P.replace("eu}", "eu, api_key: '${KEY:-none}'}"), "'api_key' must be one '${NAME}', whole"),
        (P.replace("eu}", "eu, ca_file: ${CA}}"), "'ca_file': the environment variable CA is not set"),
        (P.replace("eu}", "eu, ca_file: absent.pem}"), "'ca_file': this file cannot be read"),
        # what goes together
        (P.replace("engine: vllm, ", ""), "3:13: kind 'local' needs 'engine'"),
        (P.replace("local", "openai, api_key: x"), "'engine' goes with kind 'local' only, and this is 'openai'"),
        (P.replace("local, engine: vllm", "xai"), "3:13: kind 'xai' needs 'api_key', as in 'api_key: ${XAI_API_KEY}'"),
        (P.replace("local, engine: vllm", "simulated"), "kind 'simulated' needs 'speaks'"),
        (P.replace("eu}", "eu, speaks: [gemini]}"), "'speaks' goes with kind 'simulated' only"),
        (P.replace("local, engine: vllm", "simulated, speaks: [gemini, gemini]"), "3:41: 'gemini' is listed twice"),
        (P.replace("local, engine: vllm", "simulated, speaks: [openai]"), "'speaks' cannot be 'openai'; did you mean"),
        (P.replace("eu}", "eu, ca_file: /dev/null}"), "3:78: TLS does not take ca_file: they are PEM"),
        (P.replace("eu}", "eu, client_key_file: /dev/null}"), "'client_key_file' needs 'client_cert_file'"),
        (P.replace("eu}", "eu, client_cert_file: /dev/null}"), "'client_cert_file' needs 'client_key_file'"),
        # names that must exist
        (P + "models: {m: {targets: [{provider: q, model: x}]}}\n", "4:35: there is no provider 'q'; it can be: p"),
        (P + "models: {m: {targets: [{provider: p, model: x}], fallbacks: [{provider: pp, model: x}]}}\n", "4:73: there is"),  # noqa: E501
        (P + "models: {m: {targets: [{provider: p, model: x}, {provider: p, model: x}]}}\n", "4:49: 'p/x' is listed twice"),  # noqa: E501
        (P + "models: {fast: {targets: [{provider: p, model: x}]}}\nteams: {t: {models: [fats]}}\n", "5:22: there is no model 'fats'; did you mean 'fast'?"),  # noqa: E501
        (P + "teams: {t: {models: [q/x]}}\n", "4:22: there is no provider 'q'"),
        (P + "teams: {t: {models: ['q*/x']}}\n", "4:22: there is no provider 'q*'"),
        (P + "teams: {t: {models: ['fast-*']}}\n", "4:22: 'fast-*' matches no model"),
        (P + "teams: {t: {models: ['p*']}}\n", "4:22: 'p*' matches no model"),
        (P + "teams: {t: {models: ['*', '*']}}\n", "4:27: '*' is listed twice"),
        # prices
        (P + "prices: {overrides: [{provider: q, model: x, since: 2026-01-01, input: 1 USD/Mtok}]}\n", "4:33: there is no provider 'q'"),  # noqa: E501
        (P + "prices: {overrides: [{provider: p, model: x, since: 2026-01-01}]}\n", "4:22: an override needs at least one price"),  # noqa: E501
        (P + "prices: {regional: [{provider: q, since: 2026-01-01, surcharge: 10%}]}\n", "4:32: there is no provider 'q'"),  # noqa: E501
        (P + "prices: {regional: [{provider: p, since: 2026-01-01, surcharge: 10}]}\n", "write a percentage"),
        (P + "prices: {regional: [{provider: p, since: 2026-01-01, surcharge: 1%}, {provider: p, since: 2026-01-01, surcharge: 2%}]}\n", "the regional surcharge of '*' at 'p' since 2026-01-01 is defined twice"),  # noqa: E501
        (P + "prices: {calls: [{provider: q, since: 2026-01-01, web_search: 10 USD/kcall}]}\n", "4:29: there is no provider 'q'"),  # noqa: E501
        (P + "prices: {calls: [{provider: p, since: 2026-01-01}]}\n", "4:18: an entry needs at least one price, such as 'web_search: 10 USD/kcall'"),  # noqa: E501
        (P + "prices: {calls: [{provider: p, since: 2026-01-01, web_search: 10 USD}]}\n", "4:63: 'web_search': this is money a call, or a thousand of them, as in '0.03 USD/call' or '10 USD/kcall'"),  # noqa: E501
        (P + "prices: {calls: [{provider: p, since: 2026-01-01, web_serch: 10 USD/kcall}]}\n", "web_search"),
        (P + "prices: {calls: [{provider: p, since: 2026-01-01, web_search: 1 USD/call, image: 1 EUR/call}]}\n", "one entry is in one currency, and this has EUR, USD"),  # noqa: E501
        (P + "prices: {calls: [{provider: p, since: 2026-01-01, image: 1 USD/call}, {provider: p, since: 2026-01-01, image: 2 USD/call}]}\n", "the price of a image at 'p' since 2026-01-01 is defined twice"),  # noqa: E501
        (P + "prices: {overrides: [{provider: p, model: x, since: 2026-02-30, input: 1 USD/Mtok}]}\n", "there is no such day"),  # noqa: E501
        (P + "prices: {overrides: [{provider: p, model: x, since: 1 May, input: 1 USD/Mtok}]}\n", "write a day as in '2026-10-01'"),  # noqa: E501
        (P + "prices: {overrides: [{provider: p, model: x, since: 2026-01-01, input: 1 USD}]}\n", "a price is money per million"),  # noqa: E501
        (P + "prices: {overrides: [{provider: p, model: x, since: 2026-01-01, input: 1 USD/Mtok, output: 1 EUR/Mtok}]}\n", "in one currency, and this has EUR, USD"),  # noqa: E501
        (P + "prices: {overrides: [{provider: p, model: x, since: 2026-01-01, input: 1 CHF/Mtok}]}\n", "an override in CHF needs 'input' and 'output'"),  # noqa: E501
    ],
)  # fmt: skip
def test_each_mistake_has_its_place_and_its_reason(document: str, expected: str) -> None:
    found = errors(document, {})
    assert len(found) == 1, found
    assert expected in found[0]
    assert found[0].startswith("p.yaml:")


def test_all_mistakes_at_once_in_the_order_of_the_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.yaml": PROVIDERS.replace("region: us", "regoin: us").replace("region: on_prem, ", ""),
            "b.yaml": MODELS.replace("provider: gpu", "provider: gpp") + "quotas: {}\n",
            "c.yaml": TEAMS.replace("fast-chat", "fast-chap"),
        },
    )
    found = [str(error).removeprefix(f"{tmp_path}/") for error in check(tmp_path, KEYS)]
    assert [error.split(":")[0] for error in found] == ["a.yaml", "a.yaml", "b.yaml", "b.yaml", "c.yaml"]
    assert found[0].startswith("a.yaml:3:91: unknown key 'regoin'; did you mean 'region'?")
    assert found[1].startswith("a.yaml:5:3: 'region' is missing")
    assert found[2].startswith("b.yaml:3:77: there is no provider 'gpp'; did you mean 'gpu'?")
    assert found[3].startswith("b.yaml:5:1: unknown key 'quotas'")
    assert found[4].startswith("c.yaml:2:22: there is no model 'fast-chap'; did you mean 'fast-chat'?")


def test_a_file_that_cannot_be_read_makes_no_other_file_wrong(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": PROVIDERS + "  x: [", "b.yaml": MODELS, "c.yaml": TEAMS + "version: 1"})
    [error] = check(tmp_path, KEYS)
    assert error.file == str(tmp_path / "a.yaml")


def test_a_name_defined_in_two_files_is_told_with_both_places(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": PROVIDERS + MODELS, "b.yaml": MODELS, "c/d.yaml": "version: 1\nproviders:\n  gpu: {}\n"})
    found = [str(error) for error in check(tmp_path, KEYS)]
    assert found == [
        f"{tmp_path}/b.yaml:2:3: 'fast-chat' is defined twice; the first stands at {tmp_path}/a.yaml:7",
        f"{tmp_path}/c/d.yaml:3:3: 'gpu' is defined twice; the first stands at {tmp_path}/a.yaml:5",
    ]


def test_files_that_count_and_files_that_do_not(tmp_path: Path) -> None:
    broken = "this: [is broken\n"
    write(
        tmp_path, {"a.yaml": PROVIDERS, ".b.yaml": broken, "..data/c.yaml": broken, "d.txt": broken, "e.yaml~": broken}
    )
    os.mkfifo(tmp_path / "f.yaml")
    assert check(tmp_path, KEYS) == []
    (tmp_path / "g.yml").write_text(MODELS)
    [error] = check(tmp_path, KEYS)
    assert "name it g.yaml" in error.message
    (tmp_path / "g.yml").unlink()
    (tmp_path / "h.yaml").symlink_to(tmp_path / "absent")
    [error] = check(tmp_path, KEYS)
    assert "cannot be read" in error.message


@pytest.mark.parametrize("name", ["teams.YAML", "teams.Yaml", "teams.YML"])
def test_another_ending_is_an_error_and_never_left_unread(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"a.yaml": PROVIDERS + MODELS, name: TEAMS})
    [error] = check(tmp_path, KEYS)
    assert str(error) == f"{tmp_path}/{name}:1:1: only *.yaml is read: name it teams.yaml"


@pytest.mark.parametrize("mode", [0o000, 0o100, 0o400])
def test_a_folder_that_may_not_be_read_is_an_error_and_never_left_out(tmp_path: Path, mode: int) -> None:
    """Else whoever is bound by what stands in it would be free of it."""
    write(tmp_path, {"a.yaml": PROVIDERS + MODELS, "closed/deeper/teams.yaml": TEAMS})
    (tmp_path / "closed").chmod(mode)
    try:
        found = bound_by_permissions(lambda: check(tmp_path, KEYS))
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert list(map(str, found)) == [
        f"{tmp_path}/closed:1:1: this folder cannot be read: the gateway's account may not"
    ]


def test_a_volume_of_its_own_has_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    """Its file system's: made with it, and root's."""
    write(tmp_path, {"a.yaml": PROVIDERS + MODELS, "lost+found/nothing": ""})
    (tmp_path / "lost+found").chmod(0)
    try:
        assert bound_by_permissions(lambda: load_policy(tmp_path, KEYS)).models.keys() == {"fast-chat"}
    finally:
        (tmp_path / "lost+found").chmod(0o700)


def test_a_folder_that_goes_while_it_is_looked_for_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a mounted volume is turned over."""
    write(tmp_path, {"a.yaml": PROVIDERS + MODELS, "teams/teams.yaml": TEAMS})
    scan = os.scandir

    def scan_late(folder: str | int) -> object:
        if folder == str(tmp_path / "teams"):
            shutil.rmtree(folder)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scan_late)
    assert not load_policy(tmp_path, KEYS).teams


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": PROVIDERS + MODELS, "b.yaml": TEAMS})
    (tmp_path / "b.yaml").chmod(0)
    [error] = bound_by_permissions(lambda: check(tmp_path, KEYS))
    assert str(error) == f"{tmp_path}/b.yaml:1:1: this cannot be read: Permission denied"


def test_a_mounted_volume_of_links_counts_once(tmp_path: Path) -> None:
    write(tmp_path, {"..2026_11_23/teams.yaml": "version: 1\n" + "teams: {t: {models: []}}\n"})
    (tmp_path / "..data").symlink_to("..2026_11_23")
    (tmp_path / "teams.yaml").symlink_to("..data/teams.yaml")
    assert list(load_policy(tmp_path, {}).teams) == ["t"]


@pytest.mark.parametrize("files", [{}, {"a.yaml": ""}, {"a.yaml": "# nothing\n"}])
def test_a_folder_without_a_policy_is_an_error(tmp_path: Path, files: dict[str, str]) -> None:
    [error] = check(write(tmp_path, files), {})
    assert "no policy here" in error.message


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    [error] = check(tmp_path / "absent", {})
    assert "no such folder" in error.message


REGIONS = """\
version: 1
providers:
  us: {kind: local, engine: vllm, base_url: http://us/v1, region: us}
  eu: {kind: local, engine: vllm, base_url: http://eu/v1, region: eu}
models:
  american: {targets: [{provider: us, model: m}]}
  saved-by-its-fallback: {targets: [{provider: us, model: m}], fallbacks: [{provider: eu, model: m}]}
teams:
  strict: {models: [MODELS], regions: [eu, ch]}
"""


def test_a_team_that_may_use_a_model_must_have_a_region_for_it() -> None:
    [error] = errors(REGIONS.replace("MODELS", "saved-by-its-fallback, american"), {})
    assert error.startswith("p.yaml:9:44: team 'strict' may use 'american', and no target of it is in a region that")
    assert "they are in us, permitted are eu, ch" in error


def test_a_fallback_that_a_team_could_never_take_is_an_error() -> None:
    document = REGIONS.replace("MODELS", "european").replace(
        "teams:", "  european: {targets: [{provider: eu, model: m}], fallbacks: [{provider: us, model: m}]}\nteams:"
    )
    [error] = errors(document, {})
    assert error.startswith("p.yaml:10:21: team 'strict' may use 'european', which falls back to 'us/m' in us")


@pytest.mark.parametrize("models", ["saved-by-its-fallback", '"*"', '"a*"', '"us/*"'])
def test_wildcards_and_direct_names_are_for_the_request_to_decide(models: str) -> None:
    text(REGIONS.replace("MODELS", models), {})


def test_the_check_of_regions_does_not_depend_on_the_keys_at_hand() -> None:
    document = (
        PROVIDERS
        + "models: {m: {targets: [{provider: mistral, model: x}]}}\nteams: {t: {models: [m], regions: [eu]}}\n"
    )
    assert text(document, {}).disabled.keys() == {"openai", "mistral"}


def test_wildcards_of_names_open_no_provider() -> None:
    team = team_of('teams: {t: {models: ["f*", "gpu/llama*"]}}\n')
    assert team.permits("fast-chat")
    assert team.permits("gpu/llama-3.3-70b")
    assert not team.permits("foreign/model")
    assert not team.permits("gpu/qwen")
    everything = team_of('teams: {t: {models: ["*"]}}\n')
    assert everything.permits("fast-chat")
    assert everything.permits("openai/gpt-5")


def test_the_version_follows_what_is_enforced_and_nothing_else(tmp_path: Path) -> None:
    base = text(PROVIDERS + MODELS + TEAMS).version
    assert len(base) == 12
    assert text("# a comment\n" + PROVIDERS + TEAMS + MODELS).version == base
    assert text(PROVIDERS + MODELS + TEAMS, {**KEYS, "OPENAI_API_KEY": "sk-rotated"}).version == base
    files = write(tmp_path, {"z.yaml": PROVIDERS, "a.yaml": MODELS, "m.yaml": TEAMS})
    assert load_policy(files, KEYS).version == base
    assert text(PROVIDERS + MODELS.replace("90", "91") + TEAMS).version != base
    assert text(PROVIDERS + MODELS + TEAMS.replace("ch, ", "")).version != base
    assert text(PROVIDERS + MODELS + TEAMS, {}).version != base


def test_no_secret_shows_in_a_policy() -> None:
    policy = text(PROVIDERS.replace("engine: vllm", "engine: vllm, api_key: sk-literal"))
    for secret in ("sk-openai", "sk-literal"):
        assert secret not in repr(policy)


def test_a_misplaced_secret_is_not_quoted() -> None:
    assert "sk-literal" not in "".join(
        errors(P.replace("eu}", "eu, base_ulr: sk-literal, max_connections: sk-literal}"), {})
    )


def test_a_thousand_teams_are_checked_in_a_few_times_what_reading_them_takes(tmp_path: Path) -> None:
    teams = "".join(
        f"  team-{number}: {{models: [fast-chat, 'gpu/*'], regions: [eu, on_prem], cost_center: '{number}'}}\n"
        for number in range(1000)
    )
    write(tmp_path, {"p.yaml": PROVIDERS + MODELS, "t.yaml": "teams:\n" + teams})
    before = time.thread_time()
    policy = load_policy(tmp_path, KEYS)
    took = time.thread_time() - before
    text = (tmp_path / "t.yaml").read_text()
    before = time.thread_time()
    yaml.load(text, Loader=yaml.CSafeLoader)
    assert took < 15 * (time.thread_time() - before), "PyYAML's C parser alone takes most of it"
    assert len(policy.teams) == 1000


def test_a_typo_costs_no_more_for_all_the_others(tmp_path: Path) -> None:
    """Not each of them is compared with every name: a file of garbage is refused as fast as a typo."""
    seconds = []
    for typos in 100, 400:
        folder = tmp_path / str(typos)
        folder.mkdir()
        models = "".join(f"  model-{number}: {{targets: [{{provider: gpu, model: m}}]}}\n" for number in range(typos))
        teams = "".join(f"  team-{number}: {{models: [modle-{number}]}}\n" for number in range(typos))
        write(folder, {"p.yaml": PROVIDERS, "m.yaml": "models:\n" + models, "t.yaml": "teams:\n" + teams})
        before = time.thread_time()
        found = check(folder, KEYS)
        seconds.append(time.thread_time() - before)
        assert len(found) == typos
        assert "did you mean 'model-0'?" in found[0].message
    assert seconds[1] < 8 * seconds[0], "four times as much, not sixteen times"


def test_five_mebibytes_are_refused_at_once(tmp_path: Path) -> None:
    write(tmp_path, {"p.yaml": PROVIDERS + "#" * (5 * 1024 * 1024)})
    before = time.thread_time()
    [error] = check(tmp_path, KEYS)
    assert time.thread_time() - before < 1
    assert "larger than 1 MiB" in error.message


def test_the_contracts_own_form_of_providers_loads() -> None:
    document = dedent("""\
        version: 1
        providers:                       # who we may call
          openai:  {kind: openai,    base_url: https://api.openai.com/v1, api_key: ${OPENAI_API_KEY}, region: us}
          gpu:     {kind: local,     base_url: http://gpu-1:8000/v1, region: on_prem, engine: vllm}   # vllm | ollama
        prices:                          # on top of the shipped price book
          overrides: [{provider: openai, model: gpt-5-mini, input: 0.25 USD/Mtok, output: 2.00 USD/Mtok, cached_input: 0.03 USD/Mtok, since: 2026-10-01}]
        """)  # noqa: E501
    [override] = text(document).price_overrides
    assert (override.input, override.output, override.cached_input) == (250_000_000, 2_000_000_000, 30_000_000)
    assert (override.since, override.currency) == ("2026-10-01", "USD")


def test_a_file_that_cannot_be_opened_is_all_that_is_told(tmp_path: Path) -> None:
    """What it defines, its version among it, is not called missing."""
    (tmp_path / "teams.yaml").write_text("teams: {support: {models: [fast]}}\n")
    (tmp_path / "models.yml").write_text("models: {fast: {targets: []}}\n")
    with pytest.raises(PolicyErrors) as broken:
        load_policy(tmp_path, {})
    assert [str(error).partition("yml")[2] for error in broken.value.errors] == [
        ":1:1: only *.yaml is read: name it models.yaml"
    ]


def test_a_folder_that_may_not_be_read_is_said_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(PolicyErrors, match="this folder cannot be read"):
        load_policy(tmp_path, {})
