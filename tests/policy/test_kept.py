"""The policy kept on disk: what a gateway with a broken folder starts with, and nobody else's."""

from __future__ import annotations

import asyncio
import stat
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway import serve as serving
from gateway.app import Application
from gateway.cli.serve import serve
from gateway.policy import source
from gateway.policy.complaints import PolicyErrors
from gateway.policy.kept import FILE_NAME, KeptPolicy
from gateway.policy.load import load
from gateway.policy.source import PolicyFolder
from gateway.serve import checked_policies
from gateway.settings import ConfigurationError, Settings, load_settings, with_root_key

TEXT = """\
version: 1
providers:
  eu: {kind: local, engine: vllm, base_url: http://eu/v1, region: eu}
  paid: {kind: mistral, base_url: http://m, region: eu, api_key: sk-written-out}
  named: {kind: mistral, base_url: http://m, region: eu, api_key: ${SOME_KEY}}
models: {fast: {targets: [{provider: eu, model: m}, {provider: paid, model: m}]}}
teams: {support: {models: [fast], cost_center: "0471"}}
"""
ENVIRON = {"SOME_KEY": "sk-from-outside"}
KEY = b"k" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "p.yaml").write_text(TEXT)
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> KeptPolicy:
    return KeptPolicy(tmp_path / "state", KEY)


def test_what_is_kept_comes_back_with_its_places(folder: Path, kept: KeptPolicy) -> None:
    loaded = load(folder, ENVIRON)
    kept.keep(loaded)
    recalled = kept.recall(folder, ENVIRON)
    assert recalled is not None
    assert recalled.policy.teams == loaded.policy.teams
    assert recalled.policy.providers["named"].api_key == loaded.policy.providers["named"].api_key
    with recalled.reading() as reading:
        assert reading.mark(("teams", "support", "cost_center")).line == 7


def test_places_that_were_given_up_are_read_again(folder: Path) -> None:
    (folder / "more.yaml").write_text("teams: {other: {models: [fast]}}\n")
    loaded, whole = load(folder, ENVIRON), load(folder, ENVIRON)
    loaded.give_up_reading()
    with loaded.reading() as again, whole.reading() as first:
        assert again.tree == first.tree
        assert again.mark(("models", "fast")) == first.mark(("models", "fast"))
    with loaded.reading("other") as again:
        assert list(again.tree["teams"]) == ["other"]
        assert again.mark(("teams", "other", "models")).file.endswith("more.yaml")


def test_what_is_kept_decides_as_it_did_and_no_secret_is_to_be_read(
    folder: Path, kept: KeptPolicy, tmp_path: Path
) -> None:
    loaded = load(folder, ENVIRON)
    kept.keep(loaded)
    written = (tmp_path / "state" / FILE_NAME).read_bytes()
    assert b"sk-" not in written
    assert b"support" not in written
    recalled = kept.recall(folder, ENVIRON)
    assert recalled is not None
    assert recalled.policy.version == loaded.policy.version
    assert recalled.policy.providers["paid"].api_key == loaded.policy.providers["paid"].api_key
    assert not recalled.policy.disabled


def test_the_file_is_for_its_owner_alone(folder: Path, kept: KeptPolicy, tmp_path: Path) -> None:
    kept.keep(load(folder, ENVIRON))
    assert stat.S_IMODE((tmp_path / "state" / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "state").iterdir()] == [FILE_NAME]


def test_what_was_altered_cut_or_sealed_by_another_is_nothing(folder: Path, kept: KeptPolicy, tmp_path: Path) -> None:
    file = tmp_path / "state" / FILE_NAME
    assert kept.recall(folder, ENVIRON) is None
    kept.keep(load(folder, ENVIRON))
    whole = file.read_bytes()
    assert KeptPolicy(tmp_path / "state", b"x" * 32).recall(folder, ENVIRON) is None
    for wrong in (b"", whole[:40], whole[:-1], whole[:50] + bytes([whole[50] ^ 1]) + whole[51:]):
        file.write_bytes(wrong)
        assert kept.recall(folder, ENVIRON) is None


def test_a_start_with_a_broken_folder_works_degraded(folder: Path, kept: KeptPolicy) -> None:
    good = PolicyFolder(folder, ENVIRON, [].append, kept)
    (folder / "p.yaml").write_text(TEXT.replace("models: [fast]", "modles: [fast]"))
    told: list[str] = []
    started = PolicyFolder(folder, ENVIRON, told.append, kept)
    assert started.current.teams == good.current.teams
    assert started.degraded is not None
    assert "p.yaml:7:19: unknown key 'modles'" in started.degraded
    assert len(told) == 1
    (folder / "p.yaml").write_text(TEXT.replace("0471", "0472"))
    started.look()
    started.look()
    assert started.degraded is None
    assert started.current.teams["support"].cost_center == "0472"


def test_what_is_as_it_was_kept_is_read_once(folder: Path, kept: KeptPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading thousands of teams a second time takes a second and two hundred megabytes."""
    recalled: list[object] = []
    recall = KeptPolicy.recall
    monkeypatch.setattr(KeptPolicy, "recall", lambda *given: [recalled.append(given), recall(*given)][1])
    PolicyFolder(folder, ENVIRON, [].append, kept)
    recalled.clear()
    PolicyFolder(folder, ENVIRON, [].append, kept)
    assert not recalled


def test_a_server_without_other_workers_serves_by_what_was_checked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-from-outside")
    monkeypatch.setenv("GATEWAY_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("GATEWAY_POLICIES", str(folder))
    served: list[object] = []
    read = 0
    load = source.load

    def counted(*given: Any) -> Any:
        nonlocal read
        read += 1
        return load(*given)

    async def done(settings: Settings, work: Any) -> Settings | None:
        return await asyncio.to_thread(with_root_key, settings) if work is serving.with_key_of else None

    monkeypatch.setattr(source, "load", counted)
    monkeypatch.setattr(serving, "on_database", done)
    monkeypatch.setattr(serving, "run", lambda application, *_: served.append(application))
    for workers in (1, 2):
        serve(Namespace(policies=None, admin_host=None, host="127.0.0.1", port=0, workers=workers))
    alone, several = served
    assert isinstance(alone, Application)
    assert alone._policies()
    assert read == 2
    assert several == "gateway.serve:one_of_several"


def test_without_one_a_broken_folder_is_refused(folder: Path, kept: KeptPolicy) -> None:
    (folder / "p.yaml").write_text("versoin: 1\n")
    with pytest.raises(PolicyErrors):
        PolicyFolder(folder, ENVIRON, [].append, kept)


def test_a_restart_is_no_way_around_a_confirmation(folder: Path, kept: KeptPolicy) -> None:
    PolicyFolder(folder, ENVIRON, [].append, kept)
    (folder / "p.yaml").write_text(TEXT.partition("teams:")[0])
    started = PolicyFolder(folder, ENVIRON, [].append, kept)
    assert set(started.current.teams) == {"support"}
    assert started.degraded is not None
    assert "takes away 1 of 1 teams" in started.degraded


def test_serving_starts_with_what_was_kept_and_not_without(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-from-outside")
    environ = {"GATEWAY_STATE_DIR": str(tmp_path / "state"), "GATEWAY_POLICIES": str(folder)}
    settings = with_root_key(load_settings(environ))
    (folder / "p.yaml").write_text("versoin: 1\n")
    refused = pytest.raises(ConfigurationError, match=r"GATEWAY_POLICIES: .*p\.yaml:1:1: unknown key 'versoin'")
    with capture_logs() as lines, refused:
        checked_policies(settings)
    assert not lines  # the error is the one line that is told
    (folder / "p.yaml").write_text(TEXT)
    checked_policies(settings)
    (folder / "p.yaml").write_text("versoin: 1\n")
    with capture_logs() as lines:
        checked_policies(settings)
    assert [line["event"] for line in lines] == ["policy_refused"] * 2
    assert "stays in force" in lines[0]["why"]
    assert lines[1]["why"].endswith("p.yaml:1:1: unknown key 'versoin'; did you mean 'version'?")
