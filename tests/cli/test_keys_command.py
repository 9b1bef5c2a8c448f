from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from gateway.core.administration import AdminEntry
from gateway.core.virtual_key import parse
from gateway.policy.kept import PURPOSE, KeptPolicy
from gateway.policy.load import load
from gateway.settings import load_settings
from gateway.storage.administration import StoredAdminLog
from gateway.storage.directory import CHANNEL
from gateway.storage.engine import open_engine
from tests.cli.conftest import Gateway
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures


def test_a_key_is_created_listed_rotated_and_revoked(migrated: Gateway) -> None:
    created = migrated("keys", "create", "--team", "support", "--name", "bot", "--user", "ana", "--json")
    assert created.code == 0
    made = created.json
    assert parse(made["key"]).id == made["id"]
    assert (made["team"], made["name"], made["user"], made["state"]) == ("support", "bot", "ana", "live")

    rotated = migrated("keys", "rotate", made["id"], "--grace", "1h", "--json").json
    assert rotated["id"] == made["id"]
    assert rotated["key"] != made["key"]
    assert rotated["previous_secret_until"] is not None

    listed = migrated("keys", "list", "--json")
    assert [key["id"] for key in listed.json] == [made["id"]]
    assert "key" not in listed.json[0]
    for text in (made["key"], rotated["key"]):
        assert parse(text).secret not in listed.out

    revoked = migrated("keys", "revoke", made["id"])
    assert revoked.code == 0
    assert "is revoked since" in revoked.out
    assert migrated("keys", "list", "--json").json[0]["state"] == "revoked"
    again = migrated("keys", "rotate", made["id"])
    assert (again.code, again.out) == (1, "")
    assert "is revoked" in again.err


def test_a_key_for_people_is_shown_once_on_stdout(migrated: Gateway) -> None:
    created = migrated("keys", "create", "--team", "support")
    [text] = [word for word in created.out.split() if word.startswith("gwk_")]
    key = parse(text)
    assert key.env == "dev"
    assert key.secret not in created.err
    assert created.out.count(key.secret) == 1
    assert "only time" in created.err
    table = migrated("keys", "list")
    assert key.id in table.out
    assert key.secret not in table.out + table.err


def days_from_now(text: str) -> float:
    return (datetime.fromisoformat(text) - datetime.now(UTC)).total_seconds() / 86_400


def test_a_key_is_good_for_90_days_unless_told_otherwise(migrated: Gateway) -> None:
    assert days_from_now(migrated("keys", "create", "--team", "support", "--json").json["expires_at"]) == pytest.approx(
        90, abs=0.01
    )
    week = migrated("keys", "create", "--team", "support", "--expires", "7d", "--json").json
    assert days_from_now(week["expires_at"]) == pytest.approx(7, abs=0.01)
    assert migrated("keys", "create", "--team", "support", "--expires", "never", "--json").json["expires_at"] is None


def test_a_key_is_issued_for_a_team_of_the_folder_that_is_served(
    migrated: Gateway, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`serve --policies` takes a folder that no command is told of."""
    served = tmp_path_factory.mktemp("served")
    (served / "p.yaml").write_text((home / "policies" / "policy.yaml").read_text().replace("support", "research"))
    assert migrated("keys", "create", "--team", "research").code == 1
    assert load_settings(os.environ).root_key is None  # nor is an empty database begun for a team that nobody names
    assert migrated("keys", "create", "--team", "support").code == 0
    settings = load_settings(os.environ)
    KeptPolicy(settings.state_dir, settings.key_for(PURPOSE)).keep(load(served, os.environ))

    assert migrated("keys", "create", "--team", "research", "--models", "fast", "--json").json["team"] == "research"
    assert migrated("keys", "create", "--team", "support").code == 0
    missing = migrated("keys", "create", "--team", "serch")
    assert (missing.code, missing.out) == (1, "")
    (home / "policies" / "policy.yaml").write_text("version: 1\nteams: [")
    assert migrated("keys", "create", "--team", "research").code == 0
    assert migrated("keys", "create", "--team", "support").code == 1


def test_no_key_is_issued_for_a_team_that_was_removed_while_nothing_was_served(migrated: Gateway, home: Path) -> None:
    assert migrated("keys", "create", "--team", "engineering").code == 0
    settings = load_settings(os.environ)
    KeptPolicy(settings.state_dir, settings.key_for(PURPOSE)).keep(load(settings.policies, os.environ))
    file = home / "policies" / "policy.yaml"
    file.write_text(file.read_text().replace("  engineering: {models: [fast]}\n", ""))
    refused = migrated("keys", "create", "--team", "engineering")
    assert (refused.code, refused.err.rpartition("; ")[0]) == (1, "gateway: the policies name no team 'engineering'")


def test_a_key_is_confined_to_models_and_networks(migrated: Gateway) -> None:
    words = ("--models", "fast, gpu/*,fast", "--networks", "10.0.0.1,2001:DB8::/32", "--json")
    issued = migrated("keys", "create", "--team", "support", *words).json
    assert issued["models"] == ["fast", "gpu/*"]
    assert issued["networks"] == ["10.0.0.1/32", "2001:db8::/32"]
    [listed] = migrated("keys", "list", "--json").json
    assert (listed["models"], listed["networks"], listed["last_used_at"]) == (
        issued["models"],
        issued["networks"],
        None,
    )


@pytest.mark.valkey
def test_a_change_is_told_to_running_gateways(
    migrated: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    valkey_url: str,  # noqa: F811
) -> None:
    monkeypatch.setenv("GATEWAY_REDIS_URL", valkey_url)
    with redis.Redis.from_url(valkey_url) as client, client.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(CHANNEL)
        heard.get_message(timeout=5)
        issued = migrated("keys", "create", "--team", "support", "--json").json
        for _ in range(2):
            migrated("keys", "rotate", issued["id"])
        migrated("keys", "revoke", issued["id"])
        told = [message["data"].decode() for _ in range(4) if (message := heard.get_message(timeout=5))]
        assert told == [issued["id"]] * 4
        assert heard.get_message(timeout=0.1) is None


def test_changes_at_the_machine_are_recorded_without_secrets(migrated: Gateway, database_url: str) -> None:
    issued = migrated("keys", "create", "--team", "support", "--name", "bot", "--json").json
    rotated = migrated("keys", "rotate", issued["id"], "--json").json
    migrated("keys", "revoke", issued["id"])
    migrated("keys", "rotate", issued["id"])  # dead: refused, and nothing done

    async def recorded() -> list[AdminEntry]:
        engine = open_engine(database_url)
        try:
            return await StoredAdminLog(engine).newest(10)
        finally:
            await engine.dispose()

    entries = asyncio.run(recorded())[::-1]
    assert [(entry.action, entry.proof, entry.team) for entry in entries] == [
        ("key.issue", "command", "support"),
        ("key.rotate", "command", "support"),
        ("key.revoke", "command", "support"),
    ]
    assert [entry.object for entry in entries] == [issued["id"]] * 3
    assert entries[2].before is not None
    assert entries[2].before["state"] == "live"
    assert entries[0].after == {
        "name": "bot",
        "user": None,
        "models": None,
        "networks": None,
        "expires_at": issued["expires_at"],
    }
    for secret in (issued["key"], rotated["key"]):
        assert parse(secret).secret not in repr(
            [entry.before for entry in entries] + [entry.after for entry in entries]
        )


def test_a_redis_that_is_down_hinders_no_revocation(migrated: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_REDIS_URL", "redis://127.0.0.1:1")
    issued = migrated("keys", "create", "--team", "support", "--json").json
    revoked = migrated("keys", "revoke", issued["id"], "--json")
    assert revoked.code == 0
    assert revoked.json["state"] == "revoked"
    assert "within seconds" in revoked.err


@pytest.mark.valkey
def test_a_redis_that_refuses_to_pass_it_on_keeps_no_key_from_whom_it_was_made_for(
    migrated: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    valkey_url: str,  # noqa: F811
) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        client.execute_command("ACL", "SETUSER", "quiet", "on", "nopass", "~*", "+ping", "+info")
        try:
            monkeypatch.setenv("GATEWAY_REDIS_URL", valkey_url.replace("redis://", "redis://quiet:any@"))
            issued = migrated("keys", "create", "--team", "support", "--json")
        finally:
            client.execute_command("ACL", "DELUSER", "quiet")
    assert parse(issued.json["key"]).id == issued.json["id"]
    assert "within seconds" in issued.err


def test_a_team_that_no_policy_names_gets_no_key_and_a_suggestion(migrated: Gateway) -> None:
    refused = migrated("keys", "create", "--team", "suport")
    assert (refused.code, refused.out) == (1, "")
    assert "did you mean 'support'?" in refused.err
    far = migrated("keys", "create", "--team", "zzz")
    assert far.code == 1
    assert "engineering, support" in far.err
    assert migrated("keys", "list", "--json").json == []


def test_keys_are_listed_by_team(migrated: Gateway) -> None:
    made = {
        team: migrated("keys", "create", "--team", team, "--json").json["id"] for team in ("support", "engineering")
    }
    assert [key["id"] for key in migrated("keys", "list", "--team", "support", "--json").json] == [made["support"]]
    assert migrated("keys", "list", "--team", "nobody", "--json").json == []


def test_a_key_found_where_it_should_not_be_is_revoked_by_its_whole_text(migrated: Gateway) -> None:
    made = migrated("keys", "create", "--team", "support", "--json").json
    revoked = migrated("keys", "revoke", made["key"], "--json")
    assert revoked.json["state"] == "revoked"
    assert parse(made["key"]).secret not in revoked.out + revoked.err


@pytest.mark.parametrize("command", ["revoke", "rotate"])
def test_an_id_that_nobody_has_is_a_negative_answer(migrated: Gateway, command: str) -> None:
    refused = migrated("keys", command, "0123456789")
    assert (refused.code, refused.out) == (1, "")
    assert "0123456789" in refused.err


@pytest.mark.parametrize(
    "words",
    [
        ["keys", "create"],
        ["keys", "create", "--team", ""],
        ["keys", "create", "--team", "support", "--expires", "90"],
        ["keys", "create", "--team", "support", "--expires", "0d"],
        ["keys", "create", "--team", "support", "--expires", "9999999d"],
        ["keys", "create", "--team", "support", "--name", "a\nb"],
        ["keys", "create", "--team", "support", "--name", "x" * 256],
        ["keys", "create", "--team", "support", "--models", " ,"],
        ["keys", "create", "--team", "support", "--networks", "10.0.0.1/8"],
        ["keys", "rotate", "0123456789", "--grace", "25h"],
        ["keys", "rotate", "0123456789", "--grace", "-1h"],
        ["keys", "revoke", "short"],
        ["keys", "revoke", "' OR '1'='1"],
        ["keys"],
        [],
        ["frobnicate"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_code_2_and_changes_nothing(gateway: Gateway, home: Path, words: list[str]) -> None:
    refused = gateway(*words)
    assert (refused.code, refused.out) == (2, "")
    assert "usage: gateway" in refused.err
    assert not (home / ".gateway").exists()


def test_names_that_would_steer_a_terminal_are_escaped(gateway: Gateway, home: Path) -> None:
    """Should one get into the database past the command."""
    import asyncio

    from gateway.storage.engine import open_engine
    from gateway.storage.keys import KeyIssuer

    assert gateway("migrate").code == 0

    async def smuggle() -> None:
        engine = open_engine(f"sqlite+aiosqlite:///{home}/.gateway/gateway.db")
        await KeyIssuer(engine, bytes(32), "dev").create(team="a", name="\x1b[2J\nroot", now=0)
        await engine.dispose()

    asyncio.run(smuggle())
    table = gateway("keys", "list").out
    assert "\x1b" not in table
    assert "\\x1b[2J\\nroot" in table
    assert len(table.splitlines()) == 2


def test_a_database_that_is_not_migrated_is_a_matter_of_configuration(gateway: Gateway) -> None:
    refused = gateway("keys", "list")
    assert (refused.code, refused.out) == (78, "")
    assert refused.err.startswith("gateway: GATEWAY_DATABASE_URL: ")
    assert "gateway migrate" in refused.err
    assert len(refused.err.splitlines()) == 1


def test_a_database_that_is_not_there_is_named_by_its_setting_and_not_quoted(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql+asyncpg://u:hunter2@127.0.0.1:1/x")
    for words in (["keys", "list"], ["migrate"]):
        refused = gateway(*words)
        assert refused.code == 78
        assert "GATEWAY_DATABASE_URL" in refused.err
        assert "hunter2" not in refused.err


def test_a_broken_policy_issues_no_key(migrated: Gateway, home: Path) -> None:
    (home / "policies" / "policy.yaml").write_text("versoin: 1\n")
    refused = migrated("keys", "create", "--team", "support")
    assert refused.code == 78
    assert "GATEWAY_POLICIES" in refused.err
    assert "policy.yaml:1:1" in refused.err


def test_a_setting_that_does_not_exist_is_code_78(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_DATBASE_URL", "x")
    for words in (["keys", "list"], ["migrate"], ["doctor"]):
        refused = gateway(*words)
        assert refused.code == 78
        assert "GATEWAY_DATBASE_URL" in refused.out + refused.err


@pytest.mark.parametrize(
    ("models", "told"),
    [
        ("fsat", "team 'support' may not use a model 'fsat'; did you mean 'fast'?"),
        ("fast,gpu/m", "team 'support' may not use a model 'gpu/m'; there are: fast"),
        ("fast/m", "team 'support' may not use a model 'fast/m'"),
    ],
)
def test_a_key_for_models_that_its_team_may_not_use_is_refused(migrated: Gateway, models: str, told: str) -> None:
    refused = migrated("keys", "create", "--team", "support", "--models", models)
    assert (refused.code, refused.out) == (1, "")
    assert told in refused.err
    assert migrated("keys", "list", "--json").json == []
    assert migrated("keys", "create", "--team", "support", "--models", "fast,f*", "--json").json["models"] == [
        "fast",
        "f*",
    ]
