"""At the end of a run, all that gateways under test wrote, told or kept has been searched for canaries
(`tests.support.canaries`); one that was heard fails the run, named by its place and its form, never by its value.

Searched is, in each process that runs tests:

- the folder for temporary files: state folders with databases, journals and whatever else is in them, logs of
  processes, what exports, reports and anchors were given;
- the journal's files, before they are deleted;
- PostgreSQL's and Valkey's folders, before they are: with the one's log of every row that was ever written, and the
  other's of every command (`tests.support.databases`, `tests.support.valkey`);
- what gateways in the test's own process say: lines of the log, all of them, bodies of errors, the metrics at the end;
- what any gateway sends to a collector of traces.

The last line of a run tells how much that was. Core dumps are none (`tests.test_undumpable`).

Left out is what a test or a client writes itself, by where it lies: folders of the names in `OWN`.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from gateway.core import virtual_key
from gateway.journal import local
from gateway.telemetry import logs
from gateway.telemetry.standard_error import StandardError
from tests.support.canaries import ALL, KEY, Ear

OWN: Final = frozenset({"policies", "given", "client"})
"""Policies have keys and names of clients in them; what commands are given to read is the test's own, too; agents have
their key and what was said in the folder that is their home."""

EAR: Final = Ear(ALL)
found: list[str] = []
"""What was heard so far, a line for each place."""
said: Counter[str] = Counter()
"""Bytes that were listened to beside files, by place."""


def searched() -> Counter[str]:
    """Bytes by place."""
    return said + Counter({"files": EAR.searched - said.total()})


def listen(place: str, data: bytes) -> None:
    """Note what is heard in something that a gateway said during this test."""
    said[place] += len(data)
    for which, at in EAR.in_bytes(data):
        found.append(f"{place}, in {os.environ.get('PYTEST_CURRENT_TEST', 'no test')}: {which}, at byte {at}")


def listen_below(folder: Path) -> None:
    """Note what is heard in files that are about to be deleted."""
    found.extend(EAR.below(folder, OWN))


class Said:
    """A stream that listens, and keeps nothing."""

    def write(self, data: bytes) -> int:
        listen("the log", data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""


def overheard(application: Any) -> Any:
    """The ASGI application, listened to where it answers with an error."""

    async def listened_to(scope: Any, receive: Any, send: Any) -> None:
        status = 200

        async def heard(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif status >= 400 and message["type"] == "http.response.body":
                listen("the bodies of errors", message.get("body", b""))
            await send(message)

        await application(scope, receive, heard)

    return listened_to


def _removed(remove: Callable[[Path], None]) -> Callable[[Path], None]:
    def listening(path: Path) -> None:
        for file in (path, path.with_name(f"{path.name}-wal")):
            if file.is_file():
                for which, at in EAR.in_file(file):
                    found.append(f"{file}, before it was deleted: {which}, at byte {at}")
        remove(path)

    return listening


def _digits_with_a_canary(length: int, random_bytes: Callable[[int], bytes]) -> str:
    drawn = _random_digits(length, random_bytes)
    return drawn if length != virtual_key.SECRET_LENGTH else KEY + drawn[len(KEY) :]


_random_digits = virtual_key._random_digits
virtual_key._random_digits = _digits_with_a_canary
local.remove = _removed(local.remove)


def log_at_debug() -> None:
    """All that is logged is listened to: at first, and again after whoever has sent the log elsewhere."""

    class Stderr:
        buffer = Said()

    log = StandardError.of_the_log
    if log is not None and isinstance(log._to, Said):
        return
    before, sys.stderr = sys.stderr, Stderr()  # type: ignore[assignment]
    try:
        logs.configure("debug")
    finally:
        sys.stderr = before


log_at_debug()
