"""Recorded answers through the whole gateway to each SDK, and what differs from the truth.

A case is a recording and a client's dialect. The client asks what the recorded one asked, in its own dialect; the
provider answers as recorded; the SDK must read what the provider said.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.api.connection import Connection
from gateway.core.policy import Policy, ProviderPolicy, TeamPolicy, Timeouts
from gateway.dialects.registry import CLIENT_CODECS, PROVIDER_CODECS
from tests.support.answer_schemas import unclean
from tests.support.recorded_provider import Performance, RecordedProvider, playing
from tests.support.recorded_requests import Asked, read, write
from tests.support.recordings import Recording, Told, chats
from tests.support.running import serving
from tests.support.sdk_asking import CLIENTS, Broke, Sdks, Wire, sdks

AT_ONCE = 12
CLIENT_DIALECTS = tuple(name for name in CLIENTS if name in CLIENT_CODECS)


@dataclass(frozen=True)
class Case:
    """`name` is unique among the cases of one replay."""

    client: str
    recording: Recording
    performance: Performance
    name: str

    @property
    def native(self) -> bool:
        return self.client == self.recording.dialect

    @property
    def body(self) -> dict[str, Any]:
        if self.native:
            return self.recording.body
        return write(self.client, read(self.recording.dialect, self.recording.body), "m", self.recording.stream)


@dataclass
class Outcome:
    """`told` or `broke`, and what reached the provider."""

    case: Case
    told: Told | None = None
    broke: Broke | None = None
    wire: Wire | None = None
    sent: list[Any] | None = None


Ask = Callable[[Sdks, RecordedProvider, str, Case], Awaitable[Outcome]]
"""Of (clients, provider, the name of the case's provider in policy and of its performance, case)."""


def recorded(recording: Recording) -> Performance:
    """The answer as it was."""
    kept = ("content-type", "retry-after", "x-request-id", "request-id", "x-should-retry")
    headers = {name: value for name, value in recording.headers.items() if name in kept}
    return Performance(recording.status, headers, (recording.payload,))


def replayable() -> list[Recording]:
    return [one for one in chats().values() if one.dialect in PROVIDER_CODECS]


def answers(client: str, api: str, provider: str) -> list[Case]:
    """Every recording of one API by one client."""
    return [
        Case(client, one, recorded(one), one.name)
        for one in replayable()
        if one.api == api and one.provider == provider
    ]


def _policy(url: str, cases: list[Case]) -> Policy:
    providers = {}
    for number, case in enumerate(cases):
        recording, name = case.recording, f"r{number}"
        path = "/v1" if recording.dialect.startswith("openai") else ""
        providers[name] = ProviderPolicy(
            name=name,
            kind=recording.provider,  # type: ignore[arg-type]
            base_url=f"{url}/{name}{path}",
            region="us",
            engine="vllm" if recording.provider == "local" else None,
            speaks=(recording.dialect,),  # type: ignore[arg-type]
            timeouts=Timeouts(connect=5, first_byte=20, idle=20, total=60),
        )
    return Policy(version="v", providers=providers, models={}, teams={"demo": TeamPolicy(name="demo", models=("*",))})


async def replay(cases: list[Case], state: Path, ask: Ask | None = None) -> list[Outcome]:
    """All cases, several at once, through one gateway. `ask` in place of one plain request a case.

    It waits for heads as long as the clients take, which on this loop are busy with each other's answers.
    """
    performances = {f"r{number}": case.performance for number, case in enumerate(cases)}
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(Connection, "head_seconds", 600.0)
        provider = await stack.enter_async_context(playing(performances))
        gateway = await stack.enter_async_context(serving(_policy(provider.url, cases), state))
        clients = await stack.enter_async_context(sdks(gateway.url, gateway.key))
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(number: int, case: Case) -> Outcome:
            async with turns:
                return await (ask or ask_once)(clients, provider, f"r{number}", case)

        return list(await asyncio.gather(*(one(number, case) for number, case in enumerate(cases))))


async def ask_once(clients: Sdks, provider: RecordedProvider, name: str, case: Case) -> Outcome:
    model = f"{name}/{case.recording.model}"
    outcome = Outcome(case)
    try:
        outcome.told, outcome.wire = await clients.ask(case.client, model, case.body, case.recording.stream)
    except Broke as broke:
        outcome.broke = broke
    outcome.sent = provider.asked(name)
    return outcome


def complaints(outcome: Outcome) -> list[str]:
    """What differs from the truth; empty where all is well."""
    case, truth = outcome.case, outcome.case.recording.told
    if truth.status != 200:
        return _error_complaints(outcome, truth)
    if outcome.broke is not None or outcome.told is None:
        return [f"raised {outcome.broke}"]
    found = list(_answer_complaints(case, truth, outcome.told))
    if not case.native and outcome.sent:
        asked = read(case.client, case.body)
        found += _request_complaints(asked, read(case.recording.dialect, outcome.sent[-1]))
    if not case.native and outcome.wire:
        found += unclean(case.client, case.recording.stream, bytes(outcome.wire.came))
    return found


def _error_complaints(outcome: Outcome, truth: Told) -> list[str]:
    broke = outcome.broke
    if broke is None:
        return ["no error was raised"]
    found = []
    if broke.status != truth.status:
        found.append(f"status {broke.status}, not {truth.status}")
    of_credential = truth.status in (401, 403) or "API key" in truth.message
    if not of_credential and truth.message[:60] not in broke.message:
        found.append(f"message {broke.message[:200]!r}, not {truth.message[:200]!r}")
    return found


def _answer_complaints(case: Case, truth: Told, told: Told) -> Iterable[str]:
    shows_refusals = case.client.startswith("openai")
    text = truth.text if shows_refusals else truth.text + truth.refusal
    if told.text != text:
        yield f"text {told.text[:80]!r}, not {text[:80]!r}"
    if shows_refusals and told.refusal != truth.refusal:
        yield f"refusal {told.refusal[:80]!r}"
    if told.reasoning != truth.reasoning:
        yield f"reasoning {told.reasoning[:80]!r}, not {truth.reasoning[:80]!r}"
    if told.calls != truth.calls:
        yield f"calls {told.calls}, not {truth.calls}"
    ids = [one for one in told.call_ids if one]
    if len(set(ids)) != len(ids) or (len(ids) != len(told.calls) and not case.native):
        yield f"ids {told.call_ids}"
    finish = told.finish
    if case.native and finish == "stop" and told.calls:
        finish = "tool_use"  # as the provider said it
    allowed = {truth.finish, "content_filter"} if truth.refusal else {truth.finish}
    if finish not in allowed:
        yield f"finish {finish}, not {truth.finish}"
    if truth.usage is not None:
        if told.usage is None:
            yield "no usage"
        else:
            for count in ("input", "output", "cached", "reasoning"):
                true, shown = getattr(truth.usage, count), getattr(told.usage, count)
                if (true or 0) != (shown or 0):
                    yield f"usage {count} {shown}, not {true}"


def _request_complaints(asked: Asked, sent: Asked) -> Iterable[str]:
    """What the provider was asked otherwise than the client did."""
    for what in ("system", "temperature", "stop"):
        if getattr(asked, what) != getattr(sent, what):
            yield f"sent {what} {getattr(sent, what)!r:.80}, not {getattr(asked, what)!r:.80}"
    if asked.max_tokens and asked.max_tokens != sent.max_tokens:
        yield f"sent max_tokens {sent.max_tokens}, not {asked.max_tokens}"
    if _flat(asked) != _flat(sent):
        yield f"sent turns {_flat(sent)!s:.300}, not {_flat(asked)!s:.300}"
    if [one[:2] for one in asked.tools] != [one[:2] for one in sent.tools]:
        yield f"sent tools {[one[:2] for one in sent.tools]!s:.200}, not {[one[:2] for one in asked.tools]!s:.200}"
    if asked.choice not in (None, "auto") and asked.choice != sent.choice:
        yield f"sent choice {sent.choice}, not {asked.choice}"
    if bool(asked.schema) != bool(sent.schema):
        yield f"sent schema {sent.schema!s:.100}, not {asked.schema!s:.100}"


def _flat(asked: Asked) -> list[tuple[str, ...]]:
    """Roles and parts in order; texts that stand together are one; ids are numbers."""
    numbers: dict[str, str] = {}
    made: list[tuple[str, ...]] = []
    for role, part in asked.turns:
        match part:
            case ("text", text):
                if made and made[-1][:2] == (role, "text"):
                    made[-1] = (role, "text", made[-1][2] + "".join(text.split()))
                elif text.strip():
                    made.append((role, "text", "".join(text.split())))
            case ("image", url):
                made.append((role, "image", url))
            case ("call", call_id, name, arguments):
                numbers[call_id] = str(len(numbers))
                made.append((role, "call", numbers[call_id], name, json.dumps(arguments, sort_keys=True)))
            case (_, call_id, name, text):
                made.append((role, "result", numbers.get(call_id, "?"), name, text))
    return made
