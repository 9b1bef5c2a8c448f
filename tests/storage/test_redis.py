"""The connection to a real Valkey: replies never cross, outages are short and told, scripts reload themselves."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway.settings import ConfigurationError
from gateway.storage import redis as module
from gateway.storage.channels import Channels
from gateway.storage.redis import Redis
from gateway.storage.redis_calls import RedisDown, RedisRefused, Script
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures
from tests.support.waiting import until
from tests.support.wire_server import Peer, serving

pytestmark = [pytest.mark.valkey, pytest.mark.asyncio]


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here depends on no machine's speed."""
    monkeypatch.setattr(module, "CALL_SECONDS", 2.0)


@pytest_asyncio.fixture
async def connected(valkey_url: str) -> AsyncIterator[Redis]:  # noqa: F811
    redis = Redis(valkey_url)
    redis.start()
    assert await redis.ready(5)
    yield redis
    await redis.close()


async def test_commands_are_answered_in_their_order(connected: Redis) -> None:
    replies = await asyncio.gather(*(connected.execute("ECHO", f"word {number}") for number in range(500)))
    assert replies == [b"word %d" % number for number in range(500)]


async def test_a_cancelled_command_leaves_its_reply_to_nobody(connected: Redis) -> None:
    draws = random.Random(7)

    async def ask(number: int) -> bytes | None:
        task = asyncio.ensure_future(connected.execute("ECHO", f"word {number}"))
        for _ in range(draws.randrange(4)):
            await asyncio.sleep(0)
        if draws.random() < 0.5:
            task.cancel()
        try:
            return await task
        except (asyncio.CancelledError, RedisDown):
            return None

    crossed = kept = 0
    for start in range(0, 5000, 250):
        for number, reply in enumerate(await asyncio.gather(*map(ask, range(start, start + 250))), start):
            kept += reply is not None
            crossed += reply is not None and reply != b"word %d" % number
    assert crossed == 0
    assert kept > 1000
    assert await connected.execute("ECHO", "after") == b"after"


async def test_a_script_is_known_by_its_hash_and_loaded_again_after_it_was_forgotten(connected: Redis) -> None:
    script = Script("return {KEYS[1], ARGV[1], redis.call('INCRBY', KEYS[1], ARGV[1])}")
    assert await connected.run(script, ["a"], [3]) == [b"a", b"3", 3]
    await connected.execute("SCRIPT", "FLUSH")
    assert await connected.run(script, ["a"], [4]) == [b"a", b"4", 7]


async def test_what_redis_refuses_is_told_without_its_values(connected: Redis) -> None:
    await connected.execute("SET", "name", "a secret")
    with pytest.raises(RedisRefused) as refused:
        await connected.execute("INCR", "name")
    assert refused.value.kind in {"ERR", "WRONGTYPE"}
    assert "secret" not in str(refused.value)
    assert await connected.execute("GET", "name") == b"a secret"


async def test_an_outage_fails_at_once_and_ends_by_itself() -> None:
    with valkey_server() as server:
        redis = Redis(server.connection_url)
        redis.start()
        assert await redis.ready(5)
        await asyncio.to_thread(server.terminate)
        await until(lambda: not redis.up)
        assert redis.trouble is not None
        before = asyncio.get_running_loop().time()
        with pytest.raises(RedisDown):
            await redis.execute("PING")
        assert asyncio.get_running_loop().time() - before < module.CALL_SECONDS
        await asyncio.to_thread(server.start)
        assert await redis.ready(10)
        assert await redis.execute("PING") == b"PONG"
        await redis.close()


async def test_one_that_became_a_replica_is_left_until_it_takes_writes_again(
    connected: Redis,
    valkey_url: str,  # noqa: F811
) -> None:
    by_hand = module.connection_to(valkey_url)
    await by_hand.connect()
    await by_hand.send_command("REPLICAOF", "127.0.0.1", "1")
    await by_hand.read_response()
    try:
        with pytest.raises(RedisRefused):
            await connected.execute("INCR", "a")
        await until(lambda: connected.trouble == "is a replica, and takes no writes")
        with pytest.raises(RedisDown):
            await connected.execute("PING")
    finally:
        await by_hand.send_command("REPLICAOF", "NO", "ONE")
        await by_hand.read_response()
        await by_hand.disconnect()
    assert await connected.ready(5)
    assert await connected.execute("INCR", "a") == 1


async def test_one_that_would_drop_counts_to_make_room_is_not_used() -> None:
    """Catalogue C5. What evicts nothing, having no bound, may be set as it likes."""
    config = {"maxmemory": "100mb", "maxmemory-policy": "allkeys-lru"}
    with valkey_server(config) as server, contextlib.closing(server.client()) as by_hand:
        redis = Redis(server.connection_url)
        redis.start()
        await until(lambda: "set its maxmemory-policy to noeviction" in str(redis.trouble))
        with pytest.raises(RedisDown):
            await redis.execute("PING")
        by_hand.config_set("maxmemory-policy", "noeviction")
        assert await redis.ready(5)
        await redis.close()

        by_hand.config_set("maxmemory-policy", "volatile-ttl")
        by_hand.config_set("maxmemory", "0")
        unbounded = Redis(server.connection_url)
        unbounded.start()
        assert await unbounded.ready(5)
        await unbounded.close()


async def test_a_server_at_a_path_in_another_encoding_is_used() -> None:
    """Among what it says of itself are its own paths, in whatever bytes its file system has."""

    class Server:
        async def send_command(self, *_: str) -> None: ...

        async def read_response(self, timeout: float) -> bytes:  # noqa: ASYNC109  as the driver's
            return b"# Server\r\nrun_id:a1\r\nexecutable:/opt/r\xe9dis/valkey-server\r\n"

    said: Any = Server()
    assert (await module._server_info(said, "server"))["run_id"] == "a1"


async def test_a_redis_that_owes_replies_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALL_SECONDS", 0.1)
    monkeypatch.setattr(module, "CALL_SECONDS", 0.05)

    async def only_pong(peer: Peer) -> None:
        while data := await peer.reader.read(4096):
            for _ in range(data.count(b"SETINFO")):
                await peer.send(b"+OK\r\n")
            if b"PING" in data:
                await peer.send(b"+PONG\r\n")
            if b"$4\r\nINFO" in data:
                await peer.send(b"-NOPERM this user may not ask\r\n")

    async with serving(only_pong) as wire:
        redis = Redis(f"redis://127.0.0.1:{wire.port}")
        redis.start()
        assert await redis.ready(5)
        for _ in range(4):
            with pytest.raises(RedisDown):
                await redis.execute("GET", "x")
        await wire.until(lambda: wire.accepted >= 2)
        await redis.close()


async def test_a_url_stays_out_of_every_message() -> None:
    redis = Redis("redis://:very-secret@127.0.0.1:1/0")
    redis.start()
    await until(lambda: redis.trouble is not None and "yet" not in redis.trouble)
    with pytest.raises(RedisDown) as down:
        await redis.execute("PING")
    assert "secret" not in f"{down.value}{redis.trouble}{redis!r}"
    await redis.close()


async def heard(server_url: str) -> tuple[Channels, list[bytes], list[None]]:
    messages: list[bytes] = []
    gaps: list[None] = []
    channels = Channels(server_url)
    channels.subscribe("news", messages.append, lambda: gaps.append(None))
    channels.start()
    await until(lambda: bool(gaps))  # nobody knows what was said before
    return channels, messages, gaps


async def test_messages_are_heard_and_gaps_told(connected: Redis, valkey_url: str) -> None:  # noqa: F811
    channels, messages, gaps = await heard(valkey_url)
    assert len(gaps) == 1
    assert await connected.publish("news", "first") == 1
    await until(lambda: messages == [b"first"])
    await connected.execute("CLIENT", "KILL", "TYPE", "pubsub")
    await until(lambda: len(gaps) == 2)
    assert await connected.publish("news", "second") == 1
    await until(lambda: messages == [b"first", b"second"])
    await channels.close()


async def test_a_silent_connection_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.storage.channels.SILENCE_SECONDS", 0.1)

    async def silent(peer: Peer) -> None:
        while data := await peer.reader.read(4096):
            for _ in range(data.count(b"SETINFO")):
                await peer.send(b"+OK\r\n")

    async with serving(silent) as wire:
        channels = Channels(f"redis://127.0.0.1:{wire.port}")
        channels.subscribe("news", lambda _: None, lambda: None)
        channels.start()
        await wire.until(lambda: wire.accepted >= 2)
        await channels.close()


@pytest.mark.parametrize("url", ["redis://host:port/0", "redis://host/?max_connections=x", "redis://host/?no_such=1"])
async def test_an_address_that_is_none_names_the_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="GATEWAY_REDIS_URL"):
        Redis(url)
