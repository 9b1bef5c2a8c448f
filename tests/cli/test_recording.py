"""What commands leave in the administrators' log, and under whose name."""

from __future__ import annotations

import asyncio
import os
import pwd
import time
from pathlib import Path

import pytest

from gateway.core.administration import AdminEntry
from gateway.core.anomaly import Restriction
from gateway.storage.administration import StoredAdminLog
from gateway.storage.anomalies import AnomalyBooks
from gateway.storage.engine import open_engine
from tests.cli.conftest import Gateway

pytest_plugins = ["tests.support.databases"]

WHO = pwd.getpwuid(os.getuid()).pw_name


async def recorded(url: str) -> list[AdminEntry]:
    engine = open_engine(url)
    try:
        return await StoredAdminLog(engine).newest(10)
    finally:
        await engine.dispose()


def test_who_acts_is_the_machines_word_and_not_the_environments(
    migrated: Gateway, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "mallory")
    key = migrated("keys", "create", "--team", "support", "--json").json["id"]
    assert migrated("keys", "revoke", key).code == 0
    assert {entry.actor for entry in asyncio.run(recorded(database_url))} == {WHO}


def test_a_key_that_is_let_go_on_leaves_a_trace(migrated: Gateway, database_url: str) -> None:
    """It was stopped since it behaved as a stolen one: whoever lifts that answers for it."""
    key = migrated("keys", "create", "--team", "support", "--json").json["id"]
    now = time.time()
    found = Restriction(
        key_id=key, team="support", since=now - 60, until=now + 3600, grade="suspend", evidence=("volume: 900 calls",)
    )

    async def restrict() -> None:
        engine = open_engine(database_url)
        assert await AnomalyBooks(engine).restrict(found, now)
        await engine.dispose()

    asyncio.run(restrict())
    released = migrated("keys", "release", key, "--json")
    assert (released.code, released.json) == (0, {"id": key, "released": True})
    newest = asyncio.run(recorded(database_url))[0]
    assert (newest.action, newest.object, newest.team, newest.actor) == ("key.release", key, "support", WHO)
    assert newest.before is not None
    assert (newest.before["grade"], newest.before["evidence"]) == ("suspend", ["volume: 900 calls"])
    again = migrated("keys", "release", key)
    assert (again.code, again.out) == (1, "")
    assert f"nothing restricts the key {key}" in again.err
    assert len(asyncio.run(recorded(database_url))) == 2, "what was not done is not recorded"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("search", "--since", "99999999999d"), "must not be before 1970"),
        (("search", "--until", "0001-01-01"), "must not be before 1970"),
        (("reveal", "--place", "9" * 23, "--ticket", "t", "--reason", "r"), "must be a record's place"),
        (("prove", "--place=-1"), "must be a record's place"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_numbers_that_no_database_holds_are_wrong_usage(gateway: Gateway, words: tuple[str, ...], told: str) -> None:
    refused = gateway("audit", *words)
    assert (refused.code, refused.out) == (2, "")
    assert told in refused.err


@pytest.mark.parametrize("limit", ["0", "-3", "1.5", "9999999999", "all"])
def test_a_search_for_no_records_is_wrong_usage(gateway: Gateway, limit: str) -> None:
    refused = gateway("audit", "search", f"--limit={limit}")
    assert (refused.code, refused.out) == (2, "")
    assert "must be a whole number, 1 or more" in refused.err


def test_rollouts_and_rollbacks_leave_what_was_and_what_is(migrated: Gateway, home: Path, database_url: str) -> None:
    text = (home / "policies" / "policy.yaml").read_text()
    (home / "new").mkdir()
    (home / "new" / "policy.yaml").write_text(text + "  sales: {models: [fast]}\n")
    old, new = (migrated("policy", "check", folder, "--json").json["version"] for folder in ("policies", "new"))
    for words in (("rollout", "new", "--share", "10"), ("rollout", "--all"), ("rollback",), ("confirm", old)):
        assert migrated("policy", *words).code == 0
    shown = [
        (entry.action, entry.object, entry.before, entry.after)
        for entry in reversed(asyncio.run(recorded(database_url)))
    ]
    trial = {"version": new, "share": 10}
    assert shown == [
        ("policy.rollout", old, {"version": old, "trial": None}, {"version": old, "trial": trial}),
        ("policy.rollout", old, {"version": old, "trial": trial}, {"version": new, "trial": None, "confirmed": False}),
        ("policy.rollback", new, {"version": new, "trial": None}, {"version": old, "trial": None}),
        ("policy.confirm", old, None, {"confirmed": old}),
    ]
    (home / "new" / "policy.yaml").write_text("version: 1\n")
    assert migrated("policy", "rollout", "new", "--all").code == 1
    newest = asyncio.run(recorded(database_url))[0]
    assert (newest.action, newest.outcome, newest.actor) == ("policy.rollout", "failed", WHO)


def test_a_rollback_is_not_kept_from_anybody_by_a_log_that_takes_nothing(
    gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (home / "policies" / "policy.yaml").read_text()
    (home / "new").mkdir()
    (home / "new" / "policy.yaml").write_text(text + "  sales: {models: [fast]}\n")
    put = gateway("policy", "rollout", "new", "--all")
    assert (put.code, put.err) == (0, "gateway: this is not in the administrators' log: there is no database\n")
    assert not (home / ".gateway").exists(), "nothing is made on a machine that has no gateway"
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql+asyncpg://gateway:geheim@127.0.0.1:1/gateway")
    back = gateway("policy", "rollback")
    assert back.code == 0
    assert "log: PostgreSQL at 127.0.0.1:1/gateway does not answer" in back.err
    assert "geheim" not in back.err
