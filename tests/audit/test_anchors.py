"""Checkpoints outside of the database: signed as S3 wants it, framed as syslog wants it, and read back to verify."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.audit.anchors import anchoring
from gateway.audit.anchors.address import CannotAnchor
from gateway.audit.anchors.anchoring import Anchoring, anchors_of
from gateway.audit.anchors.fetched import read_fetched
from gateway.audit.anchors.mail import Mail
from gateway.audit.anchors.s3 import ObjectLock, signed_headers
from gateway.audit.anchors.syslog import Syslog
from gateway.audit.checkpoint import BadCheckpoint, Head
from gateway.core.alerting import Alert
from gateway.core.policy import Secret
from gateway.providers.simulated.server import SimulatedServer
from gateway.settings import ConfigurationError, load_settings
from gateway.telemetry import logs
from tests.audit.test_sequencer import ship
from tests.audit.test_served import ask, trust
from tests.support.anchor_places import KEY, SECRET, Authority, LogHost, MailServer, ObjectStore, in_a_thread
from tests.support.audit_logs import GATEWAYS, KEYS, MemoryLog, bare, log_of, new_writer, shipment
from tests.support.clocks import HandClock
from tests.support.running import policy_for, serving
from tests.support.waiting import until

NOW = 1_795_600_000.0
HEAD = Head(4711, bytes(range(32)), 4700)
NOTE = KEYS.signing.checkpoint(HEAD)
CREDENTIALS = f"{KEY}:{quote(SECRET, safe='')}"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


# ------------------------------------------------------------------------------------------------------------------ S3


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "signature"),
    [
        (
            "GET",
            "/test.txt",
            {"host": "examplebucket.s3.amazonaws.com", "range": "bytes=0-9"},
            b"",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            "/test$file.text",
            {
                "date": "Fri, 24 May 2013 00:00:00 GMT",
                "host": "examplebucket.s3.amazonaws.com",
                "x-amz-storage-class": "REDUCED_REDUNDANCY",
            },
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
    ],
    ids=["get", "put"],
)
def test_signatures_are_those_of_the_s3_reference(
    method: str, path: str, headers: dict[str, str], body: bytes, signature: str
) -> None:
    """The examples of "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk"."""
    moment = datetime(2013, 5, 24, tzinfo=UTC)
    secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    signed = signed_headers(method, path, headers, body, moment, "AKIAIOSFODNN7EXAMPLE", secret, "us-east-1")
    assert signed["authorization"].endswith(f"Signature={signature}")


@pytest.mark.parametrize("scheme", ["s3", "s3+http"])
def test_an_object_is_locked_and_named_by_what_it_vouches_for(scheme: str, authority: Authority) -> None:
    store = ObjectStore(authority if scheme == "s3" else None)
    with in_a_thread(store):
        address = f"{scheme}://{CREDENTIALS}@{store.place}/bucket/a folder?region=eu-central-1&keep=3650d"
        anchor = ObjectLock(f"{address}&ca={authority.file}".replace(" ", "%20"))
        anchor.put(NOTE, HEAD, NOW)
        with pytest.raises(CannotAnchor, match="403 SignatureDoesNotMatch"):
            ObjectLock(f"{scheme}://{KEY}:wrong@{store.place}/bucket?ca={authority.file}").put(NOTE, HEAD, NOW)
        store.status = 503
        with pytest.raises(CannotAnchor, match="503 SlowDown"):
            anchor.put(NOTE, HEAD, NOW)
    [(name, (content, headers))] = store.objects.items()
    assert content.decode() == NOTE
    assert name.endswith(f"/000000004711-{HEAD.root.hex()[:16]}.note")
    assert headers["x-amz-object-lock-mode"] == "COMPLIANCE"
    until_ = datetime.fromtimestamp(NOW, UTC) + timedelta(days=3650)
    assert headers["x-amz-object-lock-retain-until-date"] == f"{until_:%Y-%m-%dT%H:%M:%SZ}"
    with pytest.raises(CannotAnchor, match="does not answer"):
        anchor.put(NOTE, HEAD, NOW)


def test_a_store_that_nobody_vouches_for_gets_nothing(authority: Authority) -> None:
    store = ObjectStore(authority)
    with in_a_thread(store), pytest.raises(CannotAnchor, match="SSLCertVerificationError"):
        ObjectLock(f"s3://{CREDENTIALS}@{store.place}/bucket").put(NOTE, HEAD, NOW)
    assert store.objects == {}


# ---------------------------------------------------------------------------------------------------- syslog and mail


@pytest.mark.parametrize("kind", ["udp", "tcp", "tls"])
def test_a_line_of_syslog_is_as_rfc_5424_says(kind: str, authority: Authority, tmp_path: Path) -> None:
    host = LogHost(kind, authority)
    anchor = Syslog(host.address)
    with in_a_thread(host.server):
        anchor.put(NOTE, HEAD, NOW)
        end = time.monotonic() + 5
        while not host.lines:
            assert time.monotonic() < end
            time.sleep(0.005)
    [line] = host.lines
    rest = re.fullmatch(
        rb"<109>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [!-~]{1,255} llm-gateway - AUDIT - (\{.*\})", line
    )
    assert rest is not None
    assert msgspec.json.decode(rest[1]) == {"size": 4711, "root": HEAD.root.hex(), "note": NOTE}
    (tmp_path / "log").write_bytes(line + b"\nother lines\n")
    assert read_fetched(tmp_path / "log", KEYS.signing.verify_key) == [HEAD]
    if kind != "udp":
        with pytest.raises(CannotAnchor, match="does not take it"):
            anchor.put(NOTE, HEAD, NOW)


def test_a_log_host_that_nobody_vouches_for_is_told_nothing(authority: Authority) -> None:
    host = LogHost("tls", authority)
    with in_a_thread(host.server), pytest.raises(CannotAnchor, match="SSLCertVerificationError"):
        Syslog(host.address.partition("?")[0]).put(NOTE, HEAD, NOW)
    assert host.lines == []


def test_a_mail_is_sent_behind_tls_and_reads_back(authority: Authority, tmp_path: Path) -> None:
    server = MailServer(authority)
    told = f"from=gateway@example.com&to=compliance@example.com&ca={authority.file}"
    with in_a_thread(server):
        Mail(f"smtp://me:p%40ss@{server.place}?{told}").put(NOTE, HEAD, NOW)
        Mail(f"smtp+plain://{server.place}?{told}").put(NOTE, HEAD, NOW)
        with pytest.raises(CannotAnchor, match="SSLCertVerificationError"):
            Mail(f"smtp://me:secret@{server.place}?{told.partition('&ca')[0]}").put(NOTE, HEAD, NOW)
    assert server.logins == [(True, b"\0me\0p@ss")]
    for number, mail in enumerate(server.mails):
        assert b"To: compliance@example.com\r\n" in mail
        (tmp_path / f"{number}.eml").write_bytes(mail)
    assert len(server.mails) == 2
    assert read_fetched(tmp_path, KEYS.signing.verify_key) == [HEAD]


def test_no_password_is_sent_to_a_server_without_tls() -> None:
    server = MailServer(None)
    with in_a_thread(server), pytest.raises(CannotAnchor, match="SMTPNotSupportedError"):
        Mail(f"smtp://me:secret@{server.place}?from=a@b.ch&to=c@d.ch").put(NOTE, HEAD, NOW)
    assert (server.logins, server.mails) == ([], [])


# -------------------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ftp://host/place", "must begin with"),
        ("s3://host/bucket", "KEY:SECRET"),
        ("s3://k:hidden-secret@host", "KEY:SECRET"),
        ("s3://k:hidden-secret@host/bucket?keeep=1d", "no 'keeep'"),
        ("s3://k:hidden-secret@host/bucket?keep=forever", "number and its unit"),
        ("s3://k:hidden-secret@host/bucket?mode=loose", "COMPLIANCE, GOVERNANCE"),
        ("s3://k:hidden/secret@host/bucket", "percent-encoded"),
        ("syslog+tls://host/path", "syslog+tls://host:port"),
        ("syslog+tls://host:port", "scheme://host:port"),
        ("syslog+tls://host?ca=/nowhere", "no file of certificates"),
        ("syslog+tcp://host?every=5", "needs its unit"),
        ("syslog+tcp://host?every=0s", "1s at least"),
        ("s3://k:hidden-secret@host/bucket?keep=99999999d", "at most 36500d"),
        ("s3://k:hidden-secret@host/bucket?keep=0d", "more than nothing"),
        ("smtp://me:hidden-secret@host?from=a@b.ch", "needs to="),
        ("smtp+plain://me:hidden-secret@host?from=a@b.ch&to=c@d.ch", "in the clear"),
    ],
)
def test_an_address_that_does_not_do_is_named_without_its_secret(address: str, why: str, tmp_path: Path) -> None:
    environ = {"GATEWAY_STATE_DIR": str(tmp_path), "GATEWAY_AUDIT_ANCHORS": f"syslog+udp://localhost {address}"}
    with pytest.raises(ConfigurationError) as refused:
        anchors_of(load_settings(environ))
    assert refused.value.setting == "GATEWAY_AUDIT_ANCHORS"
    assert "address 2" in refused.value.message
    assert why in refused.value.message
    assert "hidden" not in refused.value.message


@pytest.mark.parametrize(
    "address",
    [
        "s3://k:hidden@a..ch/bucket",
        "syslog+udp://a..ch",
        f"syslog+tcp://{'a' * 70}.ch",
        "syslog+tls://a..ch",
        "smtp://a..ch?from=a@b.ch&to=c@d.ch",
    ],
)
def test_a_host_that_there_cannot_be_is_a_place_that_does_not_take_it(address: str, tmp_path: Path) -> None:
    [anchor] = anchors_of(load_settings({"GATEWAY_STATE_DIR": str(tmp_path), "GATEWAY_AUDIT_ANCHORS": address}))
    with pytest.raises(CannotAnchor, match=r"Unicode(Encode)?Error"):
        anchor.put(NOTE, HEAD, NOW)


def test_names_of_anchors_hold_no_credentials(tmp_path: Path) -> None:
    listed = "s3://k:hidden@host/bucket/folder?keep=1d\nsyslog+tls://logs\nsmtp://me:hidden@mail?from=a@b.ch&to=c@d.ch&every=6h"
    (tmp_path / "anchors").write_text(listed)
    environ = {"GATEWAY_STATE_DIR": str(tmp_path), "GATEWAY_AUDIT_ANCHORS_FILE": str(tmp_path / "anchors")}
    settings = load_settings(environ)
    assert "hidden" not in repr(settings)
    assert [(each.name, each.every) for each in anchors_of(settings)] == [
        ("s3://host:443/bucket/folder", 300),
        ("syslog+tls://logs:6514", 60),
        ("smtp://mail:587?to=c@d.ch", 6 * 3600),
    ]


# ------------------------------------------------------------------------------------------------------- reading back


def test_a_fetched_note_that_was_changed_or_is_none_is_told(tmp_path: Path) -> None:
    key = KEYS.signing.verify_key
    (tmp_path / "a.note").write_text(NOTE.replace("4711", "4712"))
    with pytest.raises(BadCheckpoint, match=r"a\.note"):
        read_fetched(tmp_path, key)
    (tmp_path / "a.note").write_text("nothing of interest")
    with pytest.raises(ValueError, match="no checkpoint"):
        read_fetched(tmp_path, key)


@pytest.mark.fault("J2")
def test_what_anchors_keep_tells_of_a_history_that_was_signed_anew(tmp_path: Path) -> None:
    """Whoever has every key rebuilds all of it: the log alone is whole, and not what it was."""
    log = log_of([4, 4])
    for size, note in log.notes:
        (tmp_path / f"{size}.note").write_text(note)
    heads = tuple(read_fetched(tmp_path, KEYS.signing.verify_key))
    assert len(heads) == len(log.notes)
    anchored = msgspec.structs.replace(GATEWAYS, heads=heads)
    assert log.verdict(anchored).state == "whole"
    another = log_of([4, 4])
    assert another.verdict().state == "whole"
    assert another.verdict(anchored).kind == "fork"
    shorter = MemoryLog()
    shorter.rows, shorter.notes, shorter.tree = log.rows[:6], log.notes[:2], log.tree
    assert shorter.verdict(anchored).kind == "truncate"


# ----------------------------------------------------------------------------------------------------- in the gateway


class Place:
    """An anchor in memory."""

    def __init__(self, name: str = "memory", every: float = 60.0) -> None:
        self.name, self.every = name, every
        self.notes: list[str] = []
        self.error: Exception | None = None

    def put(self, note: str, head: Head, now: float) -> None:
        if self.error is not None:
            raise self.error
        self.notes.append(note)


class Alarms:
    def __init__(self) -> None:
        self.raised: list[Alert] = []

    def raise_alarm(self, alert: Alert) -> None:
        self.raised.append(alert)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    lines: list[tuple[str, Any]] = []
    monkeypatch.setattr(logs, "warning", lambda name, **fields: lines.append((name, fields.get("reason"))))
    monkeypatch.setattr(logs, "event", lambda name, **_: lines.append((name, None)))
    return lines


@pytest.mark.asyncio
async def test_one_process_anchors_what_is_new_and_another_takes_over(engine: AsyncEngine, tmp_path: Path) -> None:
    clock, alarms, place = HandClock(), Alarms(), Place()
    first, second = (Anchoring([place], KEYS.signing.verify_key, clock, alarms, tmp_path / "lock") for _ in range(2))
    await first.anchor_due(engine)
    assert place.notes == []  # the log is empty
    writer = new_writer()
    await ship(engine, [bare(writer, "writer_open")])
    await first.anchor_due(engine)
    await second.anchor_due(engine)
    await first.anchor_due(engine)
    assert len(place.notes) == 1
    clock.advance(61)
    await ship(engine, [shipment(writer)])
    await second.anchor_due(engine)
    assert len(place.notes) == 1
    await first.close()
    await second.anchor_due(engine)
    assert [KEYS.signing.verify_key.read(note).size for note in place.notes] == [1, 2]
    assert second.anchored == {"memory": clock.now()}
    await second.close()


@pytest.mark.asyncio
async def test_a_place_that_fails_is_asked_again_told_about_and_keeps_nobody_else_back(
    engine: AsyncEngine, tmp_path: Path, told: list[tuple[str, Any]]
) -> None:
    clock, alarms = HandClock(), Alarms()
    good, bad, broken = Place("good"), Place("bad"), Place("broken")
    bad.error, broken.error = CannotAnchor("it does not answer"), RuntimeError("text with a secret")
    anchors = Anchoring([bad, broken, good], KEYS.signing.verify_key, clock, alarms, tmp_path / "lock")
    await ship(engine, [bare(new_writer(), "writer_open")])
    start = clock.monotonic()
    while clock.monotonic() - start < anchoring.ALARM_SECONDS + 120:
        await anchors.anchor_due(engine)
        clock.advance(1)
    failures = [reason for name, reason in told if name == "audit_anchor_failed"]
    assert set(failures) == {"it does not answer", "RuntimeError"}
    assert 15 < failures.count("it does not answer") < 30  # sooner at first, then as often as it would be due
    assert len(good.notes) >= 16
    assert {alert.key.split("/")[1] for alert in alarms.raised} == {"bad", "broken"}
    assert len({alert.key for alert in alarms.raised}) == 2  # once a day, whoever is told
    assert "15 minutes" in alarms.raised[0].text
    bad.error = None
    clock.advance(60)
    await anchors.anchor_due(engine)
    assert len(bad.notes) == 1
    assert ("audit_anchored_again", None) in told
    await anchors.close()


@pytest.mark.asyncio
async def test_what_this_gateway_did_not_sign_is_not_anchored(
    engine: AsyncEngine, tmp_path: Path, told: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchoring, "ALARM_SECONDS", 0.0)
    place, alarms = Place(), Alarms()
    anchors = Anchoring([place], KEYS.signing.verify_key, HandClock(), alarms, tmp_path / "lock")
    await ship(engine, [bare(new_writer(), "writer_open")])
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE audit_checkpoint SET note = :note"), {"note": NOTE.replace("4711", "1")})
    await anchors.anchor_due(engine)
    assert place.notes == []
    assert "no good signature" in told[0][1]
    assert "no good signature" in alarms.raised[0].text
    await anchors.close()


@pytest.mark.asyncio
async def test_a_gateway_anchors_everywhere_and_serves_while_a_place_is_away(
    simulated: SimulatedServer, authority: Authority, tmp_path: Path
) -> None:
    store, host, mail = ObjectStore(authority), LogHost("tls", authority), MailServer(authority)
    addresses = [
        f"s3://{CREDENTIALS}@{store.place}/bucket/audit?keep=30d&ca={authority.file}&every=1s",
        f"{host.address}&every=1s",
        f"smtp://{mail.place}?from=a@b.ch&to=c@d.ch&ca={authority.file}",
        "syslog+tcp://127.0.0.1:9",
    ]
    settings = {"GATEWAY_AUDIT_ANCHORS": " ".join(addresses)}
    with contextlib.ExitStack() as servers:
        for server in (store, host.server, mail):
            servers.enter_context(in_a_thread(server))
        async with (
            serving(policy_for(simulated.url), tmp_path / "state", more_settings=settings) as running,
            httpx.AsyncClient() as client,
        ):
            assert (await ask(running, client)).status_code == 200
            await until(lambda: store.objects and host.lines and mail.mails)
            exposition = (await client.get(f"{running.url}/metrics")).text
        assert 'gateway_audit_anchored_timestamp_seconds{anchor="s3://127.0.0.1' in exposition
        assert SECRET not in exposition
    assert store.refused == []
    await asyncio.to_thread(_saved, tmp_path, store, host, mail)
    key = (await asyncio.to_thread(trust, tmp_path / "state")).verify_key
    for name in ("objects", "lines", "mails"):
        assert await asyncio.to_thread(read_fetched, tmp_path / name, key)


def _saved(folder: Path, store: ObjectStore, host: LogHost, mail: MailServer) -> None:
    for name, contents in (
        ("objects", [content for content, _ in store.objects.values()]),
        ("lines", [b"\n".join(host.lines)]),
        ("mails", mail.mails),
    ):
        (folder / name).mkdir()
        for number, content in enumerate(contents):
            (folder / name / str(number)).write_bytes(content)
