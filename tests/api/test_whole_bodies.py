"""A body that has come with its head is taken at once; one of a client that has left is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from unittest import mock

import pytest

from gateway.api import cycle as cycles
from gateway.api.body import BodyReader
from gateway.api.cycle import CYCLE, Cycle
from gateway.overload.strain import HeldBytes

pytestmark = pytest.mark.asyncio


def cycle(body: bytes, *, more: bool = False) -> Cycle:
    """Of a request of which so much has come."""
    transport = mock.Mock(spec=asyncio.Transport)
    made = Cycle(
        {"method": "POST", "http_version": "1.1", "headers": []},
        transport,
        mock.Mock(write_paused=False),
        (),
        lambda: None,
        keep_alive=True,
    )
    made.body, made.more_body = body, more
    made.message_event.set()
    return made


def reader(scope: dict[str, Any], receive: Any, bodies: HeldBytes) -> BodyReader:
    return BodyReader(receive, scope[CYCLE].take_body, None, bodies)


async def served(asked: Cycle, application: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
    """A cycle never raises; this does, what the application did."""
    raised: list[BaseException] = []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        try:
            await application(scope, receive, send)
        except BaseException as error:
            raised.append(error)
            raise

    with mock.patch.object(cycles, "_log"):
        await asked.run_asgi(watched)
    if raised:
        raise raised[0]


async def answer(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def test_a_body_that_is_there_is_read_without_receiving_and_counted_until_it_is_forgotten() -> None:
    asked, bodies = cycle(b"all of it"), HeldBytes()

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def nothing_is_received() -> None:
            raise AssertionError

        body = reader(scope, nothing_is_received, bodies)
        assert await body.read(100) == b"all of it"
        assert bodies.held == 9
        body.forget()
        watching = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        assert not watching.done(), "what is received next is that the client leaves"
        await answer(send)
        assert await watching == {"type": "http.disconnect"}

    await served(asked, application)
    assert bodies.held == 0
    assert asked.response_complete
    assert CYCLE not in asked.scope, "it refers to the cycle, which refers to its scope"


async def test_a_body_of_which_more_comes_is_received() -> None:
    asked = cycle(b"a part", more=True)

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        reading = asyncio.ensure_future(reader(scope, receive, HeldBytes()).read(100))
        await asyncio.sleep(0)
        asked.body, asked.more_body = b", and the rest", False
        asked.message_event.set()
        assert await reading == b"a part, and the rest"
        await answer(send)

    await served(asked, application)
    assert asked.response_complete


async def test_who_left_while_he_waited_for_his_turn_is_asked_for_nothing() -> None:
    asked = cycle(b"all of it")

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = reader(scope, receive, HeldBytes())
        asked.disconnected = True
        asked.message_event.set()
        with pytest.raises(asyncio.CancelledError):
            await body.read(100)

    await served(asked, application)
