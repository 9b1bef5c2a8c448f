"""kill -9 at marked points: the ledger after the next start, held row by row against the provider's own bill.

Each gateway is started on what the one before it left. The model's name says which call was which: it is the one word
that both the provider and the ledger remember.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from sqlalchemy import text

from gateway.core.ports import Record
from gateway.core.usage import Usage
from gateway.dialects.bounds import BYTES_A_TOKEN, MOST_OUTPUT
from gateway.journal.segment import Segment
from gateway.providers.simulated.server import SimulatedServer
from gateway.settings import load_settings
from gateway.storage.engine import open_engine
from tests.support.ports import free_port
from tests.support.running import TEST_ROOT_KEY, policy_for, prepared
from tests.support.simulated import simulated_in_thread
from tests.support.warm import WarmProcess

pytestmark = pytest.mark.asyncio

PROMPT: Final = "say " + "river stone light paper music " * 12
WORDS: Final = 60
"""The answer is so many words, each of them one token to the provider, and to whoever counts for it."""
QUICK: Final = ""
SLOW: Final = "+slow=0.05"
"""Twenty tokens a second: less than 64 from one beat to the next, on a machine that is busy, too."""
OPEN: Final = f"{SLOW}+stall-after=30"
"""It never ends, so that there is a beat however late that comes; half of what is billed has been said by then."""
SLOWER: Final = "+slow=0.3"
"""Eighteen seconds, of which four are waited for: a beat is on the disk long before the answer ends."""
NEAR: Final = 50
"""Tokens that an estimate may be above the bill: fewer than an answer has. It is never below what was written down."""

NOTHING, FROM_THE_MARK, ESTIMATED, BEATEN, EXACT = "nothing", "from the mark", "estimated", "beaten", "exact"
POINTS: Final = {
    "before-intent": (QUICK, NOTHING),
    "after-intent": (QUICK, NOTHING),
    "before-mark": (QUICK, NOTHING),
    "after-mark": (QUICK, FROM_THE_MARK),
    "dispatched": ("+first-byte-delay=60", ESTIMATED),
    "first-byte": (SLOW, ESTIMATED),
    "before-heartbeat": (OPEN, ESTIMATED),
    "after-heartbeat": (OPEN, ESTIMATED),
    "mid-stream": (SLOWER, BEATEN),
    "usage-event": (SLOW, ESTIMATED),
    "outcome-on-disk": (SLOW, ESTIMATED),
    "last-byte": (SLOW, ESTIMATED),
    "before-settle": (SLOW, ESTIMATED),
    "row-on-disk": (QUICK, EXACT),
    "row-in-database": (QUICK, EXACT),
}
"""How its provider answers, and what is to be in the ledger: of a call that was marked, and may not have been sent,
its input; of one that was cut, an estimate near the bill, with what it said where it lived from one beat to another; of
one that had settled, the bill."""
FROM_OUTSIDE: Final = ("dispatched", "mid-stream")
"""Points at which the test kills, and not the gateway itself."""

POLICY: Final = """\
version: 1
providers:
  openai: {{kind: openai, base_url: {url}/openai/v1, api_key: sk-test, region: us}}
prices:
  overrides:
{prices}
teams:
  demo: {{models: ["*"], budgets: [{{period: month, limit: 1000 USD}}], quotas: {{concurrent: 50}}}}
"""
PRICE: Final = '    - {{provider: openai, model: "{model}", since: 2020-01-01, input: 1 USD/Mtok, output: 2 USD/Mtok}}'


def nano(usage: Usage) -> int:
    return usage.input_tokens * 1000 + usage.output_tokens * 2000


def until(condition: Callable[[], Any], why: str) -> None:
    """Blocks."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, why
        time.sleep(0.01)


class Victims:
    """Gateways, one after the other, in one folder. All but `ask` and `rows` block."""

    def __init__(self, folder: Path, url: str, policy: str) -> None:
        self._folder = folder
        (folder / "policies").mkdir(parents=True)
        (folder / "policies" / "p.yaml").write_text(policy)
        self.state = folder / "state"
        self.database = f"sqlite+aiosqlite:///{folder / 'gateway.db'}"
        given = {
            "GATEWAY_STATE_DIR": str(self.state),
            "GATEWAY_DATABASE_URL": self.database,
            "GATEWAY_ROOT_KEY": TEST_ROOT_KEY,
            "GATEWAY_ADMIN_PORT": "0",
        }
        key = prepared(load_settings(given), policy_for(url))["demo"]
        self.headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        others = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        self._environ = {**others, **given}
        self._victim: WarmProcess | None = None
        self.chat = ""

    def start(self, point: str) -> None:
        port = free_port()
        self.chat = f"http://127.0.0.1:{port}/v1/chat/completions"
        with (self._folder / "log").open("ab") as log:
            self._victim = WarmProcess(
                [point, str(port)], cwd=self._folder, env=self._environ, stderr=log, entry="tests.support.victim:serve"
            )

        def listens() -> bool:
            assert self._lives(), (self._folder / "log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                return False
            return True

        until(listens, "the gateway did not start")

    def kill(self, how: int = signal.SIGKILL) -> None:
        assert self._victim is not None
        self._victim.send_signal(how)
        self.dead()

    def dead(self, at: str = "a signal") -> None:
        """Return once the victim is no more."""
        until(lambda: not self._lives(), f"the gateway did not die at {at}")
        self._victim = None

    def close(self) -> None:
        if self._victim is not None:
            self.kill()

    def _lives(self) -> bool:
        assert self._victim is not None
        return self._victim.poll() is None

    async def ask(self, model: str, pieces: int | None = None) -> bytes:
        """The body that was sent; returns when the answer broke off.

        The gateway is killed after so many pieces, and as soon as it has written down some of them.
        """
        body = json.dumps(
            {"model": f"openai/{model}", "stream": True, "messages": [{"role": "user", "content": PROMPT}]}
        ).encode()
        came = 0
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(self.chat, data=body, headers=self.headers) as answer,
            ):
                assert answer.status == 200, await answer.text()
                async for line in answer.content:
                    came += b'"content"' in line
                    if pieces is not None and came >= pieces:
                        await asyncio.to_thread(until, lambda: self.beaten() > WORDS - NEAR, "no beat was written")
                        await asyncio.to_thread(self.kill)
                        pieces = None
        except (aiohttp.ClientError, OSError):
            pass
        return body

    def beaten(self) -> int:
        """Tokens of the last call's answer that stand in the journal. Blocks."""
        last = [record for record in self._written() if record.kind in ("beat", "dispatched")][-1]
        return int(last.payload) if last.kind == "beat" else 0

    def concluded(self) -> bool:
        """Whether how the last call ended stands in the journal, beside what was asked. Blocks."""
        written = self._written()
        last = [record.key for record in written if record.kind == "dispatched"][-1]
        return [(record.kind, record.key) for record in written].count(("audit", last)) == 2

    def _written(self) -> list[Record]:
        newest = max((self._folder / "state" / "journal").glob("*/*.journal"))
        with contextlib.closing(Segment(newest)) as journal:
            return list(journal.read(0, -1))

    async def rows(self) -> list[dict[str, Any]]:
        engine = open_engine(self.database)
        try:
            async with engine.connect() as connection:
                found = await connection.execute(text("SELECT * FROM usage ORDER BY at"))
                return [dict(row._mapping) for row in found]
        finally:
            await engine.dispose()


@pytest.fixture
def provider() -> Iterator[SimulatedServer]:
    """One that remembers nothing but what is asked here."""
    with simulated_in_thread() as server:
        yield server


def named(point: str, run: int) -> str:
    """A model of its own for each call: what is told here of a retry concerns refusals only."""
    return f"gpt-4.1-mini{POINTS[point][0]}+retry-after={list(POINTS).index(point) * 100 + run}"


def asked(provider: SimulatedServer, model: str) -> list[Usage]:
    """What the provider charges for each call of this model."""
    exchanges = [one for one in tuple(provider.requests) if json.loads(one.body)["model"] == model]
    assert all(one.bill is not None for one in exchanges)
    return [one.bill for one in exchanges if one.bill is not None]


def held_to_the_bill(
    expected: str, bills: list[Usage], rows: list[dict[str, Any]], body: bytes, written_down: int
) -> None:
    """Nothing that was sent is free, nothing is there twice, and no sum is greater than what was reserved for it.

    `written_down`: tokens of the answer that stood in the journal when the gateway died. How far the answer was ahead
    of them is a matter of how busy the machine was.
    """
    if expected == NOTHING:
        assert (bills, rows) == ([], [])
        return
    [row] = rows
    used = Usage(input_tokens=row["input_tokens"], output_tokens=row["output_tokens"])
    assert 0 < row["cost_nano"] == nano(used)
    assert used.input_tokens <= len(body) // BYTES_A_TOKEN + 16
    assert used.output_tokens <= MOST_OUTPUT
    if expected == FROM_THE_MARK:
        assert (bills, used.output_tokens, row["error_code"]) == ([], 0, "presumed")
        return
    [bill] = bills
    if expected == EXACT:
        told = (row["status"], row["error_code"], bool(row["estimated"]), row["cost_nano"])
        assert told == ("ok", None, False, nano(bill))
        return
    assert (row["error_code"], bool(row["estimated"])) == ("presumed", True)
    # Nobody has counted the input: it is told by the length of the body, which is high for plain words.
    assert bill.input_tokens <= used.input_tokens <= 2 * bill.input_tokens
    assert written_down <= used.output_tokens <= bill.output_tokens + NEAR
    assert expected != BEATEN or written_down > WORDS - NEAR


async def killed_at_every_point(folder: Path, provider: SimulatedServer, runs: int) -> int:
    """How many calls were held to their bill. Two rows of gateways side by side: most of the time is the provider's."""
    turns: list[tuple[Victims, list[tuple[str, str]]]] = []
    for name, points in (("even", list(POINTS)[::2]), ("odd", list(POINTS)[1::2])):
        calls = [(point, named(point, run)) for run in range(runs) for point in points]
        prices = "\n".join(PRICE.format(model=model) for _, model in calls)
        policy = POLICY.format(url=provider.url, prices=prices)
        victims = await asyncio.to_thread(Victims, folder / name, provider.url, policy)
        turns.append((victims, calls))
    return sum(await asyncio.gather(*(killed_in_turn(victims, provider, calls) for victims, calls in turns)))


async def killed_in_turn(victims: Victims, provider: SimulatedServer, calls: list[tuple[str, str]]) -> int:
    body = b""
    written_down: dict[str, int] = {}
    try:
        for point, model in calls:
            await asyncio.to_thread(victims.start, "none" if point in FROM_OUTSIDE else point)
            if point == "dispatched":
                asking = asyncio.ensure_future(victims.ask(model))
                await asyncio.to_thread(until, lambda model=model: asked(provider, model), "nothing was sent")
                await asyncio.to_thread(victims.kill)
                body = await asking
            else:
                body = await victims.ask(model, 12 if point == "mid-stream" else None)
            if point not in FROM_OUTSIDE:
                await asyncio.to_thread(victims.dead, point)
            if point in ("usage-event", "outcome-on-disk"):
                assert await asyncio.to_thread(victims.concluded) == (point == "outcome-on-disk")
            if POINTS[point][1] in (ESTIMATED, BEATEN):
                written_down[model] = await asyncio.to_thread(victims.beaten)
        for _ in range(2):  # a second start finds all written
            await asyncio.to_thread(victims.start, "none")
            await asyncio.to_thread(victims.kill, signal.SIGTERM)
        rows = await victims.rows()
    finally:
        await asyncio.to_thread(victims.close)
    for point, model in calls:
        of_it = [row for row in rows if row["model"] == model]
        held_to_the_bill(POINTS[point][1], asked(provider, model), of_it, body, written_down.get(model, 0))
    assert len(rows) == sum(POINTS[point][1] != NOTHING for point, _ in calls)
    return len(calls)


@pytest.mark.timeout(300)
@pytest.mark.fault("A2")
async def test_killed_once_at_every_point(tmp_path: Path, provider: SimulatedServer) -> None:
    assert await killed_at_every_point(tmp_path, provider, 1) == len(POINTS)


@pytest.mark.fault("A2")
@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_killed_many_times_at_every_point(tmp_path: Path, provider: SimulatedServer) -> None:
    assert await killed_at_every_point(tmp_path, provider, 20) == 20 * len(POINTS)
