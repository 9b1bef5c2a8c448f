"""A version step by step: as a shadow, for a share of the keys, for all, and back."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from gateway.core.identity import Principal
from gateway.core.policy import Policy
from gateway.core.ports import Trial
from gateway.exchange import Exchange
from gateway.policy.applying import WITHDRAWN, ConfirmationNeeded, end_trial, put_back, put_in_force, put_on_trial
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load_policy
from gateway.policy.rollout import is_on_trial
from gateway.policy.shadow import Shadow
from gateway.policy.source import APPLYING, PolicyFolder
from gateway.stages.govern import Govern
from tests.support.permissions import bound_by_permissions
from tests.support.walking import exchange_of

TEXT = """\
version: 1
providers:
  eu: {kind: local, engine: vllm, base_url: http://eu/v1, region: eu}
  us: {kind: local, engine: vllm, base_url: http://us/v1, region: us}
models:
  fast: {targets: [{provider: eu, model: m}]}
  smart: {targets: [{provider: us, model: m}]}
teams: {support: {models: [fast, smart], cost_center: old}}
"""
NEW = TEXT.replace("cost_center: old", "cost_center: new").replace("[fast, smart]", "[fast]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path / "policies", TEXT)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return made(tmp_path / "new", NEW)


def made(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "p.yaml").write_text(text)
    return folder


def settle(source: PolicyFolder) -> None:
    source.look()
    source.look()


async def govern(source: PolicyFolder, key_id: str, shadow: Shadow, model: str = "smart") -> Exchange:
    exchange = exchange_of(Principal(key_id=key_id, team="support"))
    stage = Govern(source, shadow)
    stage.enter(exchange)
    exchange.record.model_asked = model
    stage.settle(exchange)
    return exchange


def governed(source: PolicyFolder, keys: int) -> dict[str, str]:
    """Key -> the cost centre that its version has; each request names one version, whole."""

    async def all_keys() -> dict[str, str]:
        found = {}
        for number in range(keys):
            exchange = await govern(source, f"key{number}", Shadow())
            assert exchange.record.policy_version == exchange.policy.version
            assert exchange.team.cost_center == exchange.policy.teams["support"].cost_center
            found[f"key{number}"] = exchange.team.cost_center or ""
        return found

    return asyncio.run(all_keys())


def test_a_shadow_decides_nothing_and_is_counted(folder: Path, new: Path) -> None:
    source = PolicyFolder(folder, {}, [].append)
    put_on_trial(folder, new, 0, {})
    settle(source)
    assert source.trial is not None
    shadow = Shadow()

    async def ask() -> None:
        for model in ("smart", "smart", "fast", "nobody"):
            exchange = await govern(source, "key1", shadow, model)
            assert exchange.policy is source.current

    asyncio.run(ask())
    assert shadow.counts == {"refused": 2, "same": 2}


def test_a_share_grows_and_who_is_on_trial_stays(folder: Path, new: Path) -> None:
    source = PolicyFolder(folder, {}, [].append)
    seen: set[str] = set()
    for share in (10, 40, 100):
        put_on_trial(folder, new if share == 10 else folder / ".next", share, {})
        settle(source)
        found = governed(source, 500)
        on_trial = {key for key, cost_center in found.items() if cost_center == "new"}
        assert seen <= on_trial
        assert abs(len(on_trial) - 5 * share) <= 40
        seen = on_trial
    assert len(seen) == 500
    assert end_trial(folder)
    settle(source)
    assert set(governed(source, 50).values()) == {"old"}


def test_replicas_agree_on_who_is_on_trial(folder: Path, new: Path) -> None:
    put_on_trial(folder, new, 30, {})
    one, two = PolicyFolder(folder, {}, [].append), PolicyFolder(folder, {}, [].append)
    assert governed(one, 200) == governed(two, 200)


def test_in_force_and_back_and_forth(folder: Path, new: Path) -> None:
    source = PolicyFolder(folder, {}, [].append)
    put_on_trial(folder, new, 10, {})
    settle(source)
    put_in_force(folder, folder / ".next", {}, meant=False)
    settle(source)
    assert source.trial is None
    back = partial(put_back, folder, {})
    forth = partial(put_in_force, folder, folder / WITHDRAWN, {}, meant=True)
    for go, expected in ((back, "old"), (forth, "new"), (back, "old")):
        assert go() is not None
        settle(source)
        assert source.current.teams["support"].cost_center == expected
        assert source.degraded is None
    assert back() is None, "nothing is earlier than the first"


def test_going_back_needs_no_second_word(folder: Path, tmp_path: Path) -> None:
    many = made(tmp_path / "many", TEXT.replace("teams: {", "teams: {a: {models: []}, b: {models: []}, "))
    source = PolicyFolder(folder, {}, [].append)
    put_in_force(folder, many, {}, meant=False)
    settle(source)
    assert len(source.current.teams) == 3
    put_back(folder, {})
    settle(source)
    assert set(source.current.teams) == {"support"}


def test_what_takes_much_away_is_asked_about(folder: Path, tmp_path: Path) -> None:
    few = made(tmp_path / "few", TEXT.partition("teams:")[0])
    with pytest.raises(ConfirmationNeeded, match="1 of 1 teams"):
        put_in_force(folder, few, {}, meant=False)
    assert (folder / "p.yaml").read_text() == TEXT
    source = PolicyFolder(folder, {}, [].append)
    put_in_force(folder, few, {}, meant=True)
    settle(source)
    assert source.current.teams == {}


def test_a_version_that_does_not_load_goes_nowhere(folder: Path, tmp_path: Path) -> None:
    broken = made(tmp_path / "broken", "versoin: 1\n")
    with pytest.raises(PolicyErrors):
        put_on_trial(folder, broken, 10, {})
    with pytest.raises(PolicyErrors):
        put_in_force(folder, broken, {}, meant=True)
    assert {path.name for path in folder.iterdir()} == {"p.yaml"}


def test_nothing_goes_where_a_folder_may_not_be_read(folder: Path, new: Path) -> None:
    """It would stay, and the folder not load with it: what is in force is to be mended first."""
    made(folder / "closed", "version: 1\n").chmod(0)
    try:
        with pytest.raises(PolicyErrors, match="closed:1:1: this folder cannot be read"):
            bound_by_permissions(lambda: put_in_force(folder, new, {}, meant=True))
    finally:
        (folder / "closed").chmod(0o700)
    assert {path.name for path in folder.iterdir()} == {"p.yaml", "closed"}
    assert (folder / "p.yaml").read_text() == TEXT


def test_nothing_to_go_back_to(folder: Path) -> None:
    assert not end_trial(folder)
    assert put_back(folder, {}) is None


@pytest.mark.parametrize("mode", ["", "half", "0%", "101%", "10", "%", "shadow please"])
def test_a_trial_without_a_share_is_none(folder: Path, new: Path, mode: str) -> None:
    put_on_trial(folder, new, 10, {})
    (folder / ".next" / "rollout").write_text(mode)
    source = PolicyFolder(folder, {}, [].append)
    assert source.trial is None
    assert source.degraded is not None
    assert ".next/rollout:1:1: this must say 'shadow', or the share of keys" in source.degraded


def test_a_broken_trial_is_told_and_leaves_the_rest_alone(folder: Path, new: Path) -> None:
    source = PolicyFolder(folder, {}, [].append)
    before = source.current
    put_on_trial(folder, new, 100, {})
    (folder / ".next" / "p.yaml").write_text("versoin: 1\n")
    settle(source)
    assert (source.trial, source.current) == (None, before)
    assert "unknown key 'versoin'" in str(source.degraded)


def test_a_trial_that_cannot_decide_ends_for_everybody(folder: Path, new: Path) -> None:
    told: list[str] = []
    source = PolicyFolder(folder, {}, told.append)
    put_on_trial(folder, new, 100, {})
    settle(source)
    assert source.trial is not None
    trial: Policy = source.trial.policy
    for _ in range(5):
        assert source.trial is not None
        assert source.before(trial) is source.current
        source.failed(trial)
    assert source.trial is None
    settle(source)
    assert "on trial failed to decide" in told[-1]


def test_nothing_is_loaded_while_files_are_being_replaced(folder: Path) -> None:
    source = PolicyFolder(folder, {}, [].append)
    (folder / APPLYING).touch()
    (folder / "p.yaml").write_text(NEW)
    settle(source)
    assert source.current.teams["support"].cost_center == "old"
    assert ".applying" in str(source.degraded)
    (folder / APPLYING).unlink()
    settle(source)
    assert source.current.teams["support"].cost_center == "new"


def test_the_share_is_told_by_key_and_version(folder: Path, new: Path) -> None:
    policy, other = load_policy(folder, {}), load_policy(new, {})
    half = [is_on_trial(Trial(policy, 50), f"key{number}") for number in range(1000)]
    assert 400 < sum(half) < 600
    assert half != [is_on_trial(Trial(other, 50), f"key{number}") for number in range(1000)]
    assert not any(is_on_trial(Trial(policy, 0), f"key{number}") for number in range(100))


def test_two_who_put_versions_into_force_at_once_leave_one_of_them_whole(folder: Path, tmp_path: Path) -> None:
    """Two administrators, or one and a pipeline: files of both together are nobody's version."""
    versions = [tmp_path / name for name in ("one", "two")]
    for place in versions:
        place.mkdir()
        for part in range(20):
            named = f"version: 1\nteams: {{t{part}: {{models: ['*'], cost_center: '{place.name}'}}}}\n"
            (place / f"{part}.yaml").write_text(named)

    def again_and_again(place: Path) -> None:
        for _ in range(10):
            put_in_force(folder, place, {}, meant=True)

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(again_and_again, place) for place in versions]:
            done.result()
    assert len({team.cost_center for team in load_policy(folder, {}).teams.values()}) == 1
