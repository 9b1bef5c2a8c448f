"""The pipeline that every request goes through, and the runner that takes it through.

A stage has up to four methods; those that it leaves out cost nothing:

- `enter(exchange)`: on the way in, top to bottom. May read, ask for edits, set the fields that it owns, refuse by
  raising a GatewayError, or set the answer: the stages below are not entered then, and take no part. It is awaited
  only where it gives something to await: most stages have nothing to wait for in most requests.
- `watch(exchange, flow)`: around the answer, bottom to top: batches of frames in, batches out; an answer that came
  whole is the same. May change, hold back, stop. Where all that watch can, pieces of text pass on a shorter way
  (`stages.answers.fast_path`).
- `note(exchange, batch)`: each batch as it goes to the client, but for the pieces that pass on the shorter way; cheaper
  than a watch, and cannot change it.
- `settle(exchange)`: always, for every stage that was entered, bottom to top. It is synchronous, so that no
  cancellation can cut it: it releases and hands over; what needs I/O belongs to a port with a task of its own.

Promises of the runner
- Every entered stage is settled once, whatever happened: refusal, upstream failure, disconnect, cancellation.
- A stage that raises anything unforeseen refuses the request (fail closed).
- It refuses to start where the order breaks a stage's declared `after`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final, Protocol

from gateway.errors import GatewayError, GatewayFault
from gateway.exchange import Batch, Exchange, Flow
from gateway.stages.account import Account
from gateway.stages.admit import Admit
from gateway.stages.attest import Attest
from gateway.stages.audit import Audit
from gateway.stages.call import Call
from gateway.stages.check_owner import CheckOwner
from gateway.stages.choose import Choose
from gateway.stages.count_tokens import CountTokens
from gateway.stages.describe_key import DescribeKey
from gateway.stages.dispatch import Dispatch
from gateway.stages.govern import Govern
from gateway.stages.identify import Identify
from gateway.stages.instruct import Instruct
from gateway.stages.list_models import ListModels
from gateway.stages.mirror import Mirror
from gateway.stages.observe import Observe
from gateway.stages.recall import Recall
from gateway.stages.redact import Redact
from gateway.stages.replay import Replay
from gateway.stages.reserve import Reserve
from gateway.stages.restrain import Restrain
from gateway.stages.stage import Stage, has
from gateway.stages.take_turn import TakeTurn
from gateway.stages.understand import Understand
from gateway.telemetry import logs

STAGES: tuple[type[Stage], ...] = (
    Observe,  #          span, metrics, one log line                  outermost: sees every refusal
    Audit,  #        503 records how the request ended                outlives every failure below; holds the last byte
    Identify,  #     401 virtual key -> team and user                 everything below is per team
    Account,  #      503 writes exactly one usage row                 must outlive every failure below
    Govern,  #       403 team -> policy, pinned to one version        from here on there are permissions to ask for
    ListModels,  #   404 answers with the models that policy permits  calls no provider, and reads no body
    DescribeKey,  #  503 answers GET /me: spend, limits, refusals     as the list: needs nothing but a valid key
    Restrain,  #     403 slows or stops keys that look stolen         before anything is spent; GET /me still answers
    TakeTurn,  #     503 admits by priority and fair share            before a body is taken into memory
    Understand,  #   400 reads and parses the body                    never that of an unknown client
    Admit,  #        429 rate and concurrency limits                  cheap checks before expensive ones
    Instruct,  #     400 puts in a prompt template                    below, it is as if the client had written it
    Redact,  #       422 takes personal data out, and puts it back    what leaves the company must have passed here
    CheckOwner,  #   404 checks who owns files, batches, answers      another team's object is named to no provider
    Choose,  #       451 picks models, providers, regions, fallbacks  residency binds retries, fallbacks, downgrades too
    CountTokens,  #      estimates a count of tokens                  only where no provider that was chosen counts
    Replay,  #       409 repeats the answer for an idempotency key    the cache leaves out what this must repeat
    Recall,  #           answers from the cache                       a hit calls nobody, and costs nothing
    Attest,  #       503 records the request                          before any of it leaves the company
    Reserve,  #      402 reserves money of every budget               before it is spent; a hit of the cache needs none
    Dispatch,  #     503 waits until record and call are on the disk  a crash makes nothing free, and hides nothing
    Mirror,  #           repeats the request to shadow models         once the client has its answer; same residency
    Call,  #         502 calls providers: retries, fallbacks, hedges  the only stage that leaves the company
)

APOLOGY: Final = "The gateway failed on this request. Quote the request id to its operators."

Note = Callable[[Exchange, Batch], None]


class Reply(Protocol):
    """The way back to the client."""

    ended_by: GatewayError | None
    """Why the walk is cancelled, where it is not the client who left."""

    async def relay(self, exchange: Exchange, flow: AsyncIterator[Batch], note: Note) -> None:
        """Send the answer, each batch noted before it goes."""
        ...

    async def refuse(self, exchange: Exchange, error: GatewayError) -> None:
        """Send an error, where nothing was sent yet."""
        ...


class OrderBroken(Exception):
    """A stage stands before one that it declares to come after."""


class Pipeline:
    """A list of stages in a checked order. One pipeline serves all requests of a process."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        """Raises OrderBroken."""
        seen: set[type[Stage]] = set()
        present = {type(stage) for stage in stages}
        for stage in stages:
            if missing := [earlier for earlier in stage.after if earlier in present and earlier not in seen]:
                raise OrderBroken(f"{type(stage).__name__} must come after {missing[0].__name__}")
            seen.add(type(stage))
        self.stages = tuple(stages)
        self._entering = [
            (entered, stage.enter, stage.answers)
            for entered, stage in enumerate(self.stages, start=1)
            if has(stage, "enter")
        ]
        """With how many stages are entered once this one is."""
        entered = [self.stages[:number][::-1] for number in range(len(self.stages) + 1)]
        self._watching = [[stage.watch for stage in some if has(stage, "watch")] for some in entered]
        self._settling = [[stage.settle for stage in some if has(stage, "settle")] for some in entered]
        """Of those that were entered, by how many they are; bottom to top."""
        noting = [stage for stage in reversed(self.stages) if has(stage, "note")]
        first_answering = next((place for place, stage in enumerate(self.stages) if stage.answers), len(self.stages))
        if late := [stage for stage in noting if stage not in self.stages[:first_answering]]:
            raise OrderBroken(f"{type(late[0]).__name__} takes notes, and must come before every stage that answers")
        self._note = _in_turn([stage.note for stage in noting])

    async def run(self, exchange: Exchange, reply: Reply) -> None:
        """Take one request through all stages; refusals and defects reach the client. Raises CancelledError only."""
        entered = 0
        watching: list[Flow] = []
        try:
            try:
                for entered, enter, answers in self._entering:  # noqa: B007  is read below, however far it came
                    if (waiting := enter(exchange)) is not None:
                        await waiting
                    if answers and exchange.answer is not None:
                        break
                else:
                    entered = len(self.stages)
                flow = exchange.answer
                assert flow is not None, "the last stage answers, or raises"
                watching.append(flow)
                for watch in self._watching[entered]:
                    if (watched := watch(exchange, flow)) is not flow:
                        flow = watched
                        watching.append(flow)
                await reply.relay(exchange, flow, self._note)
            except asyncio.CancelledError:
                if reply.ended_by is None:
                    exchange.record.status = "client_closed"
                    raise
                exchange.refused_with(reply.ended_by)
                await reply.refuse(exchange, reply.ended_by)
            except GatewayError as error:
                exchange.refused_with(error)
                await reply.refuse(exchange, error)
            except Exception as error:
                logs.fault(exchange.record.request_id, error)
                fault = GatewayFault(APOLOGY)
                exchange.refused_with(fault)
                await reply.refuse(exchange, fault)
            finally:
                await _close(exchange, watching)
        finally:
            for settle in self._settling[entered]:
                try:
                    settle(exchange)
                except Exception as error:
                    logs.fault(exchange.record.request_id, error)


async def _close(exchange: Exchange, watching: Sequence[Flow]) -> None:
    """Every flow, those that read first: a defect in one leaves none of those that it reads from open."""
    for flow in reversed(watching):
        try:
            await flow.aclose()
        except Exception as error:
            logs.fault(exchange.record.request_id, error)


def _in_turn(notes: list[Note]) -> Note:
    """One note that makes all of them."""
    if len(notes) == 1:
        return notes[0]

    def note_all(exchange: Exchange, batch: Batch) -> None:
        for note in notes:
            note(exchange, batch)

    return note_all
