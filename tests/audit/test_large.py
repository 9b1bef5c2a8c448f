"""Long runs: a million records verified, ten million nonces."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.audit.keys import keeper_of, log_keys, pseudonyms
from gateway.audit.record import VERSION, Header
from gateway.audit.seal import Content, Sealer
from gateway.audit.sequencer import put_into_log
from gateway.audit.writer import Shipment, Writer
from gateway.settings import Settings, load_settings
from gateway.storage.engine import open_engine
from gateway.storage.schema import migrate
from tests.support.running import TEST_ROOT_KEY

RECORDS = 1_000_000
AT_ONCE = 1000
MEASURED = """
import json, resource, subprocess, sys, time
began = time.monotonic()
command = [sys.executable, "-m", "gateway", "audit", *sys.argv[1:]]
done = subprocess.run(command, capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"code": done.returncode, "seconds": time.monotonic() - began, "cpu": used.ru_utime + used.ru_stime,
                  "mib": used.ru_maxrss / 1024, "verdict": done.stdout[:1] == b"{" and json.loads(done.stdout)}))
"""


def environ(state: Path) -> dict[str, str]:
    return {"GATEWAY_STATE_DIR": str(state), "GATEWAY_ROOT_KEY": TEST_ROOT_KEY}


@pytest.mark.fault("J8")
@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_million_records_are_verified_in_a_minute_and_half_a_gigabyte(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    settings = load_settings(environ(tmp_path))
    asyncio.run(_fill(settings))
    measured = _measured(tmp_path, "verify", "--json")
    figure = (
        f"{RECORDS:,} records in {measured['seconds']:.0f} s by the clock, {measured['cpu']:.0f} s of processor time,"
        f" {measured['mib']:.0f} MiB"
    )
    record_property("figure", figure)
    assert (measured["code"], measured["verdict"]["records"]) == (0, RECORDS)
    assert measured["mib"] < 500
    assert measured["cpu"] < 120  # of two cores in a minute
    idle = _measured(tmp_path, "key", "--json")["mib"]
    for words in (
        ("prove", "--place", "123456"),
        ("witness", "--keep", str(tmp_path / "head")),
        ("witness", "--keep", "head"),
    ):
        measured = _measured(tmp_path, *words)
        assert measured["code"] == 0
        assert measured["mib"] - idle < 60, "a hash or two is held for each level of the tree, and no record"


def _measured(state: Path, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        env={**os.environ, **environ(state)},
        cwd=state,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


async def _fill(settings: Settings) -> None:
    engine = open_engine(settings.database_url.reveal())
    await migrate(engine)
    writer, now = Writer(keeper_of(settings), pseudonyms(settings)), time.time()
    writer.needs_key("demo", now)
    writer.keep("demo", writer.new_key("demo", now))
    content = Content(prompt=b"What a person asks of a model, in a few words. " * 6)

    def made(number: int) -> Shipment:
        header = Header(
            v=VERSION, kind="request", at=int(now * 1e6), request=f"req_{number:024}", virtual_key="abcdefghij",
            operation="chat", dialect="openai_chat", provider="openai", model="gpt-5-mini", region="eu", mode="strict",
        )  # fmt: skip
        draft = writer.draft(header, "demo", f"person {number % 1000}", now, with_content=True)
        return writer.linked(draft, draft.sealed(content))

    keys = log_keys(settings)
    for start in range(0, RECORDS, AT_ONCE):
        shipments = [made(number) for number in range(start, start + AT_ONCE)]
        async with engine.begin() as connection:
            await put_into_log(connection, shipments, keys, now)
    await engine.dispose()


@pytest.mark.fault("J9")
@pytest.mark.soak
@pytest.mark.timeout(900)
def test_ten_million_nonces_of_forked_processes_are_all_different(tmp_path: Path) -> None:
    sealer, children, each = Sealer(bytes(32), bytes(32)), 4, 2_500_000
    started = []
    for number in range(children):
        child = os.fork()
        if child == 0:
            with (tmp_path / str(number)).open("wb") as file:
                for _ in range(each // 1000):
                    file.write(b"".join([sealer.seal(b"", b"")[1:13].ljust(16, b"\0") for _ in range(1000)]))
            os._exit(0)
        started.append(child)
    for child in started:
        os.waitpid(child, 0)
    nonces = np.concatenate([np.fromfile(tmp_path / str(number), dtype="S16") for number in range(children)])
    assert len(nonces) == children * each
    assert len(np.unique(nonces)) == len(nonces)
