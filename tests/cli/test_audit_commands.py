"""`gateway audit …` on real databases: as compliance uses it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from gateway.audit.chain import proves_inclusion
from gateway.audit.checkpoint import VerifyKey
from gateway.audit.keys import keeper_of, log_keys, pseudonyms
from gateway.audit.record import VERSION, Header
from gateway.audit.seal import Content
from gateway.audit.sequencer import put_into_log
from gateway.audit.session import AuditSession
from gateway.audit.writer import DAY, THE_GATEWAY, Shipment, Writer, day_of
from gateway.cli import audit_session
from gateway.core.ports import Record, UsageRow
from gateway.core.reporting import Reporting
from gateway.settings import Settings, load_settings, with_root_key
from gateway.storage.audit_holds import AuditHolds
from gateway.storage.engine import open_engine
from gateway.storage.usage import encoded, insert_usage
from tests.cli.conftest import Gateway, Outcome
from tests.support.anchor_places import KEY, SECRET, ObjectStore, in_a_thread
from tests.support.running import TEST_ROOT_KEY
from tests.support.waiting import until
from tests.support.warm import WarmProcess

NOW = time.time()
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what the database takes no part in."""
TODAY = day_of(NOW)


async def recorded(calls: list[tuple[str, str, str, float]]) -> None:
    """(team, person, what was said, when): a request and its outcome each, by a writer of their own."""
    settings = with_root_key(load_settings(os.environ))
    engine = open_engine(settings.database_url.reveal())
    shipments = [shipment for call in calls for shipment in a_call(settings, *call)]
    async with engine.begin() as connection:
        await put_into_log(connection, shipments, log_keys(settings), NOW)
    await engine.dispose()


def a_call(settings: Settings, team: str, person: str, said: str, at: float) -> list[Shipment]:
    writer = Writer(keeper_of(settings), pseudonyms(settings))
    writer.needs_key(team, at)
    writer.keep(team, writer.new_key(team, at))
    told: dict[str, Any] = {"v": VERSION, "at": int(at * 1e6)}
    about = {**told, "request": f"req_{said.replace(' ', '_')}", "model": "m"}
    ending = {"status": "ok", "attempts": 1, "provider": "mistral", "region": "eu", "operation": "chat"}
    made = []
    for header, content in (
        (Header(kind="request", **about), Content(prompt=said.encode(), address="10.1.2.3")),
        (Header(kind="outcome", **about, **ending), Content(answer=f"re {said}")),
    ):
        draft = writer.draft(header, team, person, at, with_content=True)
        made.append(writer.linked(draft, draft.sealed(content)))
    closing = writer.draft(Header(kind="writer_close", **told), THE_GATEWAY, "", at, with_content=False)
    return [*made, writer.linked(closing, b"")]


def execute(statement: str, **values: Any) -> list[Any]:
    async def run() -> list[Any]:
        engine = open_engine(load_settings(os.environ).database_url.reveal())
        async with engine.begin() as connection:
            done = await connection.execute(text(statement), values)
            rows = list(done) if done.returns_rows else []
        await engine.dispose()
        return rows

    return asyncio.run(run())


def used(*users: str) -> None:
    """A usage row of each."""

    async def run() -> None:
        engine = open_engine(load_settings(os.environ).database_url.reveal())
        rows = [
            UsageRow(request_id=f"req_{user}", at=1_800_000_000.0, key_id="k", team="support", user=user)
            for user in users
        ]
        async with engine.begin() as connection:
            await insert_usage(
                connection, [Record(1, "usage", row.request_id, encoded(row, Reporting())[0]) for row in rows]
            )
        await engine.dispose()

    asyncio.run(run())


class Audit:
    """The commands, as one account after the other."""

    def __init__(self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
        self._gateway = gateway
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("GATEWAY_AUDITORS", "vera,victor")
        self.sit_down("vera")

    def sit_down(self, name: str) -> None:
        self._monkeypatch.setattr("pwd.getpwuid", lambda _: SimpleNamespace(pw_name=name))

    def later(self, seconds: float) -> None:
        clock = SimpleNamespace(now=lambda: time.time() + seconds, monotonic=time.monotonic)
        self._monkeypatch.setattr(audit_session, "SystemClock", lambda: clock)

    def __call__(self, *words: str, by: str = "vera") -> Outcome:
        self.sit_down(by)
        return self._gateway("audit", *words)

    def verdict(self, *words: str) -> dict[str, Any]:
        done = self("verify", "--json", *words)
        found: dict[str, Any] = done.json
        assert done.code == {"whole": 0, "tampered": 1, "unknown": 2}[found["state"]]
        return found


@pytest.fixture
def audit(migrated: Gateway, monkeypatch: pytest.MonkeyPatch) -> Audit:
    asyncio.run(
        recorded(
            [
                ("support", "anna", "alpha", NOW),
                ("support", "bert", "beta", NOW),
                ("engineering", "anna", "gamma", NOW),
                ("engineering", "cleo", "delta", NOW - 400 * DAY),
            ]
        )
    )
    return Audit(migrated, monkeypatch)


def shown(done: Outcome) -> list[dict[str, Any]]:
    return [record for record in done.json if record["content"]]


def test_a_whole_log_and_a_tampered_one(audit: Audit) -> None:
    assert audit.verdict()["records"] == 12
    execute("UPDATE audit_record SET at = at + 1 WHERE place = 4")
    found = audit.verdict()
    assert (found["kind"], found["first_bad"]) == ("edit", 4)
    said = audit("verify")
    assert said.code == 1
    assert "first bad" in said.out


@sqlite_only
def test_an_empty_log_cannot_tell(migrated: Gateway) -> None:
    assert migrated("audit", "verify").code == 2


def test_a_search_reads_headers_and_is_on_record(audit: Audit) -> None:
    found = audit("search", "--subject", "anna", "--json").json
    assert [each["request"] for each in found] == ["req_alpha", "req_alpha", "req_gamma", "req_gamma"]
    assert "alpha" not in json.dumps([each for each in found if each.pop("request")])
    assert len(audit("search", "--team", "support", "--kind", "outcome", "--status", "ok", "--json").json) == 2
    assert len(audit("search", "--until", day_of(NOW - 300 * DAY), "--json").json) == 3
    assert len(audit("search", "--since", "1d", "--provider", "mistral", "--json").json) == 3
    assert audit("search", "--request", "req_nothing").code == 1
    reads = audit("search", "--kind", "read", "--json").json
    assert len(reads) == 6  # its own among them
    assert {(each["who"], each["about"]["act"]) for each in reads} == {("vera", "search")}
    assert {each["who"] for each in found} == {"support", "engineering"}
    table = audit("search", "--kind", "read", by="victor").out.splitlines()
    assert table[0].split()[:5] == ["place", "at", "kind", "who", "what"]
    assert table[-1].split()[2:5] == ["read", "victor", "search"]
    assert audit.verdict()["state"] == "whole"


@sqlite_only
def test_a_hold_tells_whom_it_is_on_where_that_has_a_name_here(audit: Audit, gateway: Gateway) -> None:
    gateway("keys", "create", "--team", "support", "--user", "cleo", "--json")
    for subject in ("cleo", "nobody-here"):
        audit("hold", "--subject", subject, "--reason", "case 44")
    listed = audit("hold", "--json")
    assert [(each["scope"], each["person"]) for each in listed.json] == [("subject", "cleo"), ("subject", None)]
    assert "nobody-here" not in listed.out + listed.err
    assert "have no name here" in listed.err


@pytest.mark.fault("J7")
@sqlite_only
def test_only_auditors_read(audit: Audit) -> None:
    for words in (("search",), ("reveal", "--place", "1"), ("export", "--evidence", "--output", "x")):
        refused = audit(*words, by="mallory")
        assert refused.code == 1
        assert "GATEWAY_AUDITORS" in refused.err
    assert not Path("x").exists()


@sqlite_only
def test_whoever_tries_it_out_reads_their_own_gateway_and_nobody_does_so_in_prod(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GATEWAY_AUDITORS")
    assert audit("search", by="whoever").code == 0
    assert audit("export", "--evidence", "--output", "pack.json", by="whoever").code == 0
    assert json.loads(Path("pack.json").read_text(encoding="utf-8"))["may_read"] == ["who owns the state directory"]
    own = os.getuid()
    monkeypatch.setattr("os.getuid", lambda: own + 1)
    assert audit("search", by="another").code == 1
    monkeypatch.setattr("os.getuid", lambda: own)
    monkeypatch.setenv("GATEWAY_ROOT_KEY", TEST_ROOT_KEY)  # perhaps production's, by somebody who says `dev`
    assert audit("search", by="whoever").code == 1
    monkeypatch.setenv("GATEWAY_ENV", "prod")
    assert audit("search", by="whoever").code == 1


@sqlite_only
def test_in_production_it_takes_four_eyes_too(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(os.environ.get("GATEWAY_STATE_DIR", ".gateway"), "root.key").read_text(encoding="utf-8").strip()
    monkeypatch.setenv("GATEWAY_ENV", "prod")
    monkeypatch.setenv("GATEWAY_ROOT_KEY", root)
    monkeypatch.setenv("GATEWAY_AUDITORS", "vera")
    leave = asked(audit)
    assert "another auditor" in audit("reveal", "--approve", leave).err
    assert "GATEWAY_AUDITORS" in audit("reveal", "--approve", leave, by="victor").err
    monkeypatch.setenv("GATEWAY_AUDITORS", "vera,victor")
    assert audit("reveal", "--approve", leave, by="victor").code == 0
    assert shown(audit("reveal", "--leave", leave, "--json"))[0]["content"]["prompt"] == "alpha"


def asked(audit: Audit, *words: str) -> str:
    done = audit("reveal", "--request", "req_alpha", "--ticket", "T1", "--reason", "a report", *words)
    assert done.code == 0, done.err
    return done.out.split()[-1]


@pytest.mark.fault("J7")
def test_four_eyes(audit: Audit) -> None:
    leave = asked(audit)
    assert audit("reveal", "--leave", leave).code == 1
    assert "another auditor" in audit("reveal", "--approve", leave).err
    assert audit("reveal", "--approve", leave, by="victor").code == 0
    assert audit("reveal", "--approve", leave, by="victor").code == 1
    assert audit("reveal", "--leave", leave, by="victor").code == 1
    records = shown(audit("reveal", "--leave", leave, "--json"))
    assert [record["content"]["prompt"] for record in records] == ["alpha", ""]
    assert records[1]["content"]["answer"] == "re alpha"
    assert records[0]["content"]["address"] == "10.1.2.3"
    found = audit("search", "--kind", "read", "--json").json
    acts = [each["about"]["act"] for each in found]
    assert acts == ["ask", "refused", "refused", "give", "refused", "refused", "show", "search"]
    assert audit.verdict()["state"] == "whole"


@sqlite_only
def test_a_program_that_asks_and_gives_leave_or_holds_gets_json(audit: Audit) -> None:
    words = ("--request", "req_alpha", "--ticket", "T1", "--reason", "a report", "--json")
    request = audit("reveal", *words).json
    assert request == {"leave": request["leave"], "state": "asked"}
    given = audit("reveal", "--approve", request["leave"], "--json", by="victor").json
    assert given == {"leave": request["leave"], "state": "given"}
    assert len(shown(audit("reveal", "--leave", request["leave"], "--json"))) == 2
    hold = audit("hold", "--subject", "nobody-yet", "--reason", "case 44", "--json").json
    assert hold == {"id": audit("hold", "--json").json[0]["id"], "state": "placed"}
    assert audit("hold", "--release", hold["id"], "--json").json == {"id": hold["id"], "state": "released"}
    assert audit("hold", "--json").json == []


@pytest.mark.fault("J7")
@sqlite_only
def test_leave_ends(audit: Audit) -> None:
    leave = asked(audit)
    audit.later(25 * 3600)
    assert "24 hours" in audit("reveal", "--approve", leave, by="victor").err
    audit.later(0)
    assert audit("reveal", "--approve", leave, by="victor").code == 0
    audit.later(3700)
    assert "an hour" in audit("reveal", "--leave", leave).err


@pytest.mark.fault("J7")
@sqlite_only
def test_leave_that_was_forged_in_the_database_by_who_asked_shows_nothing(audit: Audit) -> None:
    leave = asked(audit)
    execute("UPDATE audit_leave SET given_by = asked_by, given_at = asked_at")
    assert audit("reveal", "--leave", leave).code == 1


@pytest.mark.fault("J7")
@sqlite_only
def test_a_hundred_records_at_most(audit: Audit) -> None:
    places = [word for place in range(101) for word in ("--place", str(place))]
    refused = audit("reveal", *places, "--ticket", "T", "--reason", "R")
    assert refused.code == 1
    assert "100" in refused.err


@sqlite_only
def test_what_is_not_there_is_said_to_be_so(audit: Audit, home: Path) -> None:
    why = ("--ticket", "T", "--reason", "R")
    for more in ((), ("--break-glass",)):
        assert "no record of a request req_nothing" in audit("reveal", "--request", "req_nothing", *why, *more).err
        assert "no record 4711" in audit("reveal", "--place", "1", "--place", "4711", *why, *more).err
    assert execute("SELECT key FROM alert") == []
    nothing = audit("reveal", *why)
    assert (nothing.code, "--request or --place" in nothing.err) == (2, True)
    erased = audit("erase", "--subject", "ana", "--ticket", "T")
    assert (erased.code, "knew nothing of ana" in erased.err) == (1, True)
    exported = audit("export", "--subject", "ana", "--ticket", "T", "--output", "ana.json")
    assert (exported.code, "knows nothing of ana" in exported.err) == (1, True)
    assert "nor does any other table" in exported.err
    assert json.loads((home / "ana.json").read_text(encoding="utf-8")) == {
        "subject": "ana",
        "records": [],
        "tables": {},
    }


@sqlite_only
def test_ones_own_needs_no_leave_and_glass_can_be_broken(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_AUDITORS", "anna,victor")
    own = audit("reveal", "--request", "req_alpha", "--ticket", "T", "--reason", "R", "--json", by="anna")
    assert [record["content"]["prompt"] for record in shown(own)] == ["alpha", ""]
    alerts: list[tuple[str, str, str]] = []

    def warning(name: str, *, actor: str, ticket: str, records: int) -> None:
        alerts.append((name, actor, ticket))

    monkeypatch.setattr("gateway.telemetry.logs.warning", warning)
    words = ("--request", "req_beta", "--ticket", "T9", "--reason", "R", "--break-glass", "--json")
    broken = audit("reveal", *words, by="anna")
    assert shown(broken)[0]["content"]["prompt"] == "beta"
    assert alerts == [("audit_glass_broken", "anna", "T9")]
    ((text_,),) = execute("SELECT text FROM alert")  # what a running gateway tells by the policy's channels
    assert "anna" in text_
    assert "T9" in text_


@sqlite_only
def test_a_persons_data_in_one_command(audit: Audit, home: Path) -> None:
    assert audit("export", "--subject", "anna", "--ticket", "DPO-1", "--output", "anna.json").code == 0
    data = json.loads((home / "anna.json").read_text(encoding="utf-8"))
    prompts = [record["content"]["prompt"] for record in data["records"] if record["header"]["kind"] == "request"]
    assert prompts == ["alpha", "gamma"]
    assert (home / "anna.json").stat().st_mode & 0o077 == 0
    again = audit("export", "--subject", "anna", "--ticket", "DPO-1", "--output", "anna.json")
    assert again.code == 2


def test_a_persons_data_are_also_what_tables_hold_under_their_name_and_erasure_leaves(
    audit: Audit, migrated: Gateway, home: Path
) -> None:
    made = migrated("keys", "create", "--team", "support", "--user", "anna", "--json").json
    migrated("keys", "create", "--team", "support", "--user", "bert")
    used("anna", "bert")
    audit("erase", "--subject", "anna", "--ticket", "DPO-1")
    audit("export", "--subject", "anna", "--ticket", "DPO-2", "--output", "anna.json")
    text = (home / "anna.json").read_text(encoding="utf-8")
    data = json.loads(text)
    assert data["records"] == []
    assert {name: len(rows) for name, rows in data["tables"].items()} == {"virtual_key": 1, "usage": 1, "admin_log": 1}
    (key,), (row,), (act,) = (data["tables"][name] for name in ("virtual_key", "usage", "admin_log"))
    assert (key["id"], key["team"], key["user"]) == (made["id"], "support", "anna")
    assert (row["request_id"], row["team"], row["at"]) == ("req_anna", "support", "2027-01-15T08:00:00+00:00")
    assert (act["action"], act["object"]) == ("key.issue", made["id"])
    assert "bert" not in text
    assert "hash" not in text, "nothing of the key's secret"


@sqlite_only
def test_an_export_that_fails_leaves_no_file_that_bars_the_next(audit: Audit, home: Path) -> None:
    policies = (home / "policies" / "policy.yaml").read_text(encoding="utf-8")
    (home / "policies" / "policy.yaml").write_text("version: 1\nteams: 5\n")
    assert audit("export", "--evidence", "--output", "pack.json").code == 78
    (home / "policies" / "policy.yaml").write_text(policies, encoding="utf-8")
    execute("ALTER TABLE audit_checkpoint RENAME TO away")
    assert audit("export", "--log", "--output", "log.jsonl").code not in (0, 2)
    execute("ALTER TABLE away RENAME TO audit_checkpoint")
    assert audit("export", "--evidence", "--output", "pack.json").code == 0
    assert audit("export", "--log", "--output", "log.jsonl").code == 0


def test_the_evidence_pack(audit: Audit, home: Path) -> None:
    asked(audit)
    audit("erase", "--subject", "bert", "--ticket", "DPO-2")
    assert audit("export", "--evidence", "--output", "pack.json").code == 0
    pack = json.loads((home / "pack.json").read_text(encoding="utf-8"))
    used = {"provider": "mistral", "operator": None, "region": "eu", "model": "m", "calls": 4}
    assert pack["sub_processors"] == [used]
    teams = pack["record_of_processing"]["teams"]
    assert {name: team["retention_days"] for name, team in teams.items()} == {"support": 180.0, "engineering": 180.0}
    assert teams["support"]["mode"] == "strict"
    [found] = audit("search", "--team", "support", "--limit", "1", "--json").json
    assert teams["support"]["pseudonym"] == found["team"]
    assert [(entry["act"], entry["by"]) for entry in pack["access_list"]] == [
        ("ask", "vera"),
        ("evidence pack", "vera"),
    ]
    assert (pack["access_list"][0]["reason"], pack["access_list"][0]["ticket"]) == ("a report", "T1")
    assert all(entry["at"].startswith(TODAY) for entry in pack["access_list"])
    assert pack["may_read"] == ["vera", "victor"]
    assert pack["made"]["by"] == "vera"
    assert pack["period"]["from"] < pack["period"]["to"]
    assert pack["erasures"][0]["salts"] == 1
    assert pack["verified"]["state"] == "whole"
    assert pack["verified"]["shredded_by_policy"] == 2
    assert len(pack["iso_27001_annex_a"]) >= 8


@sqlite_only
def test_an_export_verifies_without_the_gateway(audit: Audit, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = audit("key").out.strip()
    assert audit("export", "--log", "--output", "log.jsonl").code == 0
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("GATEWAY_STATE_DIR", str(home / "elsewhere"))
    assert audit.verdict("--export", "log.jsonl", "--key", key)["records"] == 13
    lines = (home / "log.jsonl").read_bytes().splitlines(keepends=True)
    record = next(number for number, line in enumerate(lines) if b'"record"' in line)
    (home / "cut.jsonl").write_bytes(b"".join(lines[: record + 4] + lines[record + 5 :]))
    assert audit.verdict("--export", "cut.jsonl", "--key", key)["first_bad"] == 4
    swapped = [*lines[: record + 4], lines[record + 5], lines[record + 4], *lines[record + 6 :]]
    (home / "swapped.jsonl").write_bytes(b"".join(swapped))
    found = audit.verdict("--export", "swapped.jsonl", "--key", key)
    assert (found["kind"], found["first_bad"]) == ("reorder", 4)
    part = [json.loads(line) for line in lines]
    covered = part[1]["checkpoint"][0]
    (home / "part.jsonl").write_bytes(b"".join([*lines[:2], *lines[record : record + covered]]))
    found = audit.verdict("--export", "part.jsonl", "--key", key)
    assert (found["kind"], found["first_bad"], found["until"]) == ("truncate", covered, part[0]["log"]["size"] - 1)
    (home / "short.jsonl").write_bytes(b"".join(lines[:-1]))
    assert audit.verdict("--export", "short.jsonl", "--key", key)["kind"] == "truncate"
    (home / "torn.jsonl").write_bytes(b"".join(lines)[:-40])
    assert audit("verify", "--export", "torn.jsonl", "--key", key).code == 2
    without = audit("verify", "--export", "log.jsonl")
    assert (without.code, "give --key" in without.err) == (2, True)
    other = key.replace(key[-8:], "AAAAAAAA")
    assert audit("verify", "--export", "log.jsonl", "--key", other).code == 2
    assert not (home / "elsewhere").exists()


@pytest.mark.fault("J5")
def test_the_witness_keeps_the_head_and_catches_what_goes_back(audit: Audit, home: Path) -> None:
    key = audit("key").out.strip()

    def look() -> tuple[int, str]:
        done = audit("witness", "--keep", "head.note", "--key", key, "--json")
        return done.code, done.json["state"]

    assert look() == (0, "first")
    assert look() == (0, "same")
    audit("search", "--kind", "request")
    grown = audit("witness", "--keep", "head.note", "--json").json
    assert (grown["state"], grown["size"] > grown["kept"], bool(grown["proof"])) == ("grown", True, True)
    assert audit.verdict("--witness", "head.note")["state"] == "whole"
    execute("DELETE FROM audit_record WHERE place >= 12")
    execute("DELETE FROM audit_checkpoint WHERE size > 12")
    execute("UPDATE audit_tree SET size = 12, hashes = :old", old=_hashes(12))
    assert audit.verdict()["state"] == "whole"  # nothing in the database tells
    assert look() == (1, "tampered")
    assert "keep the next head in a new file" in audit("witness", "--keep", "head.note").err
    assert audit.verdict("--witness", "head.note")["kind"] == "truncate"


def _hashes(size: int) -> bytes:
    from gateway.audit.chain import Frontier

    tree = Frontier()
    for row in execute("SELECT leaf FROM audit_record WHERE place < :size ORDER BY place", size=size):
        tree.append(row.leaf)
    return tree.hashes()


@pytest.mark.fault("J2")
@sqlite_only
def test_who_signs_another_history_with_the_stolen_key_is_caught(audit: Audit) -> None:
    assert audit("witness", "--keep", "head.note").code == 0
    for table in ("record", "checkpoint", "tree", "key", "person"):
        execute(f"DELETE FROM audit_{table}")
    asyncio.run(recorded([("support", "anna", f"another {number}", NOW) for number in range(6)]))
    assert audit.verdict()["state"] == "whole"
    found = audit("witness", "--keep", "head.note", "--json")
    assert (found.code, found.json["state"]) == (1, "tampered")
    assert "another history" in found.json["detail"]
    assert audit.verdict("--witness", "head.note")["kind"] == "fork"


def test_checkpoints_are_anchored_at_once_and_fetched_back_to_verify(
    audit: Audit, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert audit("anchor").code == 1
    store = ObjectStore()
    address = f"s3+http://{KEY}:{quote(SECRET, safe='')}@{store.place}/bucket"
    monkeypatch.setenv("GATEWAY_AUDIT_ANCHORS", f"{address} syslog+tcp://127.0.0.1:9")
    with in_a_thread(store):
        told = audit("anchor", "--json")
    assert told.code == 1
    assert [(each["taken"], each["size"]) for each in told.json] == [(True, 12), (False, 12)]
    assert SECRET not in told.out
    (home / "fetched").mkdir()
    for number, (note, _) in enumerate(store.objects.values()):
        (home / "fetched" / f"{number}.note").write_bytes(note)
    assert audit.verdict("--anchors", "fetched")["state"] == "whole"
    assert audit("verify", "--anchors", "policies").code == 2
    for table in ("record", "checkpoint", "tree", "key", "person"):
        execute(f"DELETE FROM audit_{table}")
    asyncio.run(recorded([("support", "anna", f"another {number}", NOW) for number in range(6)]))
    assert audit.verdict()["state"] == "whole"
    assert audit.verdict("--anchors", "fetched")["kind"] == "fork"


def prompts(audit: Audit, *requests: str) -> list[str | None]:
    words = [word for request in requests for word in ("--request", request)]
    done = audit("reveal", *words, "--ticket", "T", "--reason", "R", "--break-glass", "--json")
    found = [record for record in done.json if record["header"]["kind"] == "request"]
    return [record["content"] and record["content"]["prompt"] for record in found]


@pytest.mark.fault("J4")
def test_one_team_day_and_one_person_are_shredded_and_the_rest_reads(audit: Audit) -> None:
    assert audit("retain", "--team", "engineering", "--day", TODAY, "--ticket", "T").code == 0
    assert prompts(audit, "req_alpha", "req_beta", "req_gamma", "req_delta") == ["alpha", "beta", None, "delta"]
    assert audit("erase", "--subject", "anna").code == 0  # a ticket is kept where there is one, and not demanded
    assert prompts(audit, "req_alpha", "req_beta", "req_gamma", "req_delta") == [None, "beta", None, "delta"]
    found = audit.verdict()
    assert (found["state"], found["shredded_by_policy"]) == ("whole", 4)
    assert audit("search", "--subject", "anna").code == 1
    again = audit("retain", "--team", "engineering", "--day", TODAY, "--ticket", "T")
    assert (again.code, "were destroyed before, at 20" in again.out, again.err) == (0, True, "")
    assert audit("retain", "--team", "engineering", "--day", TODAY, "--ticket", "T", "--json").json["earlier"]
    gone = execute("SELECT content FROM audit_record WHERE request IN ('req_alpha', 'req_gamma')")
    assert [row.content for row in gone] == [None] * 4


@sqlite_only
@pytest.mark.parametrize("command", [("erase", "--subject", "anna"), ("retain", "--team", "support", "--day", TODAY)])
def test_what_is_destroyed_is_gone_from_the_databases_files(audit: Audit, command: tuple[str, ...]) -> None:
    """While the gateway serves, its connection keeps the log of pages alive: old pages stand in it."""
    [(path,)] = [(Path(row.file),) for row in execute("SELECT file FROM pragma_database_list")]
    secrets = [row.secret for row in execute("SELECT wrapped AS secret FROM audit_key")]
    salts = [row.secret for row in execute("SELECT salt AS secret FROM audit_person")]
    with closing(sqlite3.connect(path)) as served:
        served.execute("PRAGMA wal_autocheckpoint = 100000")
        served.execute("UPDATE audit_key SET destroyed_at = NULL")
        served.execute("UPDATE audit_person SET erased_at = NULL")
        served.commit()
        assert all(held(path, secret) for secret in secrets + salts)
        assert audit(*command, "--ticket", "T").code == 0
        live = execute("SELECT wrapped AS secret FROM audit_key UNION SELECT salt FROM audit_person")
        kept = {row.secret for row in live}
        gone = [secret for secret in secrets + salts if secret not in kept]
        assert gone
        assert [secret for secret in gone if held(path, secret)] == []


@sqlite_only
def test_who_reads_on_and_on_keeps_the_log_from_being_emptied_and_that_is_told(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.storage.engine._SQLITE_LOCK_SECONDS", 0.1)
    [(path,)] = [(Path(row.file),) for row in execute("SELECT file FROM pragma_database_list")]
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM audit_record").fetchone()
        told = audit("erase", "--subject", "anna", "--ticket", "T")
        assert (told.code, "database's log" in told.err) == (0, True)
    again = audit("erase", "--subject", "anna", "--ticket", "T")
    assert (again.code, "nothing any more" in again.err, "database's log" in again.err) == (1, True, False)


def held(database: Path, secret: bytes) -> bool:
    """Whether the bytes stand in the database's file or in its log."""
    return any(
        file.exists() and secret in file.read_bytes() for file in (database, database.with_name(f"{database.name}-wal"))
    )


def test_retention_follows_policy_and_passes_over_what_is_held(audit: Audit) -> None:
    told = audit("retain", "--dry-run", "--json").json
    assert [(each["team"], each["keys"], each["contents"]) for each in told] == [("engineering", 1, 2)]
    hold = audit("hold", "--subject", "cleo", "--reason", "case 44").out.strip()
    assert [each["held"] for each in audit("retain", "--json").json] == [True]
    assert audit("erase", "--subject", "cleo", "--ticket", "T").code == 1
    assert [each["id"] for each in audit("hold", "--json").json] == [hold]
    assert audit("hold", "--release", hold).code == 0
    assert audit("hold", "--release", hold).code == 1
    assert [each["contents"] for each in audit("retain", "--json").json] == [2]
    assert audit("retain", "--json").json == []
    assert prompts(audit, "req_gamma", "req_delta") == ["gamma", None]
    assert audit.verdict()["shredded_by_policy"] == 2
    mistyped = audit("retain", "--team", "enginering")
    assert (mistyped.code, "no policy knows a team enginering" in mistyped.err) == (1, True)
    unknown = audit("retain", "--team", "engineering", "--day", "2026-01-01", "--ticket", "T")
    assert (unknown.code, "knows nothing of engineering and 2026-01-01" in unknown.err) == (1, True)


def test_what_leads_nowhere_says_what_to_do_next(audit: Audit, home: Path) -> None:
    (home / "no-head").write_text("something else")
    for told, code, words in (
        (audit("search", "--team", "nobody-knows"), 1, "named as in the policies"),
        (audit("reveal", "--approve", "0"), 1, "the id is as `gateway audit reveal` told who asked"),
        (audit("reveal", "--leave", "0"), 1, "ask with --request, --ticket and --reason"),
        (audit("hold", "--release", "0"), 1, "`gateway audit hold` lists those that do"),
        (audit("prove", "--place", "99999"), 1, "`gateway audit search` tells places"),
        (audit("anchor"), 1, "set it to one"),
        (audit("verify", "--witness", str(home / "none")), 2, "`gateway audit witness --keep` makes one"),
        (audit("verify", "--witness", str(home / "no-head")), 2, "no-head is no head that a witness of this log kept"),
        (audit("verify", "--key", "bogus"), 2, "as `gateway audit key` prints it"),
        (audit("search", "--since", "yesterday"), 2, "must be a time ago, as 7d or 30min, or a day, as 2026-11-25"),
    ):
        assert (told.code, words in told.err) == (code, True), told.err


def test_a_clock_that_runs_ahead_destroys_nothing_where_the_servers_own_says_otherwise(
    audit: Audit, database_url: str
) -> None:
    audit.later(20 * 365 * DAY)
    due = {each["day"] for each in audit("retain", "--dry-run", "--json").json}
    assert (TODAY in due) is database_url.startswith("sqlite"), "one machine has but one clock"


def test_a_team_on_hold_keeps_what_its_people_said(audit: Audit) -> None:
    hold = audit("hold", "--team", "engineering", "--reason", "case 45").out.strip()
    listed = audit("hold", "--json").json
    assert [(each["id"], each["scope"], each["team"]) for each in listed] == [(hold, "team", "engineering")]
    assert audit("retain", "--team", "engineering", "--day", TODAY, "--ticket", "T").code == 1
    refused = audit("erase", "--subject", "anna", "--ticket", "T")
    assert (refused.code, hold in refused.err) == (1, True)
    assert prompts(audit, "req_alpha", "req_gamma") == ["alpha", "gamma"]
    assert audit("erase", "--subject", "bert", "--ticket", "T").code == 0  # of another team alone
    assert audit("hold", "--release", hold).code == 0
    assert audit("erase", "--subject", "anna", "--ticket", "T").code == 0
    assert prompts(audit, "req_alpha", "req_beta", "req_gamma") == [None, None, None]


def test_a_hold_on_a_person_keeps_what_was_sealed_before_midnight_and_recorded_after(audit: Audit) -> None:
    execute("UPDATE audit_record SET at = at + :day WHERE request = 'req_delta'", day=int(DAY * 1e6))
    audit("hold", "--subject", "cleo", "--reason", "case 44")
    assert [each["held"] for each in audit("retain", "--dry-run", "--json").json] == [True]
    assert [(each["held"], each["contents"]) for each in audit("retain", "--json").json] == [(True, 0)]
    assert prompts(audit, "req_delta") == ["delta"]


@sqlite_only
def test_a_hold_on_a_name_that_the_audit_does_not_know_is_said_to_be_so(audit: Audit) -> None:
    assert "knows nothing of" in audit("hold", "--team", "suport", "--reason", "R").err
    assert "knows nothing of" in audit("hold", "--subject", "ana", "--reason", "R").err
    assert audit("hold", "--team", "support", "--reason", "R").err == ""
    assert audit("hold", "--subject", "anna", "--reason", "R").err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("erase", "--subject", "anna"),
        ("retain", "--team", "support", "--day", TODAY, "--ticket", "T"),
        ("hold", "--team", "support", "--reason", "R"),
        ("reveal", "--request", "req_alpha", "--ticket", "T", "--reason", "R"),
    ],
    ids=lambda words: words[0],
)
def test_an_act_that_the_database_refuses_leaves_nothing_behind(
    audit: Audit, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Neither half of it, nor a hole among the records of whoever tried."""
    with monkeypatch.context() as failing:
        put = AuditSession.put

        async def put_and_fail(session: AuditSession, connection: Any, *shipments: Shipment) -> None:
            await put(session, connection, *shipments)
            failing.setattr(AuditSession, "put", put)  # once: what comes after it reaches the database again
            raise OperationalError("", {}, Exception("the connection was lost"))

        failing.setattr(AuditSession, "put", put_and_fail)
        with contextlib.suppress(OperationalError):
            assert audit(*words).code != 0
    assert audit("hold", "--json").json == []
    assert execute("SELECT count(*) FROM audit_leave")[0][0] == 0
    assert audit.verdict()["state"] == "whole"
    assert prompts(audit, "req_alpha") == ["alpha"]


@pytest.mark.parametrize("release", [False, True], ids=["place", "release"])
def test_a_hold_stands_where_it_is_on_record_and_nowhere_else(
    audit: Audit, monkeypatch: pytest.MonkeyPatch, release: bool
) -> None:
    hold = audit("hold", "--team", "support", "--reason", "R").out.strip() if release else ""
    words = ("--release", hold) if release else ("--team", "support", "--reason", "R")
    before = audit("hold", "--json").json
    noted = len(audit("search", "--kind", "admin", "--json").out)
    with monkeypatch.context() as failing:
        for name in ("place", "release"):
            failing.setattr(AuditHolds, name, _lost_after(getattr(AuditHolds, name)))
        with contextlib.suppress(OperationalError):
            assert audit("hold", *words).code != 0
    assert audit("hold", "--json").json == before
    assert len(audit("search", "--kind", "admin", "--json").out) == noted
    assert audit.verdict()["state"] == "whole"


def _lost_after(work: Callable[..., Any]) -> Callable[..., Any]:
    async def lost(*arguments: Any) -> Any:
        await work(*arguments)
        raise OperationalError("", {}, Exception("the connection was lost"))

    return lost


def rotated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_AUDIT_KEY", base64.b64encode(os.urandom(32)).decode())


@pytest.mark.fault("J6")
def test_rotation_rewraps_and_can_be_killed_anywhere(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    rotated(monkeypatch)
    assert sum(audit("rewrap", "--status", "--json").json["left"].values()) == 4
    assert audit("rewrap", "--status").code == 1
    asyncio.run(recorded([("support", "dora", f"more {number}", NOW) for number in range(8)]))
    before = execute("SELECT place, content FROM audit_record ORDER BY place")
    for killed_at in range(1, 11):
        _kill_after(monkeypatch, min(killed_at, 3), lambda: audit("rewrap"))
        assert prompts(audit, "req_alpha", "req_delta", "req_more_7") == ["alpha", "delta", "more 7"]
    assert audit("rewrap", "--json").json["left"] == {}
    assert audit("rewrap", "--status").code == 0
    after = execute("SELECT place, content FROM audit_record ORDER BY place")
    assert after[: len(before)] == before
    assert audit.verdict()["state"] == "whole"


def _kill_after(monkeypatch: pytest.MonkeyPatch, keys: int, work: Callable[[], Any]) -> None:
    from gateway.storage.audit_store import AuditStore

    rewrap, done = AuditStore.rewrap, 0

    class Killed(BaseException):
        pass

    async def dying(self: AuditStore, *arguments: Any) -> None:
        nonlocal done
        done += 1
        if done >= keys:
            raise Killed
        await rewrap(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(AuditStore, "rewrap", dying)
        with contextlib.suppress(Killed):
            work()


@sqlite_only
def test_a_key_that_is_not_loaded_is_named(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    rotated(monkeypatch)
    audit("rewrap")
    monkeypatch.delenv("GATEWAY_AUDIT_KEY")
    refused = audit("reveal", "--request", "req_alpha", "--ticket", "T", "--reason", "R", "--break-glass")
    assert refused.code == 78
    assert "GATEWAY_AUDIT_KEY" in refused.err


@sqlite_only
def test_what_goes_together_is_said(audit: Audit) -> None:
    assert audit("reveal", "--place", "1").code == 2
    assert audit("export", "--output", "f").code == 2
    assert audit("export", "--subject", "anna", "--output", "f").code == 2
    assert audit("retain", "--day", TODAY).code == 2
    assert audit("hold", "--team", "support").code == 2
    assert not Path("f").exists()


@sqlite_only
def test_the_doctor_tells_who_wraps_and_who_reads(
    audit: Audit, migrated: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> tuple[str, str]:
        checks = {check["check"]: check for check in migrated("doctor", "--json").json["checks"]}
        return checks["audit"]["state"], checks["audit"]["detail"]

    state, detail = told()
    assert state == "degraded"
    assert "local:" in detail
    assert "may be read by vera, victor; " in detail
    assert detail.endswith("accounts that are not here: victor")  # it is vera who asks
    assert "no place but the log lines" in detail
    monkeypatch.setenv("GATEWAY_AUDIT_ANCHORS", "smtp://me:hidden@mail?from=a@b.ch&to=c@d.ch")
    assert "kept by smtp://mail:587?to=c@d.ch" in told()[1]
    monkeypatch.setenv("GATEWAY_AUDIT_VAULT", "http://127.0.0.1:9/transit/key")
    monkeypatch.setenv("GATEWAY_AUDIT_VAULT_TOKEN", "hvs.secret")
    state, detail = told()
    assert state == "failed"
    assert "does not answer" in detail
    assert "hvs" not in detail


@sqlite_only
def test_a_record_is_proved_to_whoever_has_the_key(audit: Audit) -> None:
    key = VerifyKey.parse(audit("key").out.strip())
    told = audit("prove", "--place", "4", "--json").json
    head = key.read(told["checkpoint"])
    proof = [bytes.fromhex(step) for step in told["proof"]]
    assert proves_inclusion(bytes.fromhex(told["leaf"]), 4, head.size, proof, head.root)
    assert audit("prove", "--place", "4711").code == 1
    execute("UPDATE audit_record SET leaf = :leaf WHERE place = 4", leaf=bytes(32))
    assert audit("prove", "--place", "4").code == 1


def test_nobody_adds_to_a_log_with_another_root_key(
    audit: Audit, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost state directory, a second replica without the key, a back-up beside the wrong one: the log would be
    tampered for good, and no virtual key be known.
    """
    before = audit.verdict()
    assert before["state"] == "whole"
    assert gateway("keys", "create", "--team", "support").code == 0
    monkeypatch.setenv("GATEWAY_ROOT_KEY", TEST_ROOT_KEY)
    told = "gateway: GATEWAY_ROOT_KEY: is not the one that this database was made with: give that one"
    for words in (
        ("keys", "create", "--team", "support"),
        ("keys", "list"),
        ("audit", "search"),
        ("audit", "erase", "--subject", "anna", "--ticket", "DPO-9"),
        ("report", "close", "--month", "2026-10"),
        ("serve", "--port", "0"),
        ("demo", "--port", "0"),
    ):
        refused = gateway(*words)
        assert (refused.code, refused.err[: len(told)]) == (78, told), words
    examined = {each["check"]: each for each in gateway("doctor", "--json").json["checks"]}
    assert examined["database"]["state"] == "failed"
    assert "GATEWAY_ROOT_KEY: is not the one" in examined["database"]["detail"]
    monkeypatch.delenv("GATEWAY_ROOT_KEY")
    assert audit.verdict() == before
    assert audit("search").code == 0


def test_of_two_root_keys_that_begin_a_database_at_once_it_takes_one(
    migrated: Gateway, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other is told before it serves anybody: its records would make the log tampered for good."""
    assert migrated("migrate").code == 0
    monkeypatch.setenv("GATEWAY_ADMIN_PORT", "0")
    with contextlib.ExitStack() as stack:
        replicas = []
        for name, root in (("one", TEST_ROOT_KEY), ("two", base64.b64encode(hashlib.sha256(b"two").digest()).decode())):
            log = stack.enter_context((tmp_path / f"{name}.log").open("w+b"))
            environ = {**os.environ, "GATEWAY_ROOT_KEY": root, "GATEWAY_STATE_DIR": str(tmp_path / name)}
            replica = WarmProcess(("serve", "--port", "0"), cwd=home, env=environ, stdout=log, stderr=log)
            stack.callback(replica.kill)
            replicas.append((replica, log))
        asyncio.run(until(lambda: any(replica.poll() is not None for replica, _ in replicas)))
        [(refused, told)] = [each for each in replicas if each[0].poll() is not None]
        assert refused.wait() == 78
        told.seek(0)
        assert b"GATEWAY_ROOT_KEY: is not the one that this database was made with" in told.read()
        [(_, other)] = [each for each in replicas if each[0] is not refused]
        asyncio.run(until(lambda: b'"gateway_started"' in Path(other.name).read_bytes()))


def test_whoever_verifies_by_another_key_is_told_so(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first record that is bad would be said to be the very first, and so of a lost state directory's key."""
    assert audit("export", "--log", "--output", "log.jsonl").code == 0
    monkeypatch.setenv("GATEWAY_ROOT_KEY", TEST_ROOT_KEY)
    other = audit("key").out.strip()
    for words in ((), ("--key", other), ("--key", other, "--export", "log.jsonl")):
        found = audit.verdict(*words)
        assert (found["state"], found["kind"]) == ("tampered", "bad signature"), words
        assert f"signed by another key than {other}: it is not this log's, and then tells nothing" in found["detail"]


def test_no_root_key_is_made_beside_a_database_that_has_anothers(audit: Audit, gateway: Gateway, home: Path) -> None:
    """A lost state directory: what was made there would be one more key to be taken for the right one."""
    (home / ".gateway" / "root.key").unlink()
    told = "gateway: GATEWAY_ROOT_KEY: is not here, and this database was made with one: give that one"
    for words in (
        ("keys", "create", "--team", "support"),
        ("keys", "revoke", "4fQ9sLz0Ab"),
        ("audit", "search"),
        ("report", "close", "--month", "2026-10"),
        ("serve", "--port", "0"),
        ("demo", "--port", "0"),
    ):
        refused = gateway(*words)
        assert (refused.code, refused.err[: len(told)]) == (78, told), words
    examined = {each["check"]: each["state"] for each in gateway("doctor", "--json").json["checks"]}
    assert examined["database"] == "failed"
    assert not (home / ".gateway" / "root.key").exists()


def test_nor_beside_virtual_keys_that_were_issued_before_anything_was_recorded(
    gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As releases before left it, which signed nothing of an empty log: it would be the wrong key's for good."""
    gateway("migrate")
    assert gateway("keys", "create", "--team", "support").code == 0
    execute("DELETE FROM audit_checkpoint")
    kept = (home / ".gateway" / "root.key").rename(home / "kept.key")
    told = "gateway: GATEWAY_ROOT_KEY: is not here, and this database was made with one: give that one"
    for words in (("keys", "create", "--team", "support"), ("serve", "--port", "0"), ("demo", "--port", "0")):
        refused = gateway(*words)
        assert (refused.code, refused.err[: len(told)]) == (78, told), words
    examined = {each["check"]: each["state"] for each in gateway("doctor", "--json").json["checks"]}
    assert examined["database"] == "failed"
    assert not (home / ".gateway" / "root.key").exists()
    kept.rename(home / ".gateway" / "root.key")
    monkeypatch.setenv("GATEWAY_ROOT_KEY", TEST_ROOT_KEY)  # and beside the key that has issued them, no other is taken
    refused = gateway("keys", "create", "--team", "support")
    assert refused.code == 78
    assert "GATEWAY_ROOT_KEY: is not the one that this database was made with" in refused.err
    monkeypatch.delenv("GATEWAY_ROOT_KEY")
    assert gateway("keys", "create", "--team", "support").code == 0


def test_what_only_reads_needs_no_root_key(audit: Audit, gateway: Gateway, home: Path) -> None:
    """A machine for operations, which reports and looks, and could open nothing that is sealed."""
    key = audit("key").out.strip()
    shutil.rmtree(home / ".gateway")
    for words in (
        ("keys", "list"),
        ("report", "costs", "--month", "2026-10"),
        ("policy", "simulate", "policies"),
        ("audit", "verify", "--key", key),
        ("migrate",),
    ):
        told = gateway(*words)
        assert (told.code, told.err) == (0, ""), words
    assert not (home / ".gateway" / "root.key").exists()


def test_a_log_that_another_root_key_added_to_opens_to_its_own(
    audit: Audit, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it could, before that was refused."""
    monkeypatch.setenv("GATEWAY_ROOT_KEY", TEST_ROOT_KEY)
    asyncio.run(recorded([("support", "mallory", "another key", NOW)]))
    assert gateway("keys", "list").code == 78
    monkeypatch.delenv("GATEWAY_ROOT_KEY")
    assert audit.verdict()["state"] == "tampered"
    assert audit("search").code == 0
    assert gateway("keys", "create", "--team", "support").code == 0


@pytest.mark.parametrize("note", ["replace(note, 'previous 0', 'previous 1')", "''", "replace(note, 'llm', 'lost')"])
def test_a_forged_checkpoint_keeps_nobody_from_looking(audit: Audit, note: str) -> None:
    """It names no other key: not another's log, but one to be verified."""
    forge_checkpoints(audit, note)


@sqlite_only
def test_nor_does_a_checkpoint_that_is_no_text(audit: Audit) -> None:
    """PostgreSQL would not take it."""
    forge_checkpoints(audit, "x'00ff'")


def forge_checkpoints(audit: Audit, note: str) -> None:
    execute(f"UPDATE audit_checkpoint SET note = {note}")
    assert audit.verdict()["state"] == "tampered"
    assert audit("search").code == 0
