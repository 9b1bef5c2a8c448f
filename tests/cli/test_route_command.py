"""`gateway route explain`: conditions, weights, borders and what a model cannot take."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from gateway.core.money import NANO, Money
from gateway.core.ports import UsageRow
from gateway.core.usage import Usage
from gateway.policy.load import load_policy
from tests.cli.conftest import Gateway
from tests.support.engine_server import engine_server
from tests.support.running import LoopThread, in_thread
from tests.support.spending import write

pytest_plugins = ["tests.support.databases"]

POLICY = """\
version: 1
providers:
  here: {kind: local, base_url: "http://127.0.0.1:9/v1", region: on_prem, engine: vllm}
  there: {kind: simulated, base_url: "http://127.0.0.1:9/v1", region: us, speaks: [openai_chat]}
models:
  m:
    routes:
      - when: {needs: [images], larger_than: 1 MiB}
        targets: [{provider: there, model: eyes}]
      - when: {hours: "22:00-06:00", tags: [purpose=batch]}
        targets: [{provider: here, model: night}]
    targets:
      - {provider: here, model: a, weight: 3, cannot: [audio]}
      - {provider: here, model: b}
    fallbacks: [{provider: there, model: c}]
    sticky: user
  polyglot:
    routes: [{when: {languages: [de]}, targets: [{provider: here, model: german}]}]
    targets: [{provider: here, model: tiny, context: 1 ktok}, {provider: here, model: any}]
  blind:
    targets: [{provider: here, model: d, cannot: [images]}]
    shadows: [{provider: there, model: e, share: 5%}]
  thrifty:
    prefer: paid_for
    targets: [{provider: there, model: g, weight: 9}, {provider: there, model: f}, {provider: there, model: h}]
prices:
  overrides: [{provider: there, model: g, since: 2020-01-01, input: 2 USD/Mtok, output: 6 USD/Mtok}]
  agreements:
    - {name: bulk, provider: there, models: [f], since: 2020-01-01, commitment: 1000 USD}
    - {name: rack, provider: there, models: [h], since: 2020-01-01, reserved: {monthly_fee: 9 USD, capacity: 1 Mtok}}
data_classes: {confidential: {regions: [on_prem]}}
teams:
  free: {models: ["*"], tags: [purpose]}
  house: {models: ["*"], regions: [on_prem]}
"""


@pytest.fixture
def policies(home: Path) -> str:
    (home / "ways").mkdir()
    (home / "ways" / "p.yaml").write_text(POLICY.replace("    fallbacks: [{provider: there, model: c}]\n", ""))
    return "ways"


def test_weights_and_notes(gateway: Gateway, policies: str) -> None:
    told = gateway(
        "route", "explain", "--team", "free", "--model", "m", "--at", "12:00", "--policies", policies, "--json"
    )
    assert told.code == 0
    steps = [(step["target"], step["share"], step["obstacle"]) for step in told.json["steps"]]
    assert steps == [("here/a", 75.0, ""), ("here/b", 25.0, "")]
    assert [met for _, met in told.json["routes"]] == [False, False]
    assert any("one user keeps to one target" in note for note in told.json["notes"])


ASKED: list[tuple[str, str, int]] = [
    ("--team free --needs images --size 2MiB", "there/eyes", 0),
    ("--team free --tags purpose=batch --at 23:10", "here/night", 0),
    ("--team house --needs images --size 2MiB", "us is not permitted", 1),
    ("--team house --needs audio", "cannot take audio", 0),
    ("--team free --model blind --needs images", "cannot take images", 1),
    ("--team free --model polyglot --language de", "here/german", 0),
    ("--team free --model polyglot --size 8KiB", "has no room for so much: 1000 tokens", 0),
    ("--team free --model nothing", "model_not_found", 1),
]


@pytest.mark.parametrize(("words", "told", "code"), ASKED)
def test_conditions_borders_and_capabilities(gateway: Gateway, policies: str, words: str, told: str, code: int) -> None:
    more = words.split()
    if "--model" not in more:
        more += ["--model", "m"]
    if "--at" not in more:
        more += ["--at", "12:00"]
    done = gateway("route", "explain", *more, "--policies", policies)
    assert told in done.out
    assert done.code == code


def test_what_cannot_be_is_refused_in_words(gateway: Gateway, policies: str) -> None:
    done = gateway("route", "explain", "--team", "fre", "--model", "m", "--policies", policies)
    assert (done.code, "did you mean 'free'?" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--team free --data-class confidental", "there is no data class 'confidental'; did you mean 'confidential'?"),
        ("--team free --tags purpos=batch", "does not allow the tag 'purpos'; did you mean 'purpose'?"),
        ("--team free --tags purpose=batch,color=red", "does not allow the tag 'color'; there are: purpose"),
        ("--team house --tags purpose=batch", "does not allow the tag 'purpose'; there are: none"),
    ],
)
def test_what_no_request_can_have_is_refused(gateway: Gateway, policies: str, words: str, said: str) -> None:
    done = gateway("route", "explain", *words.split(), "--model", "m", "--policies", policies)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_data_class_of_the_policy_is_taken(gateway: Gateway, policies: str) -> None:
    words = ("--team", "free", "--model", "m", "--data-class", "confidential")
    assert gateway("route", "explain", *words, "--policies", policies).code == 0


def test_shadows_are_told_with_their_share_and_their_border(gateway: Gateway, policies: str) -> None:
    for team, told in (("free", (5.0, "")), ("house", (0.0, "us is not permitted"))):
        found = gateway("route", "explain", "--team", team, "--model", "blind", "--policies", policies, "--json")
        step = found.json["steps"][-1]
        assert (step["role"], step["target"], step["share"], step["obstacle"]) == ("shadow", "there/e", *told)
        assert found.code == 0, "a shadow decides nothing"


def test_what_one_more_call_costs_is_told_with_the_ledgers_word(
    migrated: Gateway, policies: str, database_url: str
) -> None:
    explain = ("route", "explain", "--team", "free", "--model", "thrifty", "--policies", policies)
    rows = [
        UsageRow(
            request_id=f"r{number}",
            at=time.time(),
            key_id="k",
            team="free",
            provider="there",
            model=model,
            usage=Usage(input_tokens=400_000),
            cost=Money(125 * NANO, "USD"),
            attempts=1,
        )
        for number, model in enumerate(("f", "f", "h"))
    ]
    policy = load_policy(Path(policies), {})
    asyncio.run(write(database_url, policy, rows))
    steps = {step["target"]: (step["share"], step["cost"]) for step in migrated(*explain, "--json").json["steps"]}
    assert steps == {
        "there/g": (0.0, "3.0 USD a million tokens"),
        "there/f": (50.0, "commitment bulk, 25 % used"),
        "there/h": (50.0, "reserved rack, 40 % used"),
    }
    used_up = [msgspec.structs.replace(rows[2], request_id=f"u{number}") for number in range(2)]
    asyncio.run(write(database_url, policy, used_up))
    told = migrated(*explain)
    assert [line.split()[:4] for line in told.out.splitlines() if "there/" in line] == [
        ["target", "there/g", "us", "yes"],
        ["target", "there/f", "us", "100"],
        ["target", "there/h", "us", "yes"],
    ]
    assert "no price is known" in told.out
    assert "targets go first where a call is paid for already" in told.out


def test_without_a_ledger_nothing_has_been_used(gateway: Gateway, policies: str) -> None:
    told = gateway("route", "explain", "--team", "free", "--model", "thrifty", "--policies", policies)
    assert told.code == 0
    assert "commitment bulk, 0 % used" in told.out
    assert "the ledger is not read" in told.err


def test_local_servers_are_asked_now_where_that_is_wanted(home: Path, gateway: Gateway) -> None:
    thread = LoopThread()
    with in_thread(engine_server("vllm", loaded=["a"]), thread) as server:
        server.running, server.waiting = 2, 1
        (home / "now").mkdir()
        text = POLICY.replace("http://127.0.0.1:9/v1", server.base_url, 1)
        (home / "now" / "policy.yaml").write_text(text)
        asked = ("route", "explain", "--team", "free", "--model", "m", "--at", "12:00", "--policies", str(home / "now"))
        steps = {step["target"]: step["now"] for step in gateway(*asked, "--now", "--json").json["steps"]}
        assert steps == {
            "here/a": "has it; 2 running, 1 waiting",
            "here/b": "has no such model; 2 running, 1 waiting",
            "there/c": "",
        }
        assert "has no such model" in gateway(*asked, "--now").out
        assert {step["now"] for step in gateway(*asked, "--json").json["steps"]} == {""}
    thread.close()
