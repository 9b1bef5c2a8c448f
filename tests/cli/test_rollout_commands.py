from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Gateway


def version_of(gateway: Gateway, folder: str) -> str:
    return str(gateway("policy", "check", folder, "--json").json["version"])


def test_a_version_goes_step_by_step_and_back_in_one(gateway: Gateway, home: Path) -> None:
    (home / "new").mkdir()
    text = (home / "policies" / "policy.yaml").read_text()
    (home / "new" / "policy.yaml").write_text(text.replace("support: {models: [fast]}", "support: {models: ['*']}"))
    old, new = version_of(gateway, "policies"), version_of(gateway, "new")
    assert old != new
    assert gateway("policy", "rollback").code == 1
    assert gateway("policy", "rollout", "new").out == f"version {new} is on trial as a shadow\n"
    assert (home / "policies" / ".next" / "rollout").read_text() == "shadow\n"
    assert gateway("policy", "rollout", "--share", "10").out == f"version {new} is on trial for 10% of the keys\n"
    assert (home / "policies" / ".next" / "rollout").read_text() == "10%\n"
    assert version_of(gateway, "policies") == old
    assert gateway("policy", "rollback", "--json").json["version"] is None
    assert not (home / "policies" / ".next").exists()
    assert gateway("policy", "rollout", "new", "--all").out == f"version {new} is in force\n"
    assert version_of(gateway, "policies") == new
    assert gateway("policy", "rollback").out == f"version {old} is in force again\n"
    assert version_of(gateway, "policies") == old


def test_what_is_wrong_with_a_version_is_told(gateway: Gateway, home: Path) -> None:
    (home / "new").mkdir()
    (home / "new" / "policy.yaml").write_text("versoin: 1\n")
    told = gateway("policy", "rollout", "new", "--all")
    assert told.code == 1
    assert "unknown key 'versoin'" in told.err
    (home / "new" / "policy.yaml").write_text("version: 1\n")
    told = gateway("policy", "rollout", "new", "--all")
    assert told.code == 1
    assert "takes away 2 of 2 teams; if that is meant, add --confirmed" in told.err
    assert gateway("policy", "rollout", "new", "--all", "--confirmed").code == 0


def test_a_great_deletion_is_confirmed_by_its_version(gateway: Gateway, home: Path) -> None:
    (home / "policies" / "policy.yaml").write_text("version: 1\n")
    version = version_of(gateway, "policies")
    assert gateway("policy", "confirm", "0" * 12).code == 1
    assert gateway("policy", "confirm", version).code == 0
    assert (home / "policies" / f"confirm-{version}").exists()
