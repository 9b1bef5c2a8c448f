"""Folders as others make them: mounted volumes with folders in them, links that lead back."""

from __future__ import annotations

from pathlib import Path

from gateway.policy.load import load_policy
from gateway.policy.source import PolicyFolder

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
