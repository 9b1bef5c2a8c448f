"""Own: an object is its holder's. 404 for everybody else, and no provider hears of the question.

Invariants
- Every object that a request names is found among the team's own, or the request ends here: in the path, in the body,
  in a file of requests, in a conversation that goes on from a stored answer or shows a stored file, the container that
  its programs are to run in.
- A conversation that a provider keeps by the id of an answer (Anthropic's threads) is served to nobody: ids have no
  holders, and the words that stand for personal data in it are in no request. SDKs then send the whole history.
- What was made outside is nobody's until policy says whose: a team names those that stand below its `stores`.
- What a team does not hold and what does not exist are told apart by nobody.
- A request that names no object costs a few searches in its bytes, and asks no database; but one whose answer is to be
  fetched later is refused where nobody could be written down as its holder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from gateway.core.objects import Holding, ObjectCall, ObjectRegister, Reference, family, is_object_id
from gateway.dialects import references
from gateway.dialects.batch_lines import read_asked
from gateway.dialects.containers import containers_named, runs_programs
from gateway.dialects.objects import window
from gateway.errors import BadParameter, NotFound, ThreadUnsupported
from gateway.exchange import Exchange, Flow
from gateway.stages.hold_containers import HoldingContainers
from gateway.stages.stage import Stage
from gateway.stages.understand import LARGE_BODY_BYTES, Understand

MAX_FIELDS = 32
"""Of a query."""
MAX_REFERENCES = 64
"""Objects that one request may name."""


class Own(Stage):
    """Sets `exchange.holdings`, and `exchange.page` for a list."""

    after = (Understand,)  # what is named stands in the body

    def __init__(self, register: ObjectRegister) -> None:
        self._register = register

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        call = exchange.inbound.call
        if call is not None:
            return self._find(exchange, call)
        named = _named_by_request(exchange)
        return self._hold(exchange, named) if named or exchange.envelope.deferred else None

    def watch(self, exchange: Exchange, flow: Flow) -> Flow:
        if exchange.inbound.call is not None or not runs_programs(exchange.tree, exchange.reader.dialect):
            return flow
        if not hasattr(exchange, "attempt") or exchange.attempt.dialect != exchange.reader.dialect:
            return flow
        return HoldingContainers(exchange, flow, self._register)

    async def _hold(self, exchange: Exchange, named: list[Reference]) -> None:
        if exchange.envelope.deferred:  # nobody could fetch what is held by nobody: better to be told now
            await self._register.find(exchange.team.name, family(exchange.inbound.dialect), "response", "")
        exchange.holdings = await self._held(exchange, named)

    async def _find(self, exchange: Exchange, call: ObjectCall) -> None:
        """What a call about objects names."""
        if call.verb == "list":
            dialect = exchange.inbound.dialect
            part = window(dialect, query_of(exchange))
            exchange.page = await self._register.page(exchange.team.name, family(dialect), call.kind, part)
        elif call.id is not None:
            exchange.holdings = await self._held(exchange, [Reference(call.kind, call.id, "id")])
        else:
            exchange.holdings = await self._held(exchange, await _named_by_creation(exchange))

    async def _held(self, exchange: Exchange, named: Iterable[Reference]) -> tuple[Holding, ...]:
        """The team's holding of each; raises NotFound."""
        distinct = dict.fromkeys(named)
        if len(distinct) > MAX_REFERENCES:
            raise BadParameter(f"A request names at most {MAX_REFERENCES} objects.")
        dialect = family(exchange.inbound.dialect)
        found = []
        for reference in distinct:
            if reference.kind == "store":
                _check_store(exchange, reference)
                continue
            holding = None
            if is_object_id(reference.id):
                holding = await self._register.find(exchange.team.name, dialect, reference.kind, reference.id)
            if holding is None:
                raise NotFound(
                    f"No {reference.kind.replace('_', ' ')} of this id belongs to team {exchange.team.name!r}. "
                    "Objects are found by the team that made them through this gateway.",
                    param=None if reference.param == "id" else reference.param,
                )
            found.append(holding)
        return tuple(found)


def _check_store(exchange: Exchange, reference: Reference) -> None:
    if reference.id not in exchange.team.stores:
        raise NotFound(
            f"Nothing of this id is open to team {exchange.team.name!r}. What is kept at a provider and was not made "
            "through this gateway (vector stores, collections, libraries, cached contents, stored prompts) is named by "
            "policy, below the team's 'stores'. Ask the gateway's administrators.",
            param=reference.param,
        )


def _check_threads(tree: dict[str, Any]) -> None:
    if references.kept_threads(tree):
        raise ThreadUnsupported(
            "Conversations that a provider keeps (threads) are not served here: send the whole history.",
            param="thread",
        )


def query_of(exchange: Exchange) -> dict[str, str]:
    """Raises BadParameter."""
    try:
        pairs = parse_qsl(exchange.inbound.query.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise BadParameter(f"The URL has more than {MAX_FIELDS} parameters.") from None
    return dict(pairs)


def _named_by_request(exchange: Exchange) -> list[Reference]:
    dialect = exchange.reader.dialect
    named: list[Reference] = []
    if dialect == "openai_responses":
        named += (*references.stored_state(exchange.tree), *references.stored_prompt(exchange.tree))
        named += containers_named(exchange.tree, dialect)
    elif "container" in exchange.tree:
        named += containers_named(exchange.tree, dialect)
    if dialect == "anthropic":
        _check_threads(exchange.tree)
    if references.names_files(exchange.body, dialect):
        named += references.files_in(exchange.tree)
    return named


async def _named_by_creation(exchange: Exchange) -> list[Reference]:
    upload = exchange.upload
    if upload is None:
        if exchange.inbound.dialect == "anthropic":
            _check_threads(exchange.tree)
        return [*references.files_in(exchange.tree), *containers_named(exchange.tree, exchange.inbound.dialect)]
    if upload.field("purpose") != "batch":
        return []
    if len(upload.content) <= LARGE_BODY_BYTES:
        return list(read_asked(upload.content).files)
    return list((await asyncio.to_thread(read_asked, upload.content)).files)
