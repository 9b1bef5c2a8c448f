"""Where `serve` and `demo` listen: told when it is chosen, and refused in one line where nobody can."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

import httpx
import pytest

from tests.cli.conftest import Gateway
from tests.support.replicas import wait_for
from tests.support.running import TEST_ADMIN_TOKEN, TEST_ROOT_KEY
from tests.support.warm import WarmProcess


class Started(NamedTuple):
    process: subprocess.Popen[bytes] | WarmProcess
    lines: Iterator[str]


@contextmanager
def started(home: Path, *words: str, fresh: bool = False) -> Iterator[Started]:
    """`fresh`: where it starts others, which import what it has; what else is asked of it a fork does as well."""
    environ = {**os.environ, "GATEWAY_ADMIN_PORT": "0", "PYTHONUNBUFFERED": "1"}
    process: subprocess.Popen[bytes] | WarmProcess
    said_to = home / "client" / "said"  # the demo tells its key
    said_to.parent.mkdir()
    with said_to.open("wb") as output:
        if fresh:
            command = [sys.executable, "-m", "gateway", *words]
            process = subprocess.Popen(command, stdout=output, stderr=output, cwd=home, env=environ)
        else:
            process = WarmProcess(words, stdout=output, stderr=output, cwd=home, env=environ)
    with said_to.open(encoding="utf-8") as said:
        try:
            yield Started(process, _lines(said, process))
        finally:
            process.terminate()
            process.wait(30)


def _lines(said: TextIO, process: subprocess.Popen[bytes] | WarmProcess) -> Iterator[str]:
    """As they come, until it has ended."""
    line = ""
    while process.poll() is None:
        line += said.readline()
        if line.endswith("\n"):
            yield line
            line = ""
        else:
            time.sleep(0.02)


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


@pytest.mark.parametrize("words", [("serve", "--policies", "policies"), ("demo",)])
def test_a_port_that_is_taken_is_told_in_one_line(gateway: Gateway, taken: str, words: tuple[str, ...]) -> None:
    gateway("migrate")
    told = gateway(*words, "--port", taken)
    assert (told.code, told.out) == (78, "")
    assert told.err == f"gateway: --port: {taken} is taken by another program on 127.0.0.1; give another one\n"


@pytest.mark.parametrize("words", [("serve", "--policies", "policies"), ("demo",)])
def test_the_admin_port_is_another_one_than_the_proxys(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    gateway("migrate")
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = str(server.getsockname()[1])
    monkeypatch.setenv("GATEWAY_ADMIN_PORT", free)
    told = gateway(*words, "--port", free)
    assert (told.code, told.out) == (78, "")
    assert told.err == f"gateway: GATEWAY_ADMIN_PORT: the proxy is to listen at {free} itself; give another one\n"


def test_an_address_of_another_machine_is_told_in_one_line(gateway: Gateway) -> None:
    gateway("migrate")
    for host in ("192.0.2.1", "no-such-host.invalid"):
        told = gateway("serve", "--policies", "policies", "--host", host)
        assert told.code == 78
        assert told.err == f"gateway: --host: '{host}' is no address of this machine\n"


def test_serve_tells_the_port_that_it_chose_and_what_its_start_takes_long_for(gateway: Gateway, home: Path) -> None:
    with (home / "policies" / "policy.yaml").open("a") as policy:
        policy.write("pii: {rules: {actions: {email: mask}}}\n")
    gateway("migrate")
    with started(home, "serve", "--policies", "policies", "--port", "0") as (process, said):
        lines = map(json.loads, said)
        address = next(line["address"] for line in lines if line["event"] == "gateway_starting")
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d+", address)
        assert "personal data" in next(line["work"] for line in lines if line["event"] == "gateway_preparing")
        next(line for line in lines if line["event"] == "admin_listening")
        wait_for(process, f"{address}/health/live")
        assert httpx.get(f"{address}/health/live", trust_env=False).json() == {"status": "live"}


@pytest.mark.parametrize(("host", "heard"), [("::", ["127.0.0.1", "[::1]"]), ("localhost", ["127.0.0.1"])])
def test_all_addresses_of_a_host_are_listened_on(gateway: Gateway, home: Path, host: str, heard: list[str]) -> None:
    """By several workers: `tests/cli/test_workers.py`."""
    gateway("migrate")
    with started(home, "serve", "--policies", "policies", "--host", host, "--port", "0") as (process, said):
        lines = map(json.loads, said)
        address = next(line["address"] for line in lines if line["event"] == "gateway_starting")
        next(line for line in lines if line["event"] == "admin_listening")
        for each in heard:
            url = f"http://{each}:{address.rpartition(':')[2]}/health/live"
            wait_for(process, url)
            assert httpx.get(url, trust_env=False).json() == {"status": "live"}


def test_a_port_that_ipv4_alone_has_taken_is_told_for_both(gateway: Gateway, taken: str) -> None:
    gateway("migrate")
    told = gateway("serve", "--policies", "policies", "--host", "::", "--port", taken)
    assert told.err == f"gateway: --port: {taken} is taken by another program on ::; give another one\n"


def test_the_demo_prints_what_can_be_pasted_wherever_it_listens(home: Path) -> None:
    """And not before it answers there."""
    with started(home, "demo", "--port", "0") as (_, lines):
        url = next(line.split()[1] for line in lines if line.startswith("  URL"))
        key = next(line.split()[1] for line in lines if line.startswith("  key"))
        models = httpx.get(f"{url}/v1/models", headers={"authorization": f"Bearer {key}"}, trust_env=False).json()
        assert "fast-chat" in [model["id"] for model in models["data"]]


def test_the_version_is_told(gateway: Gateway) -> None:
    told = gateway("--version")
    assert told.code == 0
    assert re.fullmatch(r"gateway \d+\.\d+\.\d+\n", told.out)


@pytest.mark.parametrize("words", [(), ("keys",), ("policy",), ("report",), ("audit",), ("pii",), ("route",)])
def test_the_help_of_groups_has_an_example_too(gateway: Gateway, words: tuple[str, ...]) -> None:
    told = gateway(*words, "--help")
    assert told.code == 0
    assert f"example:\n  gateway {' '.join(words)}" in told.out


def test_a_state_folder_that_takes_nothing_is_told_in_one_line(
    gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a volume that was mounted for another account, or read-only. In `prod` nothing else is written there first."""
    monkeypatch.setenv("GATEWAY_DATABASE_URL", f"sqlite+aiosqlite:///{home / 'elsewhere.db'}")
    gateway("migrate")
    monkeypatch.setenv("GATEWAY_ROOT_KEY", TEST_ROOT_KEY)
    monkeypatch.setenv("GATEWAY_ADMIN_TOKEN", TEST_ADMIN_TOKEN)
    monkeypatch.setenv("GATEWAY_ENV", "prod")
    (home / "file").touch()
    monkeypatch.setenv("GATEWAY_STATE_DIR", str(home / "file" / "state"))
    told = gateway("serve", "--policies", "policies", "--port", "0")
    assert (told.code, told.out, told.err.count("\n")) == (78, "", 1)
    assert f"GATEWAY_STATE_DIR: {home / 'file' / 'state'} cannot be written to (Not a directory)" in told.err
