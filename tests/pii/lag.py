"""`make pii-lag`: how long the event loop stands still while hostile texts go through a whole gateway; into LAG.md.

A real server on loopback, its policy with a rule set for personal data, all of whose types are looked for. The client
and the provider are another process. A task on the gateway's loop wakes up every millisecond: what counts is how late
it is, by the clock or by the processor time of the gateway's process, whichever is less, since other work on the
machine shows in the clock alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import uvloop

from gateway.policy.load import policy_of_text
from tests.bench.report import page
from tests.pii.test_linear import HOSTILE
from tests.policy.test_reload_unfelt import Pulse
from tests.support.one_provider import CHAT
from tests.support.running import serving

MOST_MILLISECONDS: Final = 20
SHORT, LONG = 100_000, 1 << 20
"""Bytes of a text: one that does not wait behind longer ones, and one that does."""
TRIES: Final = 3
"""A lag that a collection of what others left adds comes once; one that a text makes comes each time."""
PAGE: Final = Path(__file__).with_name("LAG.md")

POLICY = """\
version: 1
providers:
  sim: {{kind: openai, base_url: "http://127.0.0.1:{port}/v1", api_key: "not-a-secret-at-all", region: us}}
pii: {{rules: {{}}}}
teams: {{demo: {{models: ["*"], pii: rules}}}}
"""

EMBEDDED: Final = {
    "object": "list",
    "model": "m",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
    "usage": {"prompt_tokens": 1, "total_tokens": 1},
}

_PERSON = {"name": "Anna Müller", "born": "12.03.1980", "phone": "+41 79 123 45 67", "street": "Seeweg 3, 8001 Zürich"}


def _repeated(piece: str, size: int) -> str:
    return piece * (size // len(piece.encode()))


def _numbered(line: str, size: int) -> str:
    """The line again and again, each with a number of its own in place of `{}`, so that no value comes twice."""
    return "".join(line.replace("{}", f"{number:06}") for number in range(size // len(line.encode())))


def _said(*texts: str) -> dict[str, Any]:
    return {"model": "sim/m", "messages": [{"role": "user", "content": text} for text in texts]}


def _called(arguments: str) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "keep", "arguments": arguments}}
    told = {"role": "tool", "tool_call_id": "c1", "content": "kept"}
    return {
        "model": "sim/m",
        "messages": [{"role": "user", "content": "Keep"}, {"role": "assistant", "tool_calls": [call]}, told],
    }


BODIES: Final[dict[str, Callable[[int], dict[str, Any]]]] = {
    **{kind: lambda size, piece=piece: _said(_repeated(piece, size)) for kind, piece in HOSTILE.items()},  # type: ignore[misc]
    "CSV": lambda size: _said("name;born;mail;phone\n" + _numbered("Anna M;12.03.1980;a{}@x.ch;+41 79 1{}1\n", size)),
    "CSV of names": lambda size: _said("first name,last name,note\n" + _numbered("Anna,Müller,is {}\n", size)),
    "Markdown": lambda size: _said("| Name | Tel |\n|---|---|\n" + _numbered("| Anna Müller | 079 1{} |\n", size)),
    "mails by number": lambda size: _said(_numbered("a{}@bluewin.ch ", size)),
    "names by number": lambda size: _said(_numbered("Herr Müller, Kunde {}, ", size)),
    "secrets": lambda size: _said(_numbered("password: Xk9{}aQ!\n", size)),
    "JSON in a message": lambda size: _said(json.dumps([_PERSON] * (size // 130), ensure_ascii=False)),
    "JSON in a call": lambda size: _called(json.dumps({"rows": [_PERSON] * (size // 130)}, ensure_ascii=False)),
    "JSON of numbers": lambda size: _called(json.dumps({"rows": list(range(10**9, 10**9 + size // 12))})),
    "JSON of short texts": lambda size: _called(json.dumps({"rows": ["a b"] * (size // 7)})),
    "JSON, nested": lambda size: _called('{"a":' * 60 + json.dumps(["x"] * (size // 5)) + "}" * 60),
    "messages": lambda size: _said(*["Herr Müller sagt ja"] * (size // 55)),
    "clean messages": lambda size: _said(*["and so on"] * (size // 42)),
    "embeddings": lambda size: {"model": "sim/m", "input": ["Herr Müller, 079 123 45 67"] * (size // 32)},
    "metadata": lambda size: _said("x") | {"metadata": {f"key{number}": "v 1" for number in range(size // 18)}},
}


class _Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        answer = json.dumps(EMBEDDED if self.path.endswith("/embeddings") else CHAT).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


def _outside() -> None:
    """The other process: tells its provider's port, and sends what it reads: port, key, kind, size."""
    provider = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    Thread(target=provider.serve_forever, daemon=True).start()
    print(provider.server_port, flush=True)
    for line in sys.stdin:
        port, key, kind, size = json.loads(line)
        body = json.dumps(BODIES[kind](size), ensure_ascii=False).encode()
        path = "/v1/embeddings" if kind == "embeddings" else "/v1/chat/completions"
        connection = HTTPConnection("127.0.0.1", port)
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        connection.request("POST", path, body, headers)
        print(connection.getresponse().status, flush=True)
        connection.close()


class Lag:
    """A gateway, and whoever asks it."""

    def __init__(self, url: str, key: str, outside: asyncio.subprocess.Process) -> None:
        self._port = int(url.rpartition(":")[2])
        self._key = key
        self._outside = outside

    async def milliseconds(self, kind: str, size: int) -> tuple[float, int]:
        """The least of a few tries' longest standstills, and the answer's status."""
        least, status = float("inf"), 0
        for _ in range(TRIES):
            late, status = await self._once(kind, size)
            least = min(least, late)
            if least <= MOST_MILLISECONDS:
                break
        return least, status

    async def _once(self, kind: str, size: int) -> tuple[float, int]:
        assert self._outside.stdin is not None
        assert self._outside.stdout is not None
        pulse = Pulse()
        async with pulse.beating():
            asked = json.dumps([self._port, self._key, kind, size])
            self._outside.stdin.write(asked.encode() + b"\n")
            status = int(await self._outside.stdout.readline())
        return pulse.latest * 1000, status


async def measured(report: Callable[[str, int, float, int], None], kinds: Iterator[tuple[str, int]]) -> None:
    """Reports (kind, size, milliseconds, status) of each."""
    pipe = asyncio.subprocess.PIPE
    outside = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.pii.lag", "--outside", stdin=pipe, stdout=pipe
    )
    assert outside.stdout is not None
    try:
        policy = policy_of_text("lag.yaml", POLICY.format(port=int(await outside.stdout.readline())), {})
        with tempfile.TemporaryDirectory() as state:
            async with serving(policy, Path(state)) as gateway:
                lag = Lag(gateway.url, gateway.key, outside)
                await lag.milliseconds("mixed", 10_000)  # what is made at the first request
                for kind, size in kinds:
                    report(kind, size, *await lag.milliseconds(kind, size))
    finally:
        outside.kill()
        await outside.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--outside", action="store_true")
    parser.add_argument("kinds", nargs="*")
    options = parser.parse_args()
    if options.outside:
        _outside()
        return
    rows: list[tuple[str, int, float, int]] = []

    def report(*row: Any) -> None:
        rows.append(row)
        print("{:24} {:8} bytes: {:6.1f} ms, status {}".format(*row), flush=True)

    kinds = ((kind, size) for kind in options.kinds or BODIES for size in (SHORT, LONG))
    uvloop.run(measured(report, kinds))
    if not options.kinds:
        PAGE.write_text(_written(rows))


def _written(rows: Sequence[tuple[str, int, float, int]]) -> str:
    """Markdown. `rows`: kind, bytes, milliseconds, status."""
    late = {(kind, size): f"{told:.1f}" for kind, size, told, _ in rows}
    lines = [(kind, late[kind, SHORT], late[kind, LONG]) for kind in BODIES]
    return page(
        "How long the event loop stands still",
        "Written by `make pii-lag`. Milliseconds that a task on the loop was late at most while one request went\n"
        "through a whole gateway, by the clock or by the process's own processor time, whichever is less; the least\n"
        f"of {TRIES} tries where the first was above {MOST_MILLISECONDS}. First the texts on which careless "
        "detectors take forever, each\nrepeated to that size; behind them what is large in other ways.",
        ("what", f"{SHORT // 1000} kB", f"{LONG // 1024} KiB"),
        lines,
    )


if __name__ == "__main__":
    main()
