"""The order of ways: weights, queues, prefixes, overflow; and what is left out."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.engines import EngineLoad, Models, ModelState, WarmUp
from gateway.core.policy import Policy, ProviderPolicy, Target
from gateway.errors import CircuitOpen
from gateway.routing.breaker import UNREACHABLE_IN_A_ROW
from gateway.routing.candidates import GIVEN_SECONDS, CandidateOrder
from gateway.routing.health import Health
from gateway.routing.replicas import COLD, SLACK, choose
from gateway.system_clock import SystemClock
from tests.support.clocks import HandClock

POLICY = Policy(
    version="v",
    providers={
        name: ProviderPolicy(name=name, kind="local", engine="vllm", base_url="http://h/v1", region="on_prem")  # type: ignore[arg-type]
        if name.startswith("gpu")
        else ProviderPolicy(name=name, kind="openai", base_url="http://h/v1", region="us")
        for name in ("gpu1", "gpu2", "gpu3", "cloud", "other")
    },
    models={},
    teams={},
)


def pairs(*names: str, weight: int = 1) -> list[tuple[Target, str]]:
    return [(Target(provider=name, model="m", weight=weight), name) for name in names]


def ways(
    seen: dict[str, EngineLoad | None] | None = None, drawn: float = 0.0, health: Health | None = None
) -> CandidateOrder[str]:
    return CandidateOrder(lambda: drawn, health or Health(), SystemClock(), seen or {})


def ordered(
    of: CandidateOrder[str], targets: Any, fallbacks: Any = (), prefix: bytes = b"p", overflow: int | None = None
) -> list[str]:
    return of.ordered(POLICY, list(targets), list(fallbacks), prefix, overflow)


def test_weights_decide_among_targets_and_fallbacks_follow():
    targets = [
        (Target(provider="cloud", model="a", weight=90), "c"),
        (Target(provider="other", model="b", weight=10), "o"),
    ]
    assert ordered(ways(drawn=0.89), targets, pairs("gpu1")) == ["c", "gpu1"]
    assert ordered(ways(drawn=0.91), targets, pairs("gpu1")) == ["o", "gpu1"]
    assert ordered(ways(drawn=0.91), targets) == ["o", "c"]
    assert ordered(ways(), [], pairs("gpu1", "cloud")) == ["gpu1", "cloud"]


def test_the_least_rank_goes_first_whatever_the_weights_and_the_others_follow_before_the_fallbacks():
    targets = [(Target(provider=name, model="m", weight=weight), name) for name, weight in (("cloud", 98), ("gpu1", 1))]
    targets.append((Target(provider="other", model="m"), "other"))
    ranks = {"cloud": (True, 0), "gpu1": (False, 7), "other": (False, 7)}

    def preferred(drawn: float, overflow: int | None = None, of: CandidateOrder[str] | None = None) -> list[str]:
        way = of or ways(drawn=drawn)
        return way.ordered(POLICY, targets, pairs("gpu2"), b"p", overflow, None, lambda target: ranks[target.provider])

    assert preferred(0.4) == ["gpu1", "cloud", "gpu2"]
    assert preferred(0.6) == ["other", "cloud", "gpu2"]
    ranks["other"] = (False, 9)
    assert preferred(0.9) == ["gpu1", "other", "cloud", "gpu2"]
    full = ways({"gpu1": EngineLoad(waiting=5)})
    assert preferred(0.9, 5, full)[0] == "other", "what is full overflows to the next best"
    health = Health()
    for _ in range(UNREACHABLE_IN_A_ROW):
        health.begin(("gpu1", "m"), 0.0)
        health.failed(("gpu1", "m"), SystemClock().monotonic(), unreachable=True)
    assert preferred(0.9, None, ways(health=health))[0] == "other", "what cannot be called is not preferred"


def test_load_follows_the_queues_of_local_servers():
    seen: dict[str, EngineLoad | None] = {
        "gpu1": EngineLoad(waiting=20),
        "gpu2": EngineLoad(waiting=1),
        "gpu3": EngineLoad(waiting=20),
    }
    assert {ordered(ways(seen), pairs("gpu1", "gpu2", "gpu3"), prefix=bytes([n]))[0] for n in range(50)} == {"gpu2"}
    health = Health()
    for _ in range(40):
        health.begin(("gpu2", "m"), 0.0)
    first = {ordered(ways(seen, health=health), pairs("gpu1", "gpu2", "gpu3"), prefix=bytes([n]))[0] for n in range(50)}
    assert first == {"gpu1", "gpu3"}


def test_a_conversation_stays_where_its_beginning_is_cached_until_that_server_is_busier_by_more_than_the_slack():
    health = Health()
    home = ordered(ways(health=health), pairs("gpu1", "gpu2"), prefix=b"conversation")[0]
    for _ in range(SLACK):
        health.begin((home, "m"), 0.0)
        assert ordered(ways(health=health), pairs("gpu1", "gpu2"), prefix=b"conversation")[0] == home
    health.begin((home, "m"), 0.0)
    assert ordered(ways(health=health), pairs("gpu1", "gpu2"), prefix=b"conversation")[0] != home
    full: dict[str, EngineLoad | None] = {home: EngineLoad(waiting=1, cache_used=0.99)}
    assert ordered(ways(full), pairs("gpu1", "gpu2"), prefix=b"conversation")[0] != home


def test_a_burst_is_shared_out_before_any_of_it_has_begun_and_what_never_begins_is_forgotten():
    clock, health = HandClock(), Health()
    of = CandidateOrder[str](lambda: 0.0, health, clock, {"gpu1": EngineLoad()})
    burst = Counter(ordered(of, pairs("gpu1", "gpu2"), prefix=b"one and the same")[0] for _ in range(20))
    assert min(burst.values()) >= 10 - SLACK
    for name in burst.elements():
        assert health.begin((name, "m"), 0.0)
    before = dict(health.under_way)
    assert {of._under_way(Target(provider=name, model="m")) for name in burst} == set(before.values())
    for name in burst.elements():
        health.abandoned((name, "m"))
    clock.advance(2 * GIVEN_SECONDS)
    home = ordered(of, pairs("gpu1", "gpu2"), prefix=b"one and the same")[0]
    for _ in range(SLACK):  # as long as it was
        assert ordered(of, pairs("gpu1", "gpu2"), prefix=b"one and the same")[0] == home
    clock.advance(2 * GIVEN_SECONDS)
    assert of._under_way(Target(provider=home, model="m")) == 0, "none of these has begun: refused, or answered before"


def test_prefixes_spread_and_a_server_that_goes_moves_only_its_own():
    prefixes = [str(number).encode() for number in range(600)]

    def homes(*names: str) -> dict[bytes, str]:
        return {
            each: choose(names, lambda one: Target(provider=one, model="m"), lambda _: 0, {}, each) for each in prefixes
        }

    before, after = homes("gpu1", "gpu2", "gpu3"), homes("gpu1", "gpu3")
    assert min(Counter(before.values()).values()) > 100
    assert all(after[each] == home for each, home in before.items() if home != "gpu2")


@pytest.mark.parametrize(("waiting", "first"), [(7, "gpu"), (8, "cloud")])
def test_a_full_house_overflows_where_policy_says_so(waiting: int, first: str):
    seen: dict[str, EngineLoad | None] = {"gpu1": EngineLoad(waiting=waiting), "gpu2": EngineLoad(waiting=30)}
    assert ordered(ways(seen), pairs("gpu1", "gpu2"), pairs("cloud"), overflow=8)[0].startswith(first)
    assert ordered(ways(seen), pairs("gpu1", "gpu2"), pairs("cloud"))[0].startswith("gpu")
    assert ordered(ways(seen), pairs("gpu1", "gpu2"), overflow=1)[0].startswith("gpu")
    assert ordered(ways(seen), pairs("cloud", "gpu2"), pairs("other"), overflow=1)[0] == "cloud"


def test_who_is_not_ready_is_left_out_while_anybody_is():
    seen: dict[str, EngineLoad | None] = {"gpu1": None, "gpu2": EngineLoad(waiting=99)}
    assert ordered(ways(seen), pairs("gpu1", "gpu2")) == ["gpu2"]
    assert ordered(ways(seen), pairs("gpu1"), pairs("cloud")) == ["cloud"]
    assert ordered(ways(seen), pairs("gpu1")) == ["gpu1"]


def says(any_name: bool = False, **states: ModelState) -> EngineLoad:
    return EngineLoad(models=Models(states, any_name))


def test_a_server_without_the_model_gets_nothing_while_somebody_has_it():
    three = pairs("gpu1", "gpu2", "gpu3")
    seen: dict[str, EngineLoad | None] = {"gpu1": says(x="loaded"), "gpu2": says(m="loaded"), "gpu3": says(m="loading")}
    assert ordered(ways(seen), three) == ["gpu2"]
    seen["gpu2"] = None
    assert ordered(ways(seen), three) == ["gpu3"], "who is loading it comes nearest"
    assert ordered(ways(seen), pairs("gpu1"), pairs("cloud")) == ["cloud"]
    assert ordered(ways(seen), pairs("gpu1")) == ["gpu1"], "its own word is the best error"
    seen["gpu2"] = EngineLoad()
    assert ordered(ways(seen), three) == ["gpu2"], "who tells nothing is presumed to have it"


def test_a_server_that_answers_as_another_model_does_so_only_where_nobody_has_the_one_that_is_asked():
    seen: dict[str, EngineLoad | None] = {
        "gpu1": says(any_name=True, v1="loaded"),
        "gpu2": says(any_name=True, m="loaded"),
    }
    assert ordered(ways(seen), pairs("gpu1", "gpu2")) == ["gpu2"]
    assert ordered(ways(seen), pairs("gpu1"), pairs("cloud")) == ["cloud"], "the same model, there"
    assert ordered(ways(seen), pairs("gpu1"), [(Target(provider="cloud", model="other"), "cloud")]) == ["gpu1", "cloud"]


def test_a_model_on_the_disk_is_loaded_when_those_that_have_it_are_busy():
    seen: dict[str, EngineLoad | None] = {"gpu1": says(m="loaded"), "gpu2": says(m="idle")}
    health = Health()
    firsts = []
    for _ in range(COLD + SLACK + 2):
        firsts.append(
            {ordered(ways(seen, health=health), pairs("gpu1", "gpu2"), prefix=bytes([n]))[0] for n in range(50)}
        )
        health.begin(("gpu1", "m"), 0.0)
    assert firsts[: COLD - SLACK] == [{"gpu1"}] * (COLD - SLACK)
    assert firsts[-1] == {"gpu2"}


def test_a_server_that_warms_up_gets_its_share_of_the_draws_and_never_drives_anybody_to_a_fallback():
    warm = msgspec.structs.replace(POLICY.providers["gpu1"], warm_up=WarmUp())
    policy = msgspec.structs.replace(POLICY, providers={**POLICY.providers, "gpu1": warm})
    numbers = itertools.cycle([number / 20 for number in range(20)])
    seen: dict[str, EngineLoad | None] = {"gpu1": EngineLoad(share=0.25), "gpu2": EngineLoad()}
    clock = HandClock()
    of = CandidateOrder[str](lambda: next(numbers), Health(), clock, seen)

    def first(targets: Any, fallbacks: Any, prefix: bytes) -> str:
        clock.advance(1.0)  # each has ended before the next comes
        return of.ordered(policy, list(targets), list(fallbacks), prefix, None, 0.1)[0]

    def firsts(targets: Any, fallbacks: Any = ()) -> Counter[str]:
        return Counter(first(targets, fallbacks, str(n).encode()) for n in range(400))

    prefixes = [str(n).encode() for n in range(400)]
    its_own = sum(ordered(ways({}), pairs("gpu1", "gpu2"), prefix=each)[0] == "gpu1" for each in prefixes)
    assert its_own / 400 == pytest.approx(0.5, abs=0.1)
    assert firsts(pairs("gpu1", "gpu2"))["gpu1"] / its_own == pytest.approx(0.25, abs=0.08)
    assert firsts(pairs("gpu1", "cloud"))["gpu1"] / 400 == pytest.approx(0.25, abs=0.01), "among other targets too"
    assert firsts(pairs("gpu1"), pairs("cloud")) == {"gpu1": 400}
    del seen["gpu1"]
    assert firsts(pairs("gpu1", "gpu2")) == {"gpu2": 400}, "new here: nobody has looked at it yet"
    seen["gpu1"] = EngineLoad()
    assert firsts(pairs("gpu1", "gpu2"))["gpu1"] == its_own


def test_open_breakers_are_left_out_and_all_open_is_an_error():
    health = Health()
    for _ in range(UNREACHABLE_IN_A_ROW):
        health.failed(("cloud", "m"), SystemClock.monotonic(), unreachable=True)
    assert ordered(ways(health=health), pairs("cloud"), pairs("other")) == ["other"]
    with pytest.raises(CircuitOpen):
        ordered(ways(health=health), pairs("cloud"))


@given(st.data())
def test_nothing_is_added_and_something_always_remains(data: st.DataObject):
    names = st.lists(st.sampled_from(["gpu1", "gpu2", "gpu3", "cloud", "other"]), unique=True)
    targets, fallbacks = data.draw(names), data.draw(names)
    if not targets and not fallbacks:
        return
    models = st.none() | st.builds(
        Models, st.dictionaries(st.sampled_from("mx"), st.sampled_from(get_args(ModelState))), st.booleans()
    )
    loads = st.none() | st.builds(
        EngineLoad,
        waiting=st.integers(0, 50),
        cache_used=st.none() | st.floats(0, 1),
        models=models,
        share=st.floats(0, 1),
    )
    seen = data.draw(st.dictionaries(st.sampled_from(["gpu1", "gpu2", "gpu3"]), loads))
    of = ways(seen, drawn=data.draw(st.floats(0, 1, exclude_max=True)))
    told = ordered(
        of, pairs(*targets), pairs(*fallbacks), data.draw(st.binary()), data.draw(st.none() | st.integers(1, 9))
    )
    assert told
    assert set(told) <= {*targets, *fallbacks}
