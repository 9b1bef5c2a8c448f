"""Fixtures of the whole suite, and three checks that run under every test.

A fixture of the session is one of a worker: each has its own servers and folders.

- No canary is heard where it does not belong (`tests.support.overheard`).
- `Exchange`: a field set twice is a programming error; here it raises.
- Blocking calls on an event loop raise (blockbuster), in our code and under it; commands and migrations, which have
  a loop for themselves, are left out.

Hypothesis takes no time: a shared machine that pauses is no defect of the code. How much it tries is in
`tests.support.examples`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from blockbuster import BlockBuster

from gateway.exchange import Exchange
from gateway.providers.simulated.server import SimulatedServer
from tests.support import compiled_once, overheard  # noqa: F401  the one by its import
from tests.support.closing import close_what_is_left
from tests.support.local_llm import LocalLlm, start_local_llm
from tests.support.running import LoopThread, RunningGateway, in_thread, policy_for, serving
from tests.support.simulated import simulated_in_thread

# Each client would read the list of the world's authorities anew, 20 ms of processor time; there are thousands.
httpx._transports.default.create_ssl_context = cache(httpx.create_ssl_context)  # type: ignore[attr-defined]

_NOT_YET = (None, (), b"application/json")
"""What stands in fields that a request may do without."""


def _set_once(exchange: Exchange, name: str, value: Any) -> None:
    if getattr(exchange, name, None) not in _NOT_YET:
        raise AssertionError(f"Exchange.{name} is set twice")
    object.__setattr__(exchange, name, value)


Exchange.__setattr__ = _set_once  # type: ignore[method-assign,assignment]


@pytest.fixture(scope="session", autouse=True)
def nothing_is_overheard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Set up before all others, so that it looks when they have ended."""
    yield
    overheard.listen_below(tmp_path_factory.getbasetemp())
    if overheard.found:
        pytest.fail("canaries were heard:\n" + "\n".join(overheard.found), pytrace=False)


@pytest.fixture(scope="session")
def faker_seed() -> None:
    """In place of pytest-randomly's, which is set up for every test: nothing here draws from Faker."""


@pytest.fixture(autouse=True)
def around_every_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """One fixture, since each costs every test. Blocking calls are looked for until a test comes that makes some.

    Commands that ran in here sent the log to the stderr of their test, which is closed with it.
    """
    if request.path.parent.name in ("cli", "storage"):
        _detector().deactivate()
    else:
        _detector().activate()
    yield
    close_what_is_left()
    overheard.log_at_debug()


@cache
def _detector() -> BlockBuster:
    detector = BlockBuster(["gateway"])
    for function in detector.functions.values():
        function.can_block_in("gateway/storage/schema.py", {"migrate", "schema_state"})
        function.can_block_in("gateway/storage/alembic_steps.py", {"upgrade"})
    return detector


@pytest.fixture(scope="session")
def simulated() -> Iterator[SimulatedServer]:
    """The simulated providers, for tests that read nothing of its memory but their own."""
    with simulated_in_thread() as server:
        yield server


@pytest.fixture(scope="session")
def local_llm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLlm]:
    """A real llama.cpp server."""
    server = start_local_llm(tmp_path_factory.mktemp("model"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def gateway_thread() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.close()


@pytest.fixture(scope="session")
def gateway(
    simulated: SimulatedServer,
    local_llm: LocalLlm,
    gateway_thread: LoopThread,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningGateway]:
    """A gateway before five simulated providers and a real llama.cpp, for clients that block."""
    policy = policy_for(simulated.url, local_url=local_llm.base_url)
    with in_thread(serving(policy, tmp_path_factory.mktemp("state")), gateway_thread) as running:
        yield running
