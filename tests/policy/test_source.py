"""Reloading: whole or not at all, and never by halves."""

import asyncio
import gc
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.core.policy import Policy
from gateway.core.ports import PolicySource
from gateway.policy.complaints import PolicyErrors
from gateway.policy.source import PolicyFolder
from tests.support.own_time import own_time

TEAM = "version: 1\nteams: {{support: {{models: [], cost_center: '{}'}}}}\n"


class Told(list[str]):
    def __call__(self, message: str) -> None:
        self.append(message)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "teams.yaml").write_text(TEAM.format(1))
    return tmp_path


def cost_center(source: PolicySource) -> str | None:
    return source.current.teams["support"].cost_center


def confirm(source: PolicyFolder, folder: Path) -> None:
    assert source.degraded is not None
    found = re.search(r"gateway policy confirm (\w{12})`", source.degraded)
    assert found
    (folder / f"confirm-{found[1]}").touch()


def settle(source: PolicyFolder) -> None:
    source.look()
    source.look()


def test_a_folder_that_is_broken_at_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyErrors):
        PolicyFolder(tmp_path, {})


def test_an_edit_takes_effect_when_the_folder_is_still(folder: Path, told: Told) -> None:
    source = PolicyFolder(folder, {}, told)
    before = source.current
    (folder / "teams.yaml").write_text(TEAM.format(22))
    source.look()
    assert source.current is before
    source.look()
    assert cost_center(source) == "22"
    assert before.teams["support"].cost_center == "1"
    assert told == [f"policy version {source.current.version} is in force"]


def test_a_file_that_is_still_being_written_is_not_loaded(folder: Path, told: Told) -> None:
    source = PolicyFolder(folder, {}, told)
    for step in range(2, 6):
        (folder / "teams.yaml").write_text("version: 1\n" + "#" * step)  # valid, and without any team
        source.look()
    (folder / "teams.yaml").write_text(TEAM.format(7))
    settle(source)
    assert cost_center(source) == "7"
    assert len(told) == 1


def test_a_change_during_the_load_is_not_taken(folder: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.policy import source as module

    source = PolicyFolder(folder, {}, told)
    load = module.load

    def load_and_edit(path: Path, environ: dict[str, str], also: Any) -> object:
        policy = load(path, environ, also)
        (folder / "teams.yaml").write_text(TEAM.format(3333))
        return policy

    (folder / "teams.yaml").write_text(TEAM.format(222))
    source.look()
    monkeypatch.setattr(module, "load", load_and_edit)
    source.look()
    assert cost_center(source) == "1"
    monkeypatch.setattr(module, "load", load)
    settle(source)
    assert cost_center(source) == "3333"


def test_a_broken_edit_changes_nothing_and_is_told_once(folder: Path, told: Told) -> None:
    source = PolicyFolder(folder, {}, told)
    before = source.current
    (folder / "teams.yaml").write_text("version: 1\nteams: {support: {modles: []}}\n")
    for _ in range(5):
        source.look()
    assert source.current is before
    assert source.degraded is not None
    assert "teams.yaml:2:" in source.degraded
    assert before.version in source.degraded
    assert len(told) == 1
    assert "did you mean 'models'?" in told[0]
    (folder / "teams.yaml").write_text(TEAM.format(1))
    settle(source)
    assert source.degraded is None
    assert source.current.version == before.version
    assert len(told) == 2


def test_a_file_added_and_one_taken_away_are_edits(folder: Path, told: Told) -> None:
    source = PolicyFolder(folder, {}, told)
    (folder / "more").mkdir()
    (folder / "more" / "teams.yaml").write_text("teams: {sales: {models: []}}\n")
    settle(source)
    assert set(source.current.teams) == {"support", "sales"}
    (folder / "more" / "teams.yaml").unlink()
    settle(source)
    confirm(source, folder)  # half of the teams: somebody has to mean it
    settle(source)
    assert set(source.current.teams) == {"support"}


def test_a_comment_is_no_news(folder: Path, told: Told) -> None:
    source = PolicyFolder(folder, {}, told)
    (folder / "teams.yaml").write_text("# who\n" + TEAM.format(1))
    settle(source)
    assert told == []


def test_the_folder_vanishing_keeps_the_policy(folder: Path, told: Told) -> None:
    source = PolicyFolder(folder, {}, told)
    (folder / "teams.yaml").unlink()
    settle(source)
    assert cost_center(source) == "1"
    assert source.degraded is not None


@pytest.mark.asyncio
async def test_the_watch_takes_edits_within_two_seconds(folder: Path) -> None:
    taken = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told(message: str) -> None:
        loop.call_soon_threadsafe(taken.set)

    source = await asyncio.to_thread(PolicyFolder, folder, {}, told)
    with own_time():
        watching = asyncio.ensure_future(source.watch())
        await asyncio.to_thread((folder / "teams.yaml").write_text, TEAM.format(22))
        async with asyncio.timeout(2):
            await taken.wait()
    assert cost_center(source) == "22"
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching


@pytest.mark.asyncio
async def test_a_look_that_goes_wrong_is_told_once_and_is_not_the_last(
    folder: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await asyncio.to_thread(PolicyFolder, folder, {}, told)
    watching = asyncio.ensure_future(source.watch(0.01))
    with monkeypatch.context() as broken:
        looks: list[None] = []

        def refused() -> None:
            looks.append(None)
            raise PermissionError(13, "Permission denied", "a secret")

        broken.setattr(source, "look", refused)
        async with asyncio.timeout(60):
            while len(looks) < 3:
                await asyncio.sleep(0.005)
        assert source.degraded is not None
        assert "cannot be looked at (PermissionError)" in source.degraded
        assert told == [source.degraded]
    await asyncio.to_thread((folder / "teams.yaml").write_text, TEAM.format(22))
    async with asyncio.timeout(60):
        while cost_center(source) != "22" or source.degraded is not None:
            await asyncio.sleep(0.005)
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching


def with_teams(folder: Path, number: int) -> None:
    teams = ", ".join(f"t{place}: {{models: []}}" for place in range(number))
    (folder / "teams.yaml").write_text(f"version: 1\nteams: {{{teams}}}\n")


def test_taking_away_a_fifth_is_an_edit_and_more_needs_a_word(folder: Path, told: Told) -> None:
    with_teams(folder, 10)
    source = PolicyFolder(folder, {}, told)
    with_teams(folder, 8)
    settle(source)
    assert len(source.current.teams) == 8
    with_teams(folder, 6)
    settle(source)
    assert len(source.current.teams) == 8
    assert source.degraded is not None
    assert "takes away 2 of 8 teams" in source.degraded
    (folder / "confirm-000000000000").touch()  # of another version
    settle(source)
    assert len(source.current.teams) == 8
    confirm(source, folder)
    settle(source)
    assert len(source.current.teams) == 6
    assert source.degraded is None


def test_keys_that_are_taken_away_need_a_word_too(folder: Path, told: Told) -> None:
    text = "version: 1\nteams: {support: {models: [], keys: {a: {tags: [x]}, b: {tags: [x]}}}}\n"
    (folder / "teams.yaml").write_text(text)
    source = PolicyFolder(folder, {}, told)
    (folder / "teams.yaml").write_text(text.replace(", b: {tags: [x]}", ""))
    settle(source)
    assert source.degraded is not None
    assert "takes away 1 of 2 keys" in source.degraded


def test_a_version_that_fails_is_benched_after_five_and_stays_so(folder: Path, told: Told) -> None:
    source = PolicyFolder(folder, {}, told)
    good = source.current
    assert source.before(good) is None
    (folder / "teams.yaml").write_text(TEAM.format(22))
    settle(source)
    bad = source.current
    for _ in range(4):
        assert source.before(bad) is good
        source.failed(bad)
        assert source.current is bad
    source.failed(bad)
    assert source.current is good
    assert source.before(bad) is good  # for a request that began before
    source.failed(bad)
    settle(source)
    assert source.current is good
    assert source.degraded is not None
    assert f"version {bad.version} failed to decide 5 requests and is benched" in source.degraded
    assert source.degraded in told
    (folder / "teams.yaml").write_text(TEAM.format(33))
    settle(source)
    assert cost_center(source) == "33"
    assert source.degraded is None


def test_a_look_that_finds_nothing_new_leaves_the_interpreter_alone(folder: Path, told: Told) -> None:
    source = PolicyFolder(folder, {}, told)
    (folder / "teams.yaml").write_text(TEAM.format(22))
    settle(source)
    frozen, interval = gc.get_freeze_count(), sys.getswitchinterval()
    for _ in range(3):
        source.look()
    assert gc.get_freeze_count() <= frozen
    assert gc.isenabled()
    assert sys.getswitchinterval() == interval >= 0.004


def test_a_version_is_prepared_before_it_is_in_force_and_one_that_cannot_be_comes_all_the_same(
    folder: Path, told: Told
) -> None:
    """What cannot be prepared cannot decide either: requests find that, and bench it; edits go on being seen."""
    source = PolicyFolder(folder, {}, told)
    prepared: list[tuple[str | None, str | None]] = []

    def prepare(policy: Policy) -> None:
        prepared.append((policy.teams["support"].cost_center, cost_center(source)))
        raise ArithmeticError

    source.prepared_by(prepare)
    (folder / "teams.yaml").write_text(TEAM.format(22))
    settle(source)
    (folder / "teams.yaml").write_text(TEAM.format(333))
    settle(source)
    assert prepared == [("1", "1"), ("22", "1"), ("333", "22")]
    assert cost_center(source) == "333"
    assert sum("cannot be prepared (ArithmeticError): requests under it fail" in line for line in told) == 3
