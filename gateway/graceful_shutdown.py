"""SIGTERM, and the SIGHUP of a terminal that goes: the order in which a replica goes; and how a server beside it goes.

Promise: no client loses an answer because a replica is replaced: first it is not ready, then it lets nobody in, then
what is under way ends, and only then does the server close.

Uvicorn's own way would close the listener first, so that clients are refused before any balancer knows, and would cut
what outlasts its patience without a word. So its handler is called last; a second signal ends what is under way.

SIGHUP means two things: the terminal is gone, or (of a service, which has none) that its configuration is to be read
again. What has no terminal is therefore never ended by it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn

from gateway.tasks import spawn, spawn_for_good

Step = Callable[[], Awaitable[None]]

_LOOK_SECONDS: Final = 0.005


@contextmanager
def graceful_shutdown(leave: Step, hurry: Step, reload: Callable[[], None]) -> Iterator[None]:
    """Within, SIGTERM first runs `leave`; another one meanwhile runs `hurry`. On the loop of the main thread. SIGHUP
    does the same where there is a terminal, else it calls `reload`; unless it is ignored (`nohup`).

    Where no server listens for the signal (a test, an embedding), nothing is changed.
    """
    server = signal.getsignal(signal.SIGTERM) if threading.current_thread() is threading.main_thread() else None
    if not callable(server):
        yield
        return
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[None]] = []

    async def left(frame: FrameType | None) -> None:
        try:
            await leave()
        finally:
            server(signal.SIGTERM, frame)

    def begin(frame: FrameType | None) -> None:
        if tasks:
            tasks.append(spawn(_awaited(hurry), "hurry"))
        else:
            tasks.append(spawn(left(frame), "leave"))

    hangup = signal.getsignal(signal.SIGHUP)
    signal.signal(signal.SIGTERM, lambda _, frame: loop.call_soon_threadsafe(begin, frame))
    if hangup is signal.SIG_DFL and has_terminal():
        signal.signal(signal.SIGHUP, lambda _, frame: loop.call_soon_threadsafe(begin, frame))
    elif hangup is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda *_: loop.call_soon_threadsafe(reload))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, server)
        if hangup is signal.SIG_DFL:
            signal.signal(signal.SIGHUP, signal.SIG_IGN if tasks else hangup)
        for task in tasks:  # the server stops: nobody is left to leave or to hurry
            task.cancel()


def has_terminal() -> bool:
    """Whether this process is to end with one: a service has none, nor what was begun by `setsid`."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


async def _awaited(step: Step) -> None:
    await step()


async def serve_until(told: asyncio.Event, server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve on the running loop until told to go, then let what is under way end; for how long, the caller limits.

    As `uvicorn.Server.serve`, but signals are left to the proxy, and no time passes for nothing: uvicorn's own looks
    ten times a second whether it should go, and then gives a tenth to connections that have closed by then.
    Raises RuntimeError where the application did not start.
    """
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    if server.should_exit:
        raise RuntimeError("the application did not start")
    keeping_the_date = spawn_for_good(server.main_loop(), "a server's clock")
    try:
        await told.wait()
    finally:
        keeping_the_date.cancel()
    for accepting in server.servers:
        accepting.close()
    state = server.server_state
    for connection in list(state.connections):
        connection.shutdown()
    while state.connections or state.tasks:  # noqa: ASYNC110  uvicorn signals neither
        await asyncio.sleep(_LOOK_SECONDS)
    await server.lifespan.shutdown()
