"""Providers behind a network that breaks, as clients, books and the providers themselves see it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from gateway.core.policy import Alias, Target, Timeouts
from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.fault_proxy import HEALTHY, Fault, FaultProxy, black_hole, proxied
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

CHAT = "/v1/chat/completions"
SPOKEN = "openai/m+text=Gr%C3%BCezi%20mitenand%20zusammen"
"""The first piece of the answer has a letter of two bytes."""

QUICK = Timeouts(connect=0.5, first_byte=1, idle=0.4, total=20)


class Standing:
    """A gateway whose provider `openai` is behind `proxy`; the others are reached as they are."""

    def __init__(
        self, gateway: RunningGateway, provider: SimulatedServer, proxy: FaultProxy, client: httpx.AsyncClient
    ) -> None:
        self.gateway = gateway
        self.provider = provider
        self.proxy = proxy
        self.client = client

    async def ask(self, model: str, *, stream: bool = False, **more: Any) -> httpx.Response:
        messages = [{"role": "user", "content": "hi"}]
        return await self.client.post(CHAT, json={"model": model, "stream": stream, "messages": messages, **more})

    async def quiet(self) -> None:
        """Nothing is held any more: no place, no call, no walk."""
        inside = self.gateway.gateway
        async with asyncio.timeout(10):
            while inside.guards.turns.in_use or inside.health.under_way or inside.edge.in_flight:
                await asyncio.sleep(0.005)


@asynccontextmanager
async def standing(
    folder: Path, timeouts: Timeouts = QUICK, models: tuple[Alias, ...] = (), gpu: str | None = None
) -> AsyncIterator[Standing]:
    async with AsyncExitStack() as stack:
        provider = await serve_simulated()
        stack.push_async_callback(provider.close)
        proxy = await stack.enter_async_context(proxied(provider.url))
        policy = policy_for(provider.url, timeouts=timeouts, models=models, local_url=gpu)
        behind = msgspec.structs.replace(policy.providers["openai"], base_url=f"{proxy.url}/openai/v1")
        policy = msgspec.structs.replace(policy, providers={**policy.providers, "openai": behind})
        gateway = await stack.enter_async_context(serving(policy, folder))
        headers = {"authorization": f"Bearer {gateway.key}"}
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=gateway.url, headers=headers, trust_env=False, timeout=30)
        )
        yield Standing(gateway, provider, proxy, client)


def frames(answer: httpx.Response) -> list[Any]:
    data = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    return [one if one == "[DONE]" else json.loads(one) for one in data]


BROKEN: dict[str, tuple[int | bytes, int]] = {
    "before the head": (0, 2),
    "within the head": (40, 2),
    "after one event": (b'"finish_reason":null}],"obfuscation":"qY7"}\n\n', 1),
    "within a letter": ("Grü".encode()[:-1], 1),
    "within JSON": (b'{"content":', 1),
    "before usage": (b'"finish_reason":"stop"', 1),
    "before [DONE]": (b"data: [DON", 1),
}
"""Where the answer breaks -> (behind which bytes, calls that the provider gets)."""


@pytest.mark.fault("D5")
@pytest.mark.parametrize("then", ["reset", "close"])
@pytest.mark.parametrize("place", BROKEN)
async def test_an_answer_that_breaks_anywhere(place: str, then: Any, tmp_path: Path) -> None:
    behind, calls = BROKEN[place]
    async with standing(tmp_path) as house:
        house.proxy.fault = Fault(behind=behind, then=then)
        answer = await house.ask(SPOKEN, stream=True, stream_options={"include_usage": True})
        assert len(house.provider.requests) == calls
        if calls == 2:  # nothing was said yet: once more, and then a status
            assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_cut")
        else:
            told = frames(answer)
            assert (answer.status_code, told[-1]["error"]["code"]) == (200, "upstream_cut")
            assert "[DONE]" not in told
        [row] = await house.gateway.usage_rows()
        assert (row["status"], row["attempts"]) == ("upstream_error" if calls == 2 else "upstream_cut", calls)
        await house.quiet()
        house.proxy.fault = HEALTHY
        assert (await house.ask(SPOKEN)).status_code == 200


@pytest.mark.fault("D6")
async def test_an_answer_that_falls_silent_ends_in_an_error_frame_and_holds_nothing(tmp_path: Path) -> None:
    async with standing(tmp_path) as house:
        house.proxy.fault = Fault(behind=b'"obfuscation":"qY7r"}\n\n', then="silence")
        told = frames(await house.ask(SPOKEN, stream=True))
        assert told[-1]["error"]["code"] == "upstream_timeout"
        await house.quiet()
        [row] = await house.gateway.usage_rows()
        assert (row["status"], row["output_tokens"] > 0) == ("upstream_cut", True)
        assert house.proxy.open == 0
        house.proxy.fault = Fault(behind=0, then="silence")  # not even a head
        answer = await house.ask("openai/m", stream=True)
        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "upstream_timeout")


@pytest.mark.fault("D7")
async def test_an_answer_that_drips_is_ended_by_the_total(tmp_path: Path) -> None:
    async with standing(tmp_path, Timeouts(connect=1, first_byte=5, idle=5, total=1)) as house:
        house.proxy.fault = Fault(pace=(1, 0.01))
        answer = await house.ask(SPOKEN, stream=True)
        last = answer.json() if answer.status_code != 200 else frames(answer)[-1]
        assert last["error"]["code"] == "upstream_timeout"
        assert len(house.provider.requests) == 1  # a time-out may have cost money: it is not repeated
        await house.quiet()


@pytest.mark.fault("D4")
async def test_a_provider_that_nobody_reaches_holds_up_nobody_else(tmp_path: Path) -> None:
    with black_hole() as url:
        timeouts = Timeouts(connect=60, first_byte=60, idle=60, total=60)  # longer than the others take on any machine
        async with standing(tmp_path, timeouts, gpu=f"{url}/v1") as house:
            lost = [asyncio.create_task(house.ask(f"gpu/m{number}")) for number in range(40)]
            await until(lambda: len(house.gateway.gateway.edge.in_flight) == 40)
            others = await asyncio.gather(*(house.ask(f"{name}/m") for name in ("claude", "mistral") * 50))
            assert {one.status_code for one in others} == {200}
            assert not any(task.done() for task in lost), "nobody waited for them"
            for task in lost:
                task.cancel()
            await asyncio.gather(*lost, return_exceptions=True)
            await house.quiet()


@pytest.mark.fault("D4")
async def test_a_provider_that_nobody_reaches_is_given_up_after_one_time_out(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with black_hole() as url:
        timeouts = Timeouts(connect=1, first_byte=5, idle=5, total=20)
        async with standing(tmp_path, timeouts, gpu=f"{url}/v1") as house:
            answers = await asyncio.gather(*(house.ask(f"gpu/m{number}") for number in range(40)))
            assert {one.status_code for one in answers} <= {502, 503}
            took = max(one.elapsed.total_seconds() for one in answers)
            rows = [row for row in await house.gateway.usage_rows() if row["model_asked"].startswith("gpu/")]
            assert len(rows) == 40
            assert {row["attempts"] for row in rows} <= {0, 1}  # one time-out, not one for each try
            record_property("figure", f"of 40 who waited the longest wait was {took:.1f} s of `connect: 1s`")
            await house.quiet()


@pytest.mark.fault("D9")
async def test_an_overload_that_is_told_within_a_stream_is_a_failure(tmp_path: Path) -> None:
    first = Target(provider="claude", model="a+error-after=1")
    alias = Alias(name="m", targets=(first,), fallbacks=(Target(provider="mistral", model="b"),))
    alone = Alias(name="alone", targets=(first,))
    async with standing(tmp_path, models=(alias, alone)) as house:
        answer = await house.ask("m", stream=True)
        assert (answer.status_code, frames(answer)[-1]) == (200, "[DONE]")
        assert answer.headers["x-gateway-tried"].startswith("claude/a+error-after=1 ")
        told = await house.ask("alone", stream=True)
        assert "[DONE]" not in told.text
        assert '"error"' in told.text
        rows = await house.gateway.usage_rows()
        asked, failed, alone = sorted(rows, key=lambda row: (row["model_asked"] == "alone", row["request_id"]))
        assert [row["status"] for row in (asked, failed, alone)] == ["ok", "upstream_error", "upstream_cut"]
        assert failed["request_id"] == f"{asked['request_id']}.failed1", "it told what it had read, which is billed"
        assert failed["input_tokens"]


@pytest.mark.fault("D19")
@pytest.mark.parametrize("status", [401, 404])
async def test_a_model_or_a_credential_that_is_gone_is_soon_left_alone(status: int, tmp_path: Path) -> None:
    gone = Target(provider="claude", model=f"a+status={status}")
    alias = Alias(name="m", targets=(gone,), fallbacks=(Target(provider="mistral", model="b"),))
    alone = Alias(name="alone", targets=(gone,))
    async with standing(tmp_path, models=(alias, alone)) as house:
        answers = [await house.ask("alone") for _ in range(8)]  # nobody else can answer: the provider's own word
        assert len({one.status_code for one in answers}) == 1
        assert len(house.provider.requests) == 8
        answers = [await house.ask("m") for _ in range(20)]
        assert {one.status_code for one in answers} == {200}
        assert sum(one.status == status for one in house.provider.requests) <= 8 + 3


async def leaving(house: Standing, request: Callable[[], Awaitable[Any]], seen: Callable[[], bool]) -> None:
    """A client that leaves once `seen` holds; the connection to the provider is closed then, and nothing is held."""
    task = asyncio.ensure_future(request())
    await until(seen)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await house.quiet()
    async with asyncio.timeout(10):
        while house.proxy.open:
            await asyncio.sleep(0.002)


@pytest.mark.fault("E1")
async def test_clients_that_leave_let_go_of_their_provider(tmp_path: Path) -> None:
    async with standing(tmp_path, Timeouts(connect=1, first_byte=60, idle=60, total=60)) as house:
        for _ in range(10):
            calls = len(house.provider.requests)

            async def asked() -> Any:
                return await house.ask("openai/m+first-byte-delay=30", stream=True)

            await leaving(house, asked, lambda calls=calls: len(house.provider.requests) > calls)  # type: ignore[misc]
            carried = house.proxy.carried

            async def streamed() -> Any:
                return await house.ask("openai/m+chunks=1000+slow=0.02", stream=True)

            await leaving(house, streamed, lambda carried=carried: house.proxy.carried > carried + 500)  # type: ignore[misc]
        rows = await house.gateway.usage_rows()
        assert [row["status"] for row in rows] == ["client_closed"] * 20


@pytest.mark.fault("E2")
async def test_a_client_that_waits_for_a_whole_answer_and_leaves_is_noticed(tmp_path: Path) -> None:
    async with standing(tmp_path, Timeouts(connect=1, first_byte=60, idle=60, total=60)) as house:
        for _ in range(5):
            carried = house.proxy.carried

            async def asked() -> Any:
                return await house.ask("openai/m+stall-after=200")

            await leaving(house, asked, lambda carried=carried: house.proxy.carried > carried + 200)  # type: ignore[misc]
        rows = await house.gateway.usage_rows()
        assert [row["status"] for row in rows] == ["client_closed"] * 5


@pytest.mark.fault("E3")
async def test_readers_that_do_not_read_hold_the_provider_back_and_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr("gateway.api.answer.TICK_SECONDS", 0.2)
    monkeypatch.setattr("gateway.api.answer.STUCK_SECONDS", 1.0)
    large = "openai/m+chunks=120000"  # some 30 MB: more than all sockets between take
    async with standing(tmp_path, Timeouts(connect=1, first_byte=60, idle=60, total=60)) as house:
        body = json.dumps(
            {"model": large, "stream": True, "max_tokens": 200000, "messages": [{"role": "user", "content": "hi"}]}
        ).encode()
        head = (
            f"POST {CHAT} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {house.gateway.key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode()
        port = int(house.gateway.url.rpartition(":")[2])
        writers = []
        for _ in range(3):
            plug = socket.socket()
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # what the client's own kernel holds is not ours
            plug.connect(("127.0.0.1", port))
            _, writer = await asyncio.open_connection(sock=plug, limit=1024)
            writer.write(head + body)
            writers.append(writer)
        await until(lambda: house.proxy.open >= 3)
        others = [await house.ask("claude/m") for _ in range(20)]
        assert {one.status_code for one in others} == {200}
        await house.quiet()
        each = house.proxy.carried / 3
        record_property("figure", f"{each / 2**10:.0f} KiB left the provider for each, the kernel's buffers included")
        assert each < 1.5 * 2**20
        for writer in writers:
            writer.close()
        rows = await house.gateway.usage_rows()
        assert sum(row["status"] != "ok" for row in rows) == 3
