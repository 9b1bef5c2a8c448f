"""Canaries after representative traffic: nothing that the gateway writes, tells or keeps holds a prompt, an answer,
personal data or a key in clear.

The gateway is a process of its own, in production's setting, before real PostgreSQL and Valkey. It is killed at the
end, so that its journal is looked at, too. What a running process holds is looked at from inside: every object that is
still alive once its requests are over.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import json
import secrets
import signal
import sys
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import redis
from sqlalchemy import text

from gateway.core.events import Failed
from gateway.errors import UpstreamCut
from gateway.providers.simulated.server import SimulatedServer
from gateway.storage.engine import open_engine
from tests.faults.rarer_traffic import TOLD, Rarer, telling
from tests.support.anchor_places import in_a_thread
from tests.support.canaries import ADMIN_TOKEN, ALL, PEOPLE, PROVIDER_KEY, ROOT_KEY, Ear
from tests.support.collector import Collector
from tests.support.databases import PostgresServer
from tests.support.issuer import issuing
from tests.support.ports import free_port
from tests.support.replicas import command, environment, wait_for
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures
from tests.support.waiting import until
from tests.support.warm import WarmProcess

PERSONAL = tuple(PEOPLE.values())
OTHERS = ("canary.finch@example.ch", "CH56 0483 5012 3456 7800 9", "756.1234.5678.97", "+41 79 555 01 37")
"""Personal data that no module of the tests holds: for a process that looks through itself."""
SAID = ("kestrelcanary8812", "plovercanary4471", "answercanary9916")
"""Words of prompts and answers that are nobody's data, and nobody's business."""
KINDS = {
    "openai": ("openai", "/openai/v1"),
    "claude": ("anthropic", "/anthropic"),
    "gemini": ("gemini", "/gemini"),
    "mistral": ("mistral", "/mistral"),
    "grok": ("xai", "/xai/v1"),
}
TELLING = "tell-"
"""What the names of providers begin with that say again all that they are told."""
PROVIDER_KEYS = {name: f"{PROVIDER_KEY}{name}-{secrets.token_hex(16)}" for name in KINDS}

RULES = """\
pii:
  rules:
    actions: {email: pseudonymise, iban: pseudonymise, ch_ahv: mask, phone: hash, secret: block}
teams:
  demo:
    models: ["*"]
    pii: rules
    cache: {enabled: true, ttl: 1h}
    audit: {mode: strict, content: encrypted, retention: 180d}
    quotas: {requests_per_minute: 100000, concurrent: 100}
    budgets: [{period: month, limit: 100000 USD, alerts: [50]}, {period: day, limit: 5 USD, alerts: [1]}]
"""
SECRETS = {name: secrets.token_hex(20) for name in ("OIDC secret", "webhook password", "anchor secret")}
"""Of settings and of the policy: each is used, where nobody answers as one would wish."""


def sung(canaries: Mapping[str, str | bytes], places: dict[str, bytes]) -> list[tuple[str, str, bytes]]:
    """(place, which, what stands before it) of each that is heard."""
    ear = Ear(canaries)
    return [
        (place, which, data[max(0, at - 100) : at])
        for place, data in places.items()
        for which, at in itertools.chain(ear.in_bytes(data), ear.in_packed(data))
    ]


def policy_before(url: str, keys: dict[str, str], telltale: str | None = None) -> str:
    """The policy in YAML, for simulated providers at `url`; and those of TELLING at `telltale`."""
    places = [(name, url, kind, path, keys[name]) for name, (kind, path) in KINDS.items()]
    if telltale is not None:
        places += [(f"{TELLING}{name}", telltale, kind, path, keys[name]) for name, (kind, path) in KINDS.items()]
    providers = "\n".join(
        f"  {name}: {{kind: {kind}, base_url: {place}{path}, api_key: '{key}', region: us}}"
        for name, place, kind, path, key in places
    )
    models = ("m", "m+slow=0.05", *(f"m+{fault}" for fault in FAULTS))
    price = "since: 2020-01-01, input: 1 USD/Mtok, output: 2 USD/Mtok"
    named = [(name, model) for name in KINDS for model in models]
    named += [(name, f"told-{status}") for name, *_ in places[len(KINDS) :] for status in TOLD]
    prices = "\n".join(f"    - {{provider: {name}, model: '{model}', {price}}}" for name, model in named)
    return f"version: 1\nproviders:\n{providers}\nprices:\n  overrides:\n{prices}\n{RULES}"


# ------------------------------------------------------------------------------------------------------------- traffic


def bodies(dialect: str, model: str, prompt: str) -> tuple[str, dict[str, Any]]:
    """(path, body) of a request for a whole answer."""
    messages = [{"role": "user", "content": prompt}]
    match dialect:
        case "responses":
            return "/v1/responses", {
                "model": model,
                "input": prompt,
                "user": prompt.rpartition(": ")[2].partition(",")[0],
            }
        case "anthropic":
            return "/v1/messages", {"model": model, "max_tokens": 200, "messages": messages, "system": prompt}
        case "gemini":
            contents = [{"role": "user", "parts": [{"text": prompt}]}]
            return f"/v1beta/models/{model}:generateContent", {"contents": contents}
        case "mistral":
            return "/mistral/v1/chat/completions", {"model": model, "messages": messages}
        case _:
            tool = {"type": "function", "function": {"name": "look", "description": prompt, "parameters": {}}}
            return "/v1/chat/completions", {"model": model, "messages": messages, "tools": [tool]}


def streamed(path: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if ":generateContent" in path:
        return path.replace(":generateContent", ":streamGenerateContent") + "?alt=sse", body
    return path, {**body, "stream": True}


FAULTS = ("status=401", "status=429", "status=500", "garbage", "cut-after=2", "error-after=1")
DIALECTS = ("chat", "responses", "anthropic", "gemini", "mistral")


class Traffic:
    """`errors`: bodies of all answers but 200. `answers`: how many were 200."""

    def __init__(self, url: str, key: str, words: Sequence[str] = SAID, people: Sequence[str] = PERSONAL) -> None:
        self._url = url
        self._words = words
        self._people = people
        self._headers = {"authorization": f"Bearer {key}"}
        self.errors: list[bytes] = []
        self.answers = 0
        self.hits = 0

    def said(self, number: int) -> str:
        """A prompt with all canaries, whose answer repeats them."""
        return f"say {' '.join(self._words)} {number}: {', '.join(self._people)}"

    async def ask(self, client: httpx.AsyncClient, path: str, body: Any, **headers: str) -> None:
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = await client.post(
            f"{self._url}{path}", headers={**self._headers, "content-type": "application/json", **headers}, **sent
        )
        if answer.status_code == 200:
            self.answers += 1
            self.hits += answer.headers.get("x-gateway-cache") == "hit"
        else:
            self.errors.append(answer.content)

    async def all_of_it(self) -> None:
        async with httpx.AsyncClient(timeout=90) as client:
            await asyncio.gather(*(self._in(dialect, client) for dialect in DIALECTS))
            await self.ask(client, "/v1/embeddings", {"model": "openai/m", "input": [self.said(1), self.said(2)]})
            counted = {"model": "claude/m", "messages": [{"role": "user", "content": self.said(3)}]}
            await self.ask(client, "/v1/messages/count_tokens", counted)
            for _ in range(2):
                await self.ask(client, *bodies("chat", "openai/m", self.said(77)), **{"idempotency-key": "k-1"})

    async def _in(self, dialect: str, client: httpx.AsyncClient) -> None:
        for number, provider in enumerate(KINDS):
            path, body = bodies(dialect, f"{provider}/m", self.said(number))
            await self.ask(client, path, body)
            await self.ask(client, *streamed(path, body))
        path, body = bodies(dialect, "openai/m", self.said(1000))
        for _ in range(2):  # the second from the cache
            await self.ask(client, path, {**body, "tools": []} if "tools" in body else body)
        for number, fault in enumerate(FAULTS):
            path, body = bodies(dialect, f"mistral/m+{fault}", self.said(number))
            await self.ask(client, path, body)
            await self.ask(client, *streamed(path, body))
        await self.ask(client, path, json.dumps(body).encode()[:-9])
        await self.ask(client, path, {**body, "max_tokens": self._people[0], "generationConfig": self._people[1]})
        await self.ask(client, *bodies(dialect, "nowhere/m", self.said(1)))
        await self.ask(client, *bodies(dialect, "openai/m", f"{self.said(2)} AKIAIOSFODNN7EXAMPLE"))
        await self.ask(client, *bodies(dialect, "openai/m", self.said(3)), authorization="Bearer gwk_dev_wrong")
        await self.left(*streamed(*bodies(dialect, "openai/m+slow=0.05", self.said(4))))

    async def left(self, path: str, body: Any) -> None:
        """A client that leaves in the middle of a stream."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self._url}{path}", json=body, headers=self._headers) as answer,
        ):
            await answer.content.readline()


# --------------------------------------------------------------------------------------------------------- what is left


async def database_dump(url: str) -> dict[str, bytes]:
    """Table -> all its cells."""
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            tables = [row[0] for row in await connection.execute(text(names))]
            return {
                f"table {table}": b"\n".join(
                    cell if isinstance(cell, bytes) else str(cell).encode()
                    for row in await connection.execute(text(f'SELECT * FROM "{table}"'))
                    for cell in row
                )
                for table in tables
            }
    finally:
        await engine.dispose()


def valkey_dump(url: str) -> dict[str, bytes]:
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        found: dict[str, bytes] = {}
        for key in client.scan_iter():
            match client.type(key):
                case b"string":
                    held: list[bytes] = [client.get(key)]
                case b"hash":
                    held = [part for pair in client.hgetall(key).items() for part in pair]
                case b"list":
                    held = client.lrange(key, 0, -1)
                case b"set":
                    held = list(client.smembers(key))
                case b"zset":
                    held = [member for member, _ in client.zrange(key, 0, -1, withscores=True)]
                case _:
                    held = [str(client.xrange(key)).encode()]
            found[f"key {key!r}"] = b"\n".join([key, *(part for part in held if part)])
        return found


def valkey_snapshot(url: str) -> bytes:
    """The file that a back-up of Valkey would be."""
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        client.config_set("rdbcompression", "no")
        client.save()
        return Path(client.config_get("dir")["dir"], client.config_get("dbfilename")["dbfilename"]).read_bytes()


def files_below(folder: Path) -> dict[str, bytes]:
    """All but the journal's reserve, which is nothing but room."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != "reserve"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.mark.fault("H13")
@pytest.mark.timeout(900)
@pytest.mark.asyncio
@pytest.mark.postgres
@pytest.mark.valkey
async def test_after_all_traffic_no_canary_is_heard_anywhere(
    postgres: PostgresServer,
    valkey_url: str,  # noqa: F811
    provider: SimulatedServer,
    tmp_path: Path,
) -> None:
    database = postgres.create_migrated_database()
    url = postgres.url(database)
    collector = Collector()
    holding = contextlib.ExitStack()
    telltale, issuer = holding.enter_context(telling()), holding.enter_context(issuing())
    port, admin_port = free_port(), free_port()
    environ = environment(
        tmp_path,
        {
            "GATEWAY_ADMIN_PORT": str(admin_port),
            "GATEWAY_OIDC_ISSUER": issuer.url,
            "GATEWAY_OIDC_CLIENT_ID": "gateway-console",
            "GATEWAY_OIDC_CLIENT_SECRET": SECRETS["OIDC secret"],
            "GATEWAY_OIDC_ROLES": "llm-admins=key-admin",
            "GATEWAY_AUDIT_ANCHORS": f"s3+http://AKIDEXAMPLE:{SECRETS['anchor secret']}@{telltale.removeprefix('http://')}/b",
            "ALERTS_URL": f"json://gateway:{SECRETS['webhook password']}@{telltale.removeprefix('http://')}/hook",
            **{f"{name.upper()}_KEY": key for name, key in PROVIDER_KEYS.items()},
            "GATEWAY_ENV": "prod",
            "GATEWAY_ROOT_KEY": ROOT_KEY,
            "GATEWAY_ADMIN_TOKEN": ADMIN_TOKEN,
            "GATEWAY_DATABASE_URL": url,
            "GATEWAY_REDIS_URL": valkey_url,
            "GATEWAY_LOG_LEVEL": "debug",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_address[1]}",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        },
    )
    policy = policy_before(provider.url, {name: f"${{{name.upper()}_KEY}}" for name in KINDS}, telltale)
    policy += 'alerts: {to: ["${ALERTS_URL}"]}\n'
    await asyncio.to_thread(_written, tmp_path / "policies", policy)
    created = await asyncio.to_thread(command, tmp_path, environ, "keys", "create", "--team", "demo", "--json")
    key = json.loads(created)["key"]
    with holding, in_a_thread(collector), (tmp_path / "log").open("wb") as log:
        words = ["serve", "--port", str(port)]
        process = await asyncio.to_thread(WarmProcess, words, cwd=tmp_path, env=environ, stdout=log, stderr=log)
        try:
            await asyncio.to_thread(wait_for, process, f"http://127.0.0.1:{port}/health/ready")
            traffic = Traffic(f"http://127.0.0.1:{port}", key)
            await traffic.all_of_it()
            rarer = Rarer(
                f"http://127.0.0.1:{port}",
                f"http://127.0.0.1:{admin_port}",
                key,
                ADMIN_TOKEN,
                traffic.said(5),
                PERSONAL,
            )
            await rarer.all_of_it([f"{TELLING}{name}" for name in KINDS])
            async with httpx.AsyncClient() as client:
                metrics = (await client.get(f"http://127.0.0.1:{port}/metrics")).content
                standing = await client.get(f"http://127.0.0.1:{port}/me", headers={"authorization": f"Bearer {key}"})
                assert standing.status_code == 200
            kept = await asyncio.to_thread(valkey_dump, valkey_url)
            kept["snapshot"] = await asyncio.to_thread(valkey_snapshot, valkey_url)
            asked = traffic.answers + len(traffic.errors)
            await until(lambda: b"".join(collector.got).count(b"gen_ai.operation.name") >= asked, 120)
        finally:
            process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.wait)
    tables = await database_dump(url)
    state = await asyncio.to_thread(files_below, tmp_path / "state")
    told = {
        f"gateway {' '.join(words)}": (await asyncio.to_thread(command, tmp_path, environ, *words)).encode()
        for words in (("doctor", "--json"), ("keys", "list", "--json"))
    }
    places = {
        **tables,
        **told,
        "dump": await asyncio.to_thread(postgres.dumped, database),
        **kept,
        **{f"state/{name}": data for name, data in state.items()},
        "log": await asyncio.to_thread((tmp_path / "log").read_bytes),
        "traces": b"\n".join(collector.got),
        "metrics": metrics,
        "/me": standing.content,
        "errors": b"\n".join(traffic.errors + rarer.errors),
    }
    # Each place has what it should have: else silence would say nothing.
    assert traffic.answers > 60
    assert traffic.hits >= 4
    assert len(traffic.errors) > 50
    assert places["log"].count(b"request_ended") > 120
    assert places["traces"].count(b"gen_ai.provider.name") > 60
    assert b"gateway_requests" in metrics
    assert len(tables["table audit_record"]) > 100_000
    assert tables["table usage"]
    assert any(name.endswith(".journal") and len(data) > 100_000 for name, data in state.items())
    assert len(kept) > 10
    secret_of_key = key.split("_")[3]
    hidden = {f"provider key {name}": secret for name, secret in PROVIDER_KEYS.items()}
    hidden |= {"this virtual key": secret_of_key, **SECRETS, **{each: each for each in SAID}, **ALL}
    assert rarer.statuses[200] > 80
    assert len(rarer.quoting) > 200
    assert (
        sung({name: each for name, each in hidden.items() if each not in SAID}, {"quoting": b"".join(rarer.quoting)})
        == []
    )
    assert sung(hidden, places) == []
    sent = {str(number): one.body for number, one in enumerate(provider.requests)}
    assert len(sent) > 60
    assert sung(PEOPLE, sent) == []
    assert sung({SAID[0]: SAID[0]}, sent)


def _written(folder: Path, policy: str) -> None:
    folder.mkdir()
    (folder / "p.yaml").write_text(policy)


# ----------------------------------------------------------------------------------------------------- what still lives


class Kept:
    """Something of a request."""


def test_an_error_that_became_an_event_is_freed_with_the_request_that_it_leads_to() -> None:
    def broken_off() -> weakref.ref[Kept]:
        kept, events = Kept(), []
        try:
            raise UpstreamCut("it broke off")  # noqa: TRY301  this frame is what must be freed
        except UpstreamCut as error:
            events.append(Failed(error))  # error -> traceback -> this frame -> events -> error
        return weakref.ref(kept)

    left = broken_off()
    gc.collect()
    assert left() is None


INSIDE = """
import asyncio, gc, json, sys
from pathlib import Path
from time import monotonic
from gateway.policy.load import policy_of_text
from gateway.telemetry import logs
from tests.support.running import serving

def living(words):
    gc.collect()
    needles = [(word, word.encode()) for word in words]
    mine = {id(words), id(needles), *map(id, needles)}
    waiting = gc.get_objects()
    gc.unfreeze()
    waiting += gc.get_objects()
    seen = {id(waiting), *map(id, waiting)}
    found, looked = [], 0
    for holder in waiting:
        if id(holder) in mine:
            continue
        for each in gc.get_referents(holder):
            if isinstance(each, (str, bytes, bytearray)):
                looked += 1
                wanted = 0 if isinstance(each, str) else 1
                if any(pair[wanted] in each for pair in needles):
                    found.append(f"{type(each).__name__} in {path_to(holder, waiting)}")
            elif id(each) not in seen:
                seen.add(id(each))
                waiting.append(each)
    return found, looked

def living_frame():
    return sys._getframe(2)

def path_to(holder, mine):
    path, seen = [], {id(mine), id(path_to)}
    for _ in range(12):
        named = getattr(holder, "__qualname__", type(holder).__qualname__)
        path.append(f"{named} {getattr(holder, 'f_code', getattr(holder, 'cr_code', ''))} ({type(holder).__module__})")
        seen.add(id(holder))
        others = gc.get_referrers(holder)
        seen.add(id(others))
        holder = next((one for one in others if id(one) not in seen and one is not living_frame()), None)
        if holder is None:
            break
    return " in ".join(path)

async def main():
    logs.configure("debug")
    policy = policy_of_text("p.yaml", Path(sys.argv[1]).read_text(), {})
    async with serving(policy, Path(sys.argv[2])) as running:
        print(running.url, running.key, flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            while running.gateway.edge.in_flight:
                await asyncio.sleep(0.01)
            await running.gateway.recorded()
            words = [word[::-1] for word in json.loads(line)]
            line = ""
            began = monotonic()
            while True:  # connections that were left, and tasks that ended a moment ago, are held for a while
                found, looked = living(words)
                if not found or monotonic() > began + 90:
                    break
                await asyncio.sleep(1)
            print(json.dumps([sorted(set(found)), looked, monotonic() - began]), flush=True)

asyncio.run(main())
"""
"""A gateway that looks through itself. Words come to it backwards, so that it holds them only while it looks."""


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.asyncio
async def test_once_requests_are_over_no_living_object_holds_what_was_said(
    provider: SimulatedServer, tmp_path: Path
) -> None:
    """Bytes that were freed may still be in the memory: production forbids its picture (`gateway.undumpable`)."""
    policy = tmp_path / "policies"
    await asyncio.to_thread(_written, policy, policy_before(provider.url, PROVIDER_KEYS))
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        INSIDE,
        str(policy / "p.yaml"),
        str(tmp_path / "state"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    url, key = (await child.stdout.readline()).decode().split()
    words = [f"canary{secrets.token_hex(8)}" for _ in range(3)]
    traffic = Traffic(url, key, words, OTHERS)
    await traffic.all_of_it()
    assert traffic.answers > 60
    told = json.dumps([word[::-1] for word in (*words, *OTHERS)])
    child.stdin.write(told.encode() + b"\n")
    found, looked, seconds = json.loads(await child.stdout.readline())
    print(f"{looked} strings, {seconds:.1f} s")
    child.stdin.close()
    await child.wait()
    assert looked > 50_000
    assert found == [], "\n".join(found)
