from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.cli.account import account
from gateway.core.ports import Record
from gateway.journal.refused_records import set_records_aside
from gateway.settings import load_settings, with_admin_token, with_root_key
from gateway.storage import schema
from tests.cli.conftest import POLICY, Gateway, write_policy
from tests.support.databases import PostgresServer
from tests.support.running import TEST_ROOT_KEY

ASKED = ("--team", "support", "--model", "fast")


def test_migrate_tells_what_it_did(gateway: Gateway, monkeypatch: pytest.MonkeyPatch, empty_url: str) -> None:
    monkeypatch.setenv("GATEWAY_DATABASE_URL", empty_url)
    assert gateway("migrate", "--json").json == {"before": "absent", "after": "current"}
    assert gateway("migrate", "--json").json == {"before": "current", "after": "current"}
    assert "was up to date" in gateway("migrate").out


def test_a_good_policy_is_told_in_numbers(gateway: Gateway) -> None:
    told = gateway("policy", "check", "policies")
    assert told.code == 0
    assert "1 model, 2 teams" in told.out
    assert re.match(r"\d providers? \(1 more disabled\)", told.out)
    assert "provider openai is disabled" in told.out
    data = gateway("policy", "check", "policies", "--json").json
    assert data["ok"]
    assert (data["models"], data["teams"]) == (1, 2)
    assert "openai" in data["disabled"]


def test_every_mistake_in_a_policy_is_told_with_its_place(gateway: Gateway, home: Path) -> None:
    (home / "policies" / "more.yaml").write_text("teams:\n  a: {modles: [fast]}\n  b: {models: [fats]}\n")
    told = gateway("policy", "check", "policies")
    assert told.code == 1
    assert len([line for line in told.out.splitlines() if "more.yaml:" in line]) >= 2
    errors = gateway("policy", "check", "policies", "--json").json["errors"]
    assert {"file", "line", "column", "message"} == set(errors[0])


def test_a_region_that_is_written_on_one_side_only_is_told_and_no_mistake(gateway: Gateway, home: Path) -> None:
    (home / "policies" / "more.yaml").write_text(
        "providers:\n"
        "  mars: {kind: local, base_url: http://gpu-1:8000/v1, engine: vllm, region: mars}\n"
        "organisation:\n"
        "  regions: [us, on_prem, onprem]\n"
    )
    told = gateway("policy", "check", "policies")
    assert told.code == 0
    notes = gateway("policy", "check", "policies", "--json").json["notes"]
    assert [note for note in notes if note in told.out.splitlines()] == notes
    words = [note.partition("more.yaml:")[2] for note in notes]
    assert "2: region 'mars' is not permitted to anybody" in words
    assert "4: no provider is in region 'onprem'; did you mean 'on_prem'?" in words
    assert not any("'us'" in word for word in words)


def test_a_credential_that_is_written_out_is_told_by_its_place_alone(gateway: Gateway, home: Path) -> None:
    (home / "policies" / "more.yaml").write_text(
        "providers:\n"
        "  mars: {kind: openai, base_url: https://mars.example/v1, region: us, api_key: sk-written-out-0123456789}\n"
        "  moon:\n"
        "    kind: mistral\n"
        "    base_url: https://moon.example\n"
        "    region: us\n"
        "    api_keys:\n"
        "      - ${MOON_KEY}\n"
        "      - another-written-out-one\n"
        "  rack: {kind: local, base_url: http://gpu-1:8000/v1, engine: vllm, region: us, api_key: EMPTY}\n"
        "alerts:\n"
        "  to: [json://alerts.example/in, slack://aaaaaaaaa/bbbbbbbbb/ccccccccc, mailto://me:letmein@example.com]\n"
    )
    told = gateway("policy", "check", "policies")
    assert told.code == 0
    notes = gateway("policy", "check", "policies", "--json").json["notes"]
    words = [note.partition("more.yaml:")[2] for note in notes if "written out" in note]
    assert [word.partition(" is written out")[0] for word in words] == [
        "2: the api_key of provider 'mars'",
        "9: an api_key of provider 'moon'",
        "12: an address of alerts with its credential",
        "12: an address of alerts with its credential",
    ]
    assert "${MARS_API_KEY}" in words[0]
    assert [note for note in notes if note in told.out.splitlines()] == notes
    for secret in ("0123456789", "another-written", "aaaaaaaaa", "letmein"):
        assert secret not in told.out + told.err + str(notes)


def test_a_folder_that_does_not_load_is_blamed_by_the_name_that_was_given(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = gateway("policy", "diff", "policies", "nosuch")
    assert told.code == 78
    assert told.err.startswith("gateway: nosuch: does not load: nosuch:1:1: there is no such folder")
    assert "GATEWAY_POLICIES" not in told.err
    assert "GATEWAY_POLICIES" not in gateway("policy", "explain", *ASKED, "--policies", "nosuch").err
    monkeypatch.setenv("GATEWAY_POLICIES", "nosuch")
    assert gateway("policy", "explain", *ASKED).err.startswith("gateway: GATEWAY_POLICIES: nosuch does not load")


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def states(report: Any) -> dict[str, str]:
    return {finding["check"]: finding["state"] for finding in report["checks"]}


def test_a_doctor_who_finds_nothing_wrong(gateway: Gateway, home: Path, listening: int) -> None:
    write_policy(home, listening)
    gateway("migrate")
    told = gateway("doctor", "--json")
    assert told.code == 0
    assert "none here; for a new database one is made" in told.out
    assert not (home / ".gateway" / "root.key").exists()
    gateway("keys", "create", "--team", "support")
    told = gateway("doctor", "--json")
    assert told.code == 0
    found = states(told.json)
    assert found["provider gpu"] == found["database"] == found["policies"] == found["root key"] == "ok"
    assert found["provider openai"] == "degraded"  # it has no key here
    [alone] = [each["detail"] for each in told.json["checks"] if each["check"] == "redis"]
    assert "GATEWAY_REDIS_URL" in alone
    assert "the only replica" in alone
    assert told.json["state"] == "degraded"
    (home / ".gateway" / "root.key").chmod(0o640)
    told = gateway("doctor")
    assert (told.code, "may be read by others than its owner: chmod 600 " in told.out) == (0, True)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise asks for it on import
def test_a_doctor_tells_whether_alerts_have_somewhere_to_go(gateway: Gateway, home: Path) -> None:
    def alerts() -> tuple[str, str]:
        [found] = [each for each in gateway("doctor", "--json").json["checks"] if each["check"] == "alerts"]
        return found["state"], found["detail"]

    gateway("migrate")
    policy = home / "policies" / "policy.yaml"
    before = policy.read_text()
    state, detail = alerts()
    assert (state, detail.startswith("nobody is told")) == ("ok", True)
    policy.write_text(before + 'alerts: {to: ["json://127.0.0.1/x", "nonsense://user:hidden@host"]}\n')
    state, detail = alerts()
    assert (state, "place 2" in detail, "hidden" in detail) == ("degraded", True, False)
    policy.write_text(before + 'alerts: {to: ["json://127.0.0.1/x"]}\n')
    assert alerts() == ("ok", "1 destination; none was tried")


def test_a_provider_that_does_not_answer_is_degraded_and_no_more(gateway: Gateway, home: Path, listening: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    write_policy(home, port)
    gateway("migrate")
    told = gateway("doctor", "--json")
    assert told.code == 0
    assert states(told.json)["provider gpu"] == "degraded"


def test_a_database_without_tables_or_without_a_server_has_failed(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = gateway("doctor", "--json")
    assert told.code == 1
    assert states(told.json)["database"] == "failed"
    assert "gateway migrate" in told.out
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql+asyncpg://u:hunter2@127.0.0.1:1/x?password=hunter2")
    told = gateway("doctor")
    assert told.code == 1
    assert "PostgreSQL at 127.0.0.1:1/x does not answer" in told.out
    assert "hunter2" not in told.out + told.err


@pytest.mark.parametrize(
    "words",
    [("keys", "list"), ("migrate",), ("audit", "search"), ("audit", "verify"), ("audit", "witness", "--keep", "head")],
    ids=lambda words: words[-1],
)
def test_a_database_that_does_not_answer_is_named_with_what_to_do(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    with_root_key(load_settings(os.environ))
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql+asyncpg://u:hunter2@127.0.0.1:1/x?password=hunter2")
    told = gateway(*words)
    assert told.code == (2 if "witness" in words or "verify" in words else 78)
    assert (
        "PostgreSQL at 127.0.0.1:1/x does not answer (ConnectionRefusedError: nothing listens there: start it"
        in told.err
    )
    assert "hunter2" not in told.out + told.err


@pytest.mark.parametrize("words", [("migrate",), ("keys", "list"), ("doctor",)], ids=lambda words: words[0])
def test_an_installation_without_its_migrations_is_told_what_it_lacks(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, home: Path, words: tuple[str, ...]
) -> None:
    """As `pip install .` makes one, which copies the package and not what stands beside it."""
    monkeypatch.setattr(schema, "MIGRATIONS", home / "nowhere")
    told = gateway(*words)
    assert told.code == (1 if words == ("doctor",) else 78)
    assert f"the installation: lacks {home / 'nowhere'}: install the gateway in place" in told.out + told.err


def test_a_file_that_cannot_be_read_is_named(gateway: Gateway) -> None:
    gateway("migrate")
    gateway("keys", "create", "--team", "support")  # which makes a root key
    assert "gone.jsonl: No such file" in gateway("audit", "verify", "--export", "gone.jsonl").err
    assert "gone/head.note: No such file" in gateway("audit", "verify", "--anchors", "gone/head.note").err


def test_a_state_folder_below_one_that_is_locked_has_failed(
    gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As whom nothing is locked, root, cannot lock it: the system's answer is made up."""
    look = os.stat

    def refused(path: Any, *arguments: Any, **named: Any) -> os.stat_result:
        if str(path).startswith(f"{home}/locked/"):
            raise PermissionError(13, "Permission denied")
        return look(path, *arguments, **named)

    (home / "locked").mkdir()
    monkeypatch.setenv("GATEWAY_ROOT_KEY", TEST_ROOT_KEY)
    monkeypatch.setenv("GATEWAY_ADMIN_TOKEN", hashlib.sha256(b"token").hexdigest())
    monkeypatch.setenv("GATEWAY_STATE_DIR", str(home / "locked" / "state"))
    monkeypatch.setattr("os.stat", refused)
    monkeypatch.setattr("os.access", lambda path, _: not str(path).endswith("locked"))
    told = gateway("doctor", "--json")
    assert told.code == 1
    assert (states(told.json)["state folder"], states(told.json)["journal"]) == ("failed", "failed")


def test_the_doctor_says_what_becomes_of_what_was_set_aside(gateway: Gateway, home: Path) -> None:
    folder = home / ".gateway" / "journal" / "1"
    folder.mkdir(parents=True)
    for kind in "usage", "usage", "audit", "later-kind":
        set_records_aside(folder, [Record(len(kind), kind, kind, b"")])
    set_records_aside(folder, [Record(1, "usage", "another", b"")])
    [told] = [each for each in gateway("doctor", "--json").json["checks"] if each["check"] == "journal"]
    assert told["state"] == "degraded"
    assert "2 usage rows are set aside" in told["detail"], "what stands there twice is one"
    assert "1 audit records are set aside, and a gap to `gateway audit verify` until they go in" in told["detail"]
    assert "1 records (later-kind); a gateway tries them again at each start" in told["detail"]
    (folder / "refused.journal").write_bytes(b"no file of a journal")
    [told] = [each for each in gateway("doctor", "--json").json["checks"] if each["check"] == "journal"]
    assert told["detail"].endswith("1 of the files `refused.journal` cannot be read: keep them")


def test_a_journal_of_another_account_has_failed(gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".gateway" / "journal").mkdir(parents=True)
    monkeypatch.setattr("os.access", lambda path, _: not str(path).endswith("journal"))
    told = gateway("doctor", "--json")
    assert (told.code, states(told.json)["journal"]) == (1, "failed")


def test_a_doctor_shows_no_secret(gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import base64
    import secrets

    root = base64.b64encode(secrets.token_bytes(32)).decode()
    monkeypatch.setenv("GATEWAY_ROOT_KEY", root)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-canary-canary")
    for words in (["doctor"], ["doctor", "--json"], ["policy", "check", "policies"]):
        told = gateway(*words)
        assert "canary" not in told.out + told.err
        assert root not in told.out + told.err
    assert "from GATEWAY_ROOT_KEY" in gateway("doctor").out


def test_a_broken_policy_and_a_setting_that_cannot_stand_are_found(
    gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "policies" / "policy.yaml").write_text("versoin: 1\n")
    told = gateway("doctor", "--json")
    assert told.code == 1
    assert states(told.json)["policies"] == "failed"
    monkeypatch.setenv("GATEWAY_ENV", "prod")
    told = gateway("doctor", "--json")
    assert told.code == 1
    assert states(told.json)["root key"] == "failed"
    assert "GATEWAY_ROOT_KEY is required in prod" in told.out


@pytest.mark.parametrize("token", ["", "changeme"])
def test_a_weak_admin_token_starts_nothing(gateway: Gateway, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("GATEWAY_ADMIN_TOKEN", token)
    refused = gateway("serve")
    assert refused.code == 78
    assert "GATEWAY_ADMIN_TOKEN" in refused.err


def test_an_explanation_of_a_key_that_the_team_does_not_name_says_so(gateway: Gateway, home: Path) -> None:
    policy = POLICY.replace("PORT", "9").replace(
        "  support: {models: [fast]}\n",
        "  support:\n    models: [fast]\n    keys: {mailbox-prod: {models: [fast]}}\n"
        "    projects: {mails: {keys: [letters]}}\n    users: {anna@example.ch: {models: [fast]}}\n",
    )
    (home / "policies" / "policy.yaml").write_text(policy)
    asked = ("policy", "explain", "--team", "support", "--model", "fast")
    for named in (("--key", "mailbox-prod"), ("--key", "letters"), ("--user", "anna@example.ch"), ()):
        assert gateway(*asked, *named).err == ""
    told = gateway(*asked, "--key", "mailbox-prd", "--user", "x-42", "--json")
    assert told.json["verdict"] == "permitted"
    assert told.code == 0
    of_key, of_person = told.err.splitlines()
    assert of_key.startswith("team 'support' says nothing of key 'mailbox-prd' (did you mean 'mailbox-prod'?): ")
    assert of_person == "team 'support' says nothing of user 'x-42': what follows is as for any other"


def test_an_explanation_says_what_holds_in_a_persons_units(gateway: Gateway, home: Path) -> None:
    policy = POLICY.replace("PORT", "9").replace(
        "  support: {models: [fast]}\n",
        "  support:\n    models: [fast]\n    pii: house\n"
        "    cache: {enabled: true, ttl: 2h, semantic: {model: fast, floor: 92.5%}}\n"
        "    budgets: [{period: month, limit: 500 CHF, alerts: [50, 100]}]\n",
    )
    (home / "policies" / "policy.yaml").write_text(policy + "pii: {house: {actions: {email: mask}}}\n")
    explained = gateway("policy", "explain", "--team", "support", "--model", "fast")
    assert explained.code == 0, explained.err
    told = explained.out
    assert "ttl: 2h" in told
    assert "floor: 92.5%, checked: 5%" in told
    assert "500.0 CHF a month (alerts at 50%, 100%)" in told
    assert "None" not in told
    assert "rules: house  " in told, "without the actions that nobody changed"


def test_explaining_tells_what_holds_where_nobody_says_a_word(gateway: Gateway, home: Path) -> None:
    """What is looked for, and what is recorded: nobody may take silence for care, or `[]` for everything."""
    told = gateway("policy", "explain", "--team", "support", "--model", "fast")
    rows = {row[0]: row for line in told.out.splitlines() if len(row := re.split(r"  +", line.strip())) == 3}
    assert rows["pii"] == ["pii", "none", "nobody says otherwise"]
    assert rows["audit"] == [
        "audit",
        "mode: strict, content: encrypted, retention: 180d, omit_ip: false",
        "nobody says otherwise",
    ]
    policy = home / "policies" / "policy.yaml"
    policy.write_text(policy.read_text().replace("support: {models: [fast]}", "support: {models: []}"))
    assert re.search(
        r"\nmodels +none +team support ", gateway("policy", "explain", "--team", "support", "--model", "x").out
    )


def test_where_nothing_is_routed_no_note_says_what_is_passed_over(gateway: Gateway, home: Path) -> None:
    policy = home / "policies" / "policy.yaml"
    policy.write_text(policy.read_text().replace("provider: gpu, model: m", "provider: openai, model: gpt-5-mini"))
    told = gateway("route", "explain", "--team", "support", "--model", "fast")
    assert (told.code, "OPENAI_API_KEY is not set" in told.out, "passed over" in told.out) == (1, True, False)


@pytest.mark.postgres
def test_a_database_that_is_in_trouble_says_what_to_do(
    gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch, postgres: PostgresServer
) -> None:
    def told() -> str:
        """By a command, which refuses in one line, and the same by the doctor."""
        refused = gateway("keys", "list")
        assert (refused.code, refused.err.count("\n")) == (78, 1)
        examined = {each["check"]: each["detail"] for each in gateway("doctor", "--json").json["checks"]}
        remedy = refused.err.strip().rpartition("(")[2]
        assert remedy in examined["database"]
        return remedy

    assert gateway("migrate").code == 0
    monkeypatch.setenv("GATEWAY_DATABASE_URL", postgres.url("nosuch"))
    assert told() == "InvalidCatalogNameError: it has no database of that name: create it, or correct the name)"
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql://gateway@nohost.invalid/gateway")
    assert told() == "gaierror: its host's name cannot be resolved: correct it)"
    monkeypatch.delenv("GATEWAY_DATABASE_URL")
    (home / ".gateway" / "gateway.db").write_bytes(b"no database" * 500)
    assert told() == "DatabaseError: the file is no database, or a damaged one: restore a back-up)"
    (home / ".gateway" / "gateway.db").unlink()
    (home / ".gateway" / "gateway.db").mkdir()
    assert told().startswith("OperationalError: the file cannot be opened or written to")


def test_a_key_file_that_cannot_be_read_is_named(gateway: Gateway, home: Path) -> None:
    for name in ("root.key", "admin.token"):
        with_admin_token(with_root_key(load_settings(os.environ)))
        (home / ".gateway" / name).unlink()
        (home / ".gateway" / name).mkdir()
        [found] = gateway("doctor", "--json").json["checks"]
        assert f"{name} can be neither read nor made: " in found["detail"]
        (home / ".gateway" / name).rmdir()


def test_little_room_on_the_disk_is_told_with_what_to_do(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=5 * 1024**2))
    examined = {each["check"]: each for each in gateway("doctor", "--json").json["checks"]}
    assert examined["state folder"]["state"] == "failed"
    assert examined["state folder"]["detail"].endswith(" free: make room")


def test_what_others_could_change_and_auditors_whom_nobody_is_are_told(
    gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write to the state folder can put a root key and a policy of their own there."""
    (home / ".gateway").mkdir(mode=0o700)
    (home / ".gateway").chmod(0o777)
    monkeypatch.setenv("GATEWAY_ROOT_KEY", TEST_ROOT_KEY)
    monkeypatch.setenv("GATEWAY_AUDITORS", f"{account()}, no-such-account")
    examined = {each["check"]: each for each in gateway("doctor", "--json").json["checks"]}
    assert examined["state folder"]["state"] == examined["audit"]["state"] == "degraded"
    assert examined["state folder"]["detail"].endswith(f"anybody may put files there: chmod o-w {home / '.gateway'}")
    assert examined["audit"]["detail"].endswith("names accounts that are not here: no-such-account")
    (home / ".gateway").chmod(0o755)
    monkeypatch.setenv("GATEWAY_AUDITORS", account())
    examined = {each["check"]: each for each in gateway("doctor", "--json").json["checks"]}
    assert examined["state folder"]["state"] == examined["audit"]["state"] == "ok"
