"""What fails where nobody waits for it stands in the log: by type and place, without a word of the exception's text."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import asyncio, gc, logging
from gateway.tasks import spawn, spawn_for_good
from gateway.telemetry import logs
from gateway.telemetry.libraries import hear_libraries

async def quits(): raise ValueError("Hans Muster")

def breaks(): raise LookupError("Hans Muster")

async def main():
    kept = spawn_for_good(quits(), "watch")
    spawn(quits(), "quit")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()
    asyncio.get_running_loop().call_soon(breaks)
    await asyncio.sleep(0)
    logging.getLogger("library").warning("of %s", "Hans Muster")
    try:
        breaks()
    except LookupError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    del kept

logs.configure("info")
hear_libraries()
hear_libraries()
asyncio.run(main())
"""


def test_failures_that_nobody_awaits_are_told_without_their_words() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    assert "Hans" not in done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    told = [line for line in lines if line["event"] == "fault"]
    faults = [(line["type"], line["where"].partition(" < ")[0].rpartition(" ")[2]) for line in told]
    assert sorted(faults) == [
        ("LookupError", "breaks"),  # of the server
        ("LookupError", "breaks"),  # of the loop
        ("ValueError", "quits"),
        ("ValueError", "quits"),
    ]
    [warned] = [line for line in lines if line["event"] == "library_warns"]
    assert (warned["logger"], warned["level"]) == ("library", "warning")
