"""The ear hears what it should, wherever it is; and a run in which something is heard fails."""

from __future__ import annotations

import base64
import gzip
import os
import secrets
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from gateway.core import virtual_key
from tests.support.canaries import ALL, BLOCK, EMAIL, IBAN, KEY, PROVIDER_KEY, Ear
from tests.support.overheard import OWN

EAR = Ear(ALL)
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("canary", ALL.values(), ids=ALL)
@pytest.mark.parametrize("shift", range(3))
def test_a_canary_is_heard_in_every_form(canary: str | bytes, shift: int) -> None:
    raw = canary if isinstance(canary, bytes) else canary.encode()
    looks = [raw, raw.hex().encode(), raw.hex().upper().encode()]
    looks += [base64.b64encode(b"x" * shift + raw + b"and more"), base64.urlsafe_b64encode(b"x" * shift + raw + b"and")]
    if isinstance(canary, str):
        looks += [quote(canary, safe="").encode(), canary.encode("utf-16-le")]
    for look in looks:
        assert list(EAR.in_bytes(b"before " + look + b" after")), look


def test_numbers_are_heard_without_their_groups_and_not_within_others() -> None:
    [(which, at)] = EAR.in_bytes(b"to " + IBAN.replace(" ", "").encode())
    assert (which, at) == ("IBAN, close", 3)
    assert not list(EAR.in_bytes(f"{EMAIL[:-1]} {IBAN[:-1]} {PROVIDER_KEY[:-1]}".encode()))


@pytest.mark.parametrize("level", [1, 5, 6, 9])
@pytest.mark.parametrize("wrapped", [bytes, base64.b64encode, base64.urlsafe_b64encode])
def test_what_was_packed_is_heard(level: int, wrapped: Callable[[bytes], bytes]) -> None:
    told = f"Dear {EMAIL}, {os.urandom(9000).hex()}".encode()
    for packed in (zlib.compress(told, level), gzip.compress(told, level)):
        beside = os.urandom(1000) + b'"' + wrapped(packed) + b'" and more'
        assert ("e-mail, plain, packed", 1001) in EAR.in_packed(beside)
        assert not list(EAR.in_bytes(beside))
        assert ("e-mail, plain, packed", 1001) in EAR.in_packed(beside[:5000])  # a part of it, too


def test_a_whole_key_is_heard_whoever_minted_it_and_only_where_its_check_digits_are_right() -> None:
    signed = "gwk_prod_0123456789_" + "q7" * 16
    key = f"{signed}_{virtual_key.check_digits(signed)}"
    assert [which for which, _ in EAR.in_bytes(key.encode())] == ["virtual key, whole"]
    assert not list(EAR.in_bytes(f"{signed}_000000".encode()))


def test_every_key_that_a_test_mints_has_a_canary_in_it() -> None:
    one, other = (virtual_key.mint("dev", secrets.token_bytes) for _ in range(2))
    assert KEY in one.secret
    assert one.secret != other.secret
    assert virtual_key.parse(one.text) == one


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Where this run does not look itself."""
    assert "given" in OWN
    folder = tmp_path / "given"
    folder.mkdir()
    return folder


def test_files_are_read_behind_their_holes_and_told_by_name_and_place(planted: Path) -> None:
    (planted / "policies").mkdir()
    (planted / "policies" / "p.yaml").write_text(f"api_key: {PROVIDER_KEY}")
    (planted / "empty").touch()
    (planted / "link").symlink_to(planted / "policies" / "p.yaml")
    file = planted / "reserve"
    with file.open("wb") as written:
        os.posix_fallocate(written.fileno(), 0, 64 << 20)
        written.seek(60 << 20)
        written.write(f"{EMAIL}, {EMAIL}".encode())
    assert list(EAR.below(planted, OWN)) == [f"{file}: e-mail, plain, at byte {60 << 20}"]
    assert len(list(EAR.below(planted))) == 2


@pytest.mark.parametrize("at", [0, BLOCK - 9, BLOCK, 3 * BLOCK - 9, 5 * BLOCK - len(EMAIL)])
def test_of_copies_whatever_differs_is_heard_and_not_only_the_first_time(planted: Path, at: int) -> None:
    ear, told, around = Ear(ALL), EMAIL.encode(), os.urandom(5 * BLOCK)
    parts = {"nothing": b"", "it": told, "its head": told[:9], "its tail": bytes(9) + told[9:]}
    copies = {name: around[:at] + part + around[at + len(part) :] for name, part in parts.items()}
    size = 0
    for name in ("nothing", "it", "it", "its head", "it", "its tail", "it", "nothing", "nothing"):
        file = planted / "gateway.db"
        file.write_bytes(copies[name])
        assert list(ear.in_file(file)) == ([("e-mail, plain", at)] if name == "it" else []), name
        size += len(copies[name])
        assert ear.searched == size
    file.write_bytes(around + told)
    assert list(ear.in_file(file)) == [("e-mail, plain", len(around))]


SINGING = """
from gateway.telemetry import logs
from tests.support.canaries import EMAIL, IBAN

def test_that_writes(tmp_path):
    (tmp_path / "state").write_bytes(b"..." + EMAIL.encode())

def test_that_logs():
    logs.event(logs.STARTED, policy_version=IBAN)

def test_that_is_quiet(tmp_path):
    (tmp_path / "state").write_bytes(b"nothing")
"""


def test_a_run_in_which_something_is_heard_fails(planted: Path) -> None:
    (planted / "test_it.py").write_text(SINGING)
    (planted / "conftest.py").write_text("from tests.support.fixtures import nothing_is_overheard\n")
    words = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(planted)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "--basetemp", str(planted / "base"), str(planted)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "3 passed, 1 error" in done.stdout
    assert "state: e-mail, plain, at byte 3" in done.stdout
    assert "the log, in test_it.py::test_that_logs (call): IBAN, plain" in done.stdout
    assert EMAIL not in done.stdout
