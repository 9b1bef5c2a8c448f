"""Folders as others make them: mounted volumes with folders in them, links that lead back, files that are renewed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import trustme

from gateway.policy.load import load_policy
from gateway.policy.source import MOST_FAILURES, PolicyFolder
from gateway.providers.registry import ProviderRegistry

TEAM = 'version: 1\nteams: {{support: {{models: ["*"], cost_center: "{}"}}}}\n'
SALES = 'teams: {{sales: {{models: ["*"], cost_center: "{}"}}}}\n'


def mount(volume: Path, number: int) -> None:
    """As Kubernetes does it with a file in a folder: it links the folder, and turns `..data` over."""
    fresh = volume / f"..2026_{number}"
    (fresh / "teams").mkdir(parents=True)
    (fresh / "top.yaml").write_text(TEAM.format(number))
    (fresh / "teams" / "sales.yaml").write_text(SALES.format(number))
    link = volume / "..data_tmp"
    link.symlink_to(fresh.name)
    link.replace(volume / "..data")
    for name in ("top.yaml", "teams"):
        if not (volume / name).is_symlink():
            (volume / name).symlink_to(f"..data/{name}")


def test_a_folder_in_a_mounted_volume_is_read_and_turned_over_with_it(tmp_path: Path) -> None:
    mount(tmp_path, 1)
    source = PolicyFolder(tmp_path, {}, lambda _: None)
    assert {team.cost_center for team in source.current.teams.values()} == {"1"}
    assert set(source.current.teams) == {"support", "sales"}
    mount(tmp_path, 2)
    source.look()
    source.look()
    assert [team.cost_center for team in source.current.teams.values()] == ["2", "2"]


def test_links_that_lead_back_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(TEAM.format(1))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "sales.yaml").write_text(SALES.format(1))
    (tmp_path / "more" / "up").symlink_to("..")
    (tmp_path / "itself").symlink_to(".")
    (tmp_path / "the_same").symlink_to("more")
    (tmp_path / "nowhere").symlink_to("absent")
    assert set(load_policy(tmp_path, {}).teams) == {"support", "sales"}


WITH_FILES = """\
version: 1
providers:
  claude: {kind: anthropic, base_url: "https://claude.example", api_key: "${CLAUDE}", region: us, ca_file: ca.pem}
models: {fast: {targets: [{provider: claude, model: m}]}}
teams: {support: {models: [fast], cost_center: "1"}}
"""


def settle(source: PolicyFolder) -> None:
    source.look()
    source.look()


@pytest.fixture
def with_files(tmp_path: Path) -> tuple[PolicyFolder, Path, list[str]]:
    folder, told = tmp_path / "policies", list[str]()
    folder.mkdir()
    (folder / "policy.yaml").write_text(WITH_FILES)
    trustme.CA().cert_pem.write_to_path(str(folder / "ca.pem"))
    (tmp_path / "key").write_text("first\n")
    return PolicyFolder(folder, {"CLAUDE_FILE": str(tmp_path / "key")}, told.append), tmp_path, told


def key_of(source: PolicyFolder) -> str | None:
    key = source.current.providers["claude"].api_key
    return key.reveal() if key is not None else None


def test_a_credential_that_is_renewed_in_its_file_is_used(with_files: tuple[PolicyFolder, Path, list[str]]) -> None:
    """As mounted secrets are: nobody edits the policy for it, and its version stays."""
    source, home, told = with_files
    version = source.current.version
    (home / "key").write_text("second\n")
    settle(source)
    assert (key_of(source), source.current.version, told) == ("second", version, [])
    (home / "key").unlink()
    settle(source)
    assert (key_of(source), source.degraded is not None) == ("second", True)
    (home / "key").write_text("third\n")
    settle(source)
    assert (key_of(source), source.degraded) == ("third", None)


@pytest.mark.asyncio
async def test_a_certificate_that_is_renewed_under_its_name_is_used(
    with_files: tuple[PolicyFolder, Path, list[str]],
) -> None:
    """As cert-manager does it. Half of it changes nothing, and is told."""
    source, home, _ = with_files
    registry = ProviderRegistry()

    def pool() -> object:
        provider = registry.provider(source.current, "claude")
        assert provider is not None
        return registry.upstream(provider)

    before, version = pool(), source.current.version
    (home / "policies" / "ca.pem").write_text("half of a certifi")
    await asyncio.to_thread(settle, source)
    assert "TLS does not take ca_file" in (source.degraded or "")
    assert pool() is before
    trustme.CA().cert_pem.write_to_path(str(home / "policies" / "ca.pem"))
    await asyncio.to_thread(settle, source)
    assert (source.degraded, source.current.version) == (None, version)
    assert pool() is not before
    (home / "policies" / "policy.yaml").write_text(WITH_FILES.replace('"1"', '"2"'))
    now = pool()
    await asyncio.to_thread(settle, source)
    assert pool() is now, "an edit that changes nothing of the account keeps its connections"
    await registry.close()


def test_a_version_that_was_benched_does_not_come_back_with_a_renewed_key(
    with_files: tuple[PolicyFolder, Path, list[str]],
) -> None:
    source, home, _ = with_files
    good = source.current.version
    (home / "policies" / "policy.yaml").write_text(WITH_FILES.replace('"1"', '"2"'))
    settle(source)
    bad = source.current
    assert bad.version != good
    for _ in range(MOST_FAILURES):
        source.failed(bad)
    (home / "key").write_text("second\n")
    settle(source)
    assert source.current.version == good
    assert "is benched" in (source.degraded or "")
    (home / "policies" / "policy.yaml").write_text(WITH_FILES.replace('"1"', '"2"') + "\n")
    settle(source)
    assert source.current.version == bad.version


def test_a_version_on_trial_hears_of_renewed_keys_too(with_files: tuple[PolicyFolder, Path, list[str]]) -> None:
    source, home, _ = with_files
    ready = home / "policies" / ".next"
    ready.mkdir()
    (ready / "policy.yaml").write_text(WITH_FILES.replace(", ca_file: ca.pem", "").replace('"1"', '"2"'))
    (ready / "rollout").write_text("50%")
    settle(source)
    (home / "key").write_text("second\n")
    settle(source)
    assert source.trial is not None
    key = source.trial.policy.providers["claude"].api_key
    assert key is not None
    assert key.reveal() == "second"
