"""The way to Redis or Valkey: one connection a process, shared by every request, that never mixes up its replies.

Promise: a command is answered within `CALL_SECONDS` or raises RedisDown; a Redis that is down costs a call nothing.

Invariants
- Nobody who waits holds the connection: one task writes, one task reads, and replies are matched to commands by their
  order. Who is cancelled or gives up leaves his place in that order behind, so his reply is read and thrown away:
  it can never reach the next in line.
- A connection that breaks, or owes a reply for `STALL_SECONDS`, is dropped with everything outstanding on it, and a
  new one is made. Until then every call fails at once. So is one to a server that has become a replica, which takes no
  writes: its name may lead to the new master by now. One that would drop keys to make room is not used at all.
- Whether a command that failed was carried out is not known: callers send what may be repeated, or count it as lost.
- No message, repr or log holds the URL or a value: a URL may carry a password.
- Commands that block or change the connection's mode (BLPOP, MULTI, SUBSCRIBE) are not sent here; what is published
  is read in `gateway.storage.channels`.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from typing import Any, Final

from redis.asyncio.connection import AbstractConnection, Connection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from gateway.settings import ConfigurationError
from gateway.storage.redis_calls import Argument, RedisDown, RedisRefused, Script
from gateway.storage.redis_errors import kind_of
from gateway.tasks import spawn, spawn_for_good

SETTING: Final = "GATEWAY_REDIS_URL"

CALL_SECONDS: Final = 0.05
"""The longest wait for a reply."""
TURNS: Final = 5
"""Turns of the loop that a late reply gets: where the loop itself was late, it lies in the socket already."""
STALL_SECONDS: Final = 1.0
"""A connection that owes a reply for so long is dropped."""
CONNECT_SECONDS: Final = 1.0
FIRST_PAUSE: Final = 0.05
"""Seconds before a lost connection is made again, doubled each time up to LONGEST_PAUSE."""
LONGEST_PAUSE: Final = 0.25
MOST_OUTSTANDING: Final = 10_000
"""Commands without a reply; more are refused at once."""

LINK_ERRORS: Final = (RedisError, OSError, EOFError)
"""What a connection raises that cannot be made or has broken; a TimeoutError is an OSError."""


_KEEPS_ALL: Final = "noeviction"
"""The only `maxmemory-policy` under which a server that is full refuses to write, rather than drop what it counted."""


class _Evicting(Exception):
    """The server would rather lose a count than refuse to write one."""


class _Call:
    __slots__ = ("packed", "reply", "since")

    def __init__(self, packed: list[bytes], reply: asyncio.Future[Any], since: float) -> None:
        self.packed = packed
        self.reply = reply
        self.since = since


def connection_to(url: str) -> AbstractConnection:
    """A connection, not yet made. Speaks RESP 2, and waits as it is told to. Raises ConfigurationError."""
    try:
        options: dict[str, Any] = dict(parse_url(url))
    except ValueError:
        raise ConfigurationError(SETTING, "is no address of a Redis: redis://user:password@host:6379/0") from None
    kind = options.pop("connection_class", Connection)
    options |= {
        "protocol": 2,
        "socket_timeout": None,
        "socket_connect_timeout": CONNECT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "driver_info": None,  # telling the client's version looks for its files, on the event loop
    }
    try:
        made: AbstractConnection = kind(**options)
    except (TypeError, RedisError):
        raise ConfigurationError(SETTING, "has an option that the connection does not know") from None
    return made


class Redis:
    """One process's connection. `start` it on the running loop; it keeps itself connected until `close`."""

    def __init__(self, url: str) -> None:
        """Raises ConfigurationError."""
        self._url = url
        self._packer = connection_to(url)
        self._loop = asyncio.get_running_loop()
        self._unsent: list[_Call] = []
        self._outstanding: deque[_Call] = deque()
        self._expected: deque[_Call] = deque()
        """All whose callers may still wait, the oldest first."""
        self._timer: asyncio.Handle | None = None
        self._something_to_send = asyncio.Event()
        self._connected = asyncio.Event()
        self._deadline: asyncio.Timeout | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.server = ""
        """The run of the server: one that was restarted, or has taken over, has another. Empty where it is not told."""
        self.trouble: str | None = "not connected yet"
        """Why it is down, in words that hold no secret; None while it is up."""

    @property
    def up(self) -> bool:
        return self.trouble is None

    def start(self) -> None:
        if self._keeper is None:
            self._keeper = spawn_for_good(self._keep(), "keep the connection to Redis")

    async def ready(self, seconds: float = CONNECT_SECONDS) -> bool:
        """Whether it is up, now or within that time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._connected.wait()
        return self.up

    async def close(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    async def execute(self, *command: Argument) -> Any:
        """The reply to one command; strings are bytes. Raises RedisDown, RedisRefused."""
        if self.trouble is not None:
            raise RedisDown(self.trouble, sent=False)
        if len(self._outstanding) + len(self._unsent) >= MOST_OUTSTANDING:
            raise RedisDown("too many commands wait for a reply", sent=False)
        reply: asyncio.Future[Any] = self._loop.create_future()
        call = _Call(self._packer.pack_command(*command), reply, self._loop.time())
        self._unsent.append(call)
        self._expected.append(call)
        self._something_to_send.set()
        if self._timer is None:
            self._timer = self._loop.call_later(CALL_SECONDS, self._overdue, TURNS)
        try:
            return await reply
        except ResponseError as error:
            raise RedisRefused(kind_of(error)) from None
        finally:
            if reply.done() and not reply.cancelled():
                reply.exception()  # looked at, also where the caller was cancelled at that very moment

    async def run(self, script: Script, keys: list[Argument], arguments: list[Argument]) -> Any:
        """What the script returns; it is sent whole only to a Redis that does not know it yet. Raises as `execute`."""
        try:
            return await self.execute("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except RedisRefused as refused:
            if refused.kind != "NOSCRIPT":
                raise
        return await self.execute("EVAL", script.source, len(keys), *keys, *arguments)

    async def publish(self, channel: str, message: Argument) -> int:
        """To how many subscribers it went. Raises as `execute`."""
        return int(await self.execute("PUBLISH", channel, message))

    def _overdue(self, turns: int) -> None:
        """One timer for all that is expected, since all of it may take equally long."""
        self._timer = None
        while self._expected:
            oldest = self._expected[0]
            rest = oldest.since + CALL_SECONDS - self._loop.time()
            if oldest.reply.done():
                self._expected.popleft()
            elif rest > 0:
                self._timer = self._loop.call_later(rest, self._overdue, TURNS)
                return
            elif turns:
                self._timer = self._loop.call_soon(self._overdue, turns - 1)
                return
            else:
                oldest.reply.set_exception(RedisDown("does not answer in time"))
                self._drop_if_stalled()

    def _drop_if_stalled(self) -> None:
        oldest = self._outstanding[0] if self._outstanding else None
        if oldest is not None and self._loop.time() - oldest.since > STALL_SECONDS and self._deadline is not None:
            self._deadline.reschedule(self._loop.time())

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            began = self._loop.time()
            connection = connection_to(self._url)
            try:
                await connection.connect()  # type: ignore[no-untyped-call]
                await self._serve(connection)
            except ReadOnlyError:
                self.trouble = "is a replica, and takes no writes"
            except _Evicting:
                self.trouble = f"would drop counts to make room: set its maxmemory-policy to {_KEEPS_ALL}"
            except LINK_ERRORS as error:
                self.trouble = f"cannot be reached ({type(error).__name__})"
            finally:
                self._connected.clear()
                self.trouble = self.trouble or "the connection was closed"
                self._fail_all()
                await connection.disconnect(nowait=True)
            pause = FIRST_PAUSE if self._loop.time() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _serve(self, connection: AbstractConnection) -> None:
        """Until the connection breaks."""
        await connection.send_command("PING")
        async with asyncio.timeout(CONNECT_SECONDS):
            await connection.read_response(timeout=math.inf)
        self.server = (await _server_info(connection, "server")).get("run_id", "")
        replication = await _server_info(connection, "replication")
        if replication.get("role") == "slave" and replication.get("slave_read_only") == "1":
            raise ReadOnlyError
        memory = await _server_info(connection, "memory")
        if memory.get("maxmemory", "0") != "0" and memory.get("maxmemory_policy", _KEEPS_ALL) != _KEEPS_ALL:
            raise _Evicting
        self.trouble = None
        self._connected.set()
        writing = spawn(self._write(connection), "write to Redis")
        try:
            async with asyncio.timeout(None) as self._deadline:
                await self._read(connection)
        finally:
            self._deadline = None
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _write(self, connection: AbstractConnection) -> None:
        """Whatever was asked since the last write goes out together. An error closes the connection for the reader."""
        while True:
            await self._something_to_send.wait()
            self._something_to_send.clear()
            calls, self._unsent = self._unsent, []
            wanted = [call for call in calls if not call.reply.done()]
            self._outstanding.extend(wanted)
            await connection.send_packed_command(
                [piece for call in wanted for piece in call.packed], check_health=False
            )

    async def _read(self, connection: AbstractConnection) -> None:
        while True:
            try:
                reply = await connection.read_response(timeout=math.inf)
            except ResponseError as error:
                reply = error
            call = self._outstanding.popleft()
            if not call.reply.done():
                if isinstance(reply, ResponseError):
                    call.reply.set_exception(reply)
                else:
                    call.reply.set_result(reply)
            if isinstance(reply, ReadOnlyError):
                raise reply

    def _fail_all(self) -> None:
        calls = [*self._outstanding, *self._unsent]
        self._outstanding.clear()
        self._unsent.clear()
        for call in calls:
            if not call.reply.done():
                call.reply.set_exception(RedisDown("the connection broke"))


async def _server_info(connection: AbstractConnection, section: str) -> dict[str, str]:
    """What the server says of itself; empty where it does not."""
    await connection.send_command("INFO", section)
    async with asyncio.timeout(CONNECT_SECONDS):
        try:
            told = await connection.read_response(timeout=math.inf)
        except ResponseError:
            return {}  # this user may not ask
    fields = (line.partition(":") for line in bytes(told).decode("utf-8", "replace").splitlines())
    return {name: value for name, colon, value in fields if colon}
