from __future__ import annotations

from pathlib import Path

import trustme

from gateway.policy.source import PolicyFolder
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
    assert f"version {old} is in force again\n" in gateway("policy", "rollback").out
    assert version_of(gateway, "policies") == old


def test_each_rollback_goes_one_version_further_back(gateway: Gateway, home: Path) -> None:
    text = (home / "policies" / "policy.yaml").read_text()
    versions = [version_of(gateway, "policies")]
    for name in ("second", "third", "fourth"):
        (home / name).mkdir()
        (home / name / "policy.yaml").write_text(text + f"  {name}: {{models: [fast]}}\n")
        assert gateway("policy", "rollout", name, "--all", "--confirmed").code == 0
        versions.append(version_of(gateway, "policies"))
    first, second, third, fourth = versions
    told = gateway("policy", "rollback").out
    assert told.splitlines()[:2] == [f"version {third} is in force again", f"before it: {second}, {first}"]
    assert version_of(gateway, "policies") == third
    assert gateway("policy", "rollback", "--json").json == {
        "version": second, "state": "in force again", "earlier": [first]
    }  # fmt: skip
    assert "nothing earlier is kept" in gateway("policy", "rollback").out
    assert version_of(gateway, "policies") == first
    nothing = gateway("policy", "rollback")
    assert (nothing.code, nothing.out) == (1, "")
    assert "nothing earlier is kept: `gateway policy rollout`" in nothing.err
    assert version_of(gateway, "policies") == first
    undone = gateway("policy", "rollout", "policies/.withdrawn", "--all", "--confirmed")
    assert undone.code == 0, "a rollback too many is undone"
    assert version_of(gateway, "policies") == second
    assert fourth not in {first, second, third}


def test_a_version_that_is_rolled_out_twice_is_one_step_back(gateway: Gateway, home: Path) -> None:
    old = version_of(gateway, "policies")
    (home / "new").mkdir()
    text = (home / "policies" / "policy.yaml").read_text()
    (home / "new" / "policy.yaml").write_text(text + "  sales: {models: [fast]}\n")
    for _ in range(2):
        assert gateway("policy", "rollout", "new", "--all", "--confirmed").code == 0
    assert gateway("policy", "rollback", "--json").json["version"] == old


def test_the_latest_ten_versions_are_kept_to_go_back_to(gateway: Gateway, home: Path) -> None:
    text = (home / "policies" / "policy.yaml").read_text()
    versions = [version_of(gateway, "policies")]
    (home / "new").mkdir()
    for number in range(12):
        (home / "new" / "policy.yaml").write_text(text + f"  team{number}: {{models: [fast]}}\n")
        assert gateway("policy", "rollout", "new", "--all", "--confirmed").code == 0
        versions.append(version_of(gateway, "policies"))
    told = gateway("policy", "rollback", "--json").json
    assert [told["version"], *told["earlier"]] == versions[-2:-12:-1]


def test_a_folder_that_did_not_load_is_nothing_to_go_back_to(gateway: Gateway, home: Path) -> None:
    text = (home / "policies" / "policy.yaml").read_text()
    old = version_of(gateway, "policies")
    for name in ("second", "third"):
        (home / name).mkdir()
        (home / name / "policy.yaml").write_text(text + f"  {name}: {{models: [fast]}}\n")
    assert gateway("policy", "rollout", "second", "--all", "--confirmed").code == 0
    (home / "policies" / "policy.yaml").write_text("versoin: 1\n")
    assert gateway("policy", "rollout", "third", "--all", "--confirmed").code == 0
    assert (home / "policies" / ".withdrawn" / "policy.yaml").read_text() == "versoin: 1\n"
    assert gateway("policy", "rollback", "--json").json["version"] == old


def test_a_share_is_not_all(gateway: Gateway, home: Path) -> None:
    (home / "new").mkdir()
    told = gateway("policy", "rollout", "new", "--all", "--share", "5")
    assert (told.code, told.err) == (2, "gateway: say one of --share and --all\n")


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


def test_without_a_version_on_trial_one_has_to_be_named(gateway: Gateway) -> None:
    told = gateway("policy", "rollout", "--all")
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(
        "policies has no version on trial: name the folder of one, as in `gateway policy rollout"
    )


def test_certificates_stay_where_they_are_while_versions_come_and_go(gateway: Gateway, home: Path) -> None:
    """Names of files count from the folder in force: else a trial that the command accepts cannot be loaded, and a
    version that came back would lack its certificate.
    """
    policies = home / "policies"
    text = (
        (policies / "policy.yaml").read_text().replace("engine: vllm}", "engine: vllm, ca_file: certificates/ca.pem}")
    )
    (policies / "certificates").mkdir()
    trustme.CA().cert_pem.write_to_path(str(policies / "certificates" / "ca.pem"))
    (policies / "policy.yaml").write_text(text)
    (home / "new").mkdir()
    (home / "new" / "policy.yaml").write_text(text.replace("support: {models: [fast]}", "support: {models: ['*']}"))
    source = PolicyFolder(policies, {}, lambda _: None)
    old = source.current.version

    assert gateway("policy", "rollout", "new", "--share", "10").code == 0
    source.look()
    source.look()
    assert source.degraded is None
    assert source.trial is not None
    new = source.trial.policy.version
    told = gateway("policy", "rollout", "--all", "--json")
    assert (told.code, told.json["version"], version_of(gateway, "policies")) == (0, new, new)
    assert gateway("policy", "rollback").out.startswith(f"version {old} is in force again\n")
    assert version_of(gateway, "policies") == old

    (policies / "certificates" / "ca.pem").unlink()
    refused = gateway("policy", "rollout", "new")
    assert (refused.code, "names count from the folder of policies in force" in refused.err) == (1, True)
