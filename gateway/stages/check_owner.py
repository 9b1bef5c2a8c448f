"""CheckOwner: an object is its holder's. 404 for everybody else, and no provider hears of the question.

Invariants
- Every object that a request names is found among the team's own, or the request ends here: in the path, in the body,
  in a file of requests, in a conversation that goes on from a stored answer or shows a stored file, the container that
  its programs are to run in, a part of an answer that is not sent again.
- An id beside content (of reasoning, of a call that ran at the provider) may stand for more than the content: where
  another team was told it, the item goes out without it, and that is told as a loss. What nobody here was told goes out
  as it came: it is of an answer that is not stored, or that came another way.
- A conversation that a provider keeps by the id of an answer (Anthropic's threads) is served to nobody: ids have no
  holders, and the words that stand for personal data in it are in no request. SDKs then send the whole history.
- A model that a job tuned is its team's, unless policy names it: it may know by heart what it was tuned with.
- What was made outside is nobody's until policy says whose: a team names those that stand below its `stores`, a
  container among them, which no answer makes its own: what policy closes again is closed.
- What a team does not hold and what does not exist are told apart by nobody.
- A request that names no object costs a few searches in its bytes, and asks no database; but one whose answer is to be
  fetched later is refused where nobody could be written down as its holder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterable
from typing import Any

from gateway.core.objects import (
    ObjectCall,
    ObjectKind,
    ObjectRegister,
    OwnedObject,
    Reference,
    family,
    is_object_id,
    is_tuned,
    model_id,
)
from gateway.core.tree import LARGE_BODY_BYTES
from gateway.dialects import references
from gateway.dialects.batch_lines import summarise_lines
from gateway.dialects.containers import containers_named
from gateway.dialects.objects import batched_models, requests_in, window
from gateway.dialects.openai_chat.plain_request import PLAIN_DIALECTS, names_nothing
from gateway.dialects.stored_ids import id_finders
from gateway.dialects.stored_parts import Pointer, parts_named, pointers
from gateway.errors import BadParameter, NotFound, ThreadUnsupported
from gateway.exchange import Exchange, Flow
from gateway.stages.answers.register_ids import RegisteringIds
from gateway.stages.calls.url_query import query_of
from gateway.stages.stage import Stage
from gateway.stages.understand import Understand

MAX_REFERENCES = 64
"""Objects that one request may name."""
MAX_ITEMS = 8192
"""Parts of earlier answers that one request may name: an agent's history is long."""


class CheckOwner(Stage):
    """Sets `exchange.owned_objects`, `names_kept`, `reads_kept` and `words_only`, and `page` for a list."""

    after = (Understand,)  # what is named stands in the body

    def __init__(self, register: ObjectRegister) -> None:
        self._register = register

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        call = exchange.inbound.call
        if call is not None:
            return self._find(exchange, call)
        dialect, tree = exchange.reader.dialect, exchange.tree
        named: list[Reference] = []
        beside: list[Pointer] = []
        if dialect in PLAIN_DIALECTS and names_nothing(tree):  # most do
            exchange.words_only = True
        else:
            named, beside = _named_by_request(exchange), list(pointers(tree, dialect))
        model = exchange.envelope.model
        if beside or _is_to_be_known(exchange, model):
            return self._hold_and_take_out(exchange, named, beside, model)
        return self._hold(exchange, named) if named or exchange.envelope.deferred else None

    def watch(self, exchange: Exchange, flow: Flow) -> Flow:
        dialect = exchange.reader.dialect
        if exchange.inbound.call is not None or exchange.release is None or exchange.attempt.dialect != dialect:
            return flow  # nobody was asked, or in another dialect
        told = id_finders(exchange.tree, dialect)
        return RegisteringIds(exchange, flow, self._register, told) if told else flow

    async def _hold(self, exchange: Exchange, named: list[Reference]) -> None:
        if exchange.envelope.deferred:  # nobody could fetch what is held by nobody: better to be told now
            await self._register.find(exchange.team.name, family(exchange.inbound.dialect), "response", "")
        exchange.owned_objects = await self._held(exchange, named)
        exchange.names_kept = bool(named)
        exchange.reads_kept = bool(exchange.owned_objects) or any(each.param in references.READ_WHOLE for each in named)

    async def _hold_and_take_out(
        self, exchange: Exchange, named: list[Reference], beside: list[Pointer], model: str
    ) -> None:
        if _is_to_be_known(exchange, model):
            await self._check_model(exchange, model)
        await self._hold(exchange, named)
        foreign = await self._foreign(exchange, "item", {pointer.id for pointer in beside})
        for pointer in beside:
            if pointer.id in foreign:
                exchange.edits.extend(pointer.without)

    async def _find(self, exchange: Exchange, call: ObjectCall) -> None:
        """What a call about objects names."""
        if call.verb == "list":
            dialect = exchange.inbound.dialect
            part = window(dialect, query_of(exchange))
            exchange.page = await self._register.page(exchange.team.name, family(dialect), call.kind, part)
        elif call.id is not None:
            exchange.owned_objects = await self._held(exchange, [Reference(call.kind, call.id, "id")])
        else:
            named, models = await _named_by_creation(exchange)
            for model in models:
                if _is_to_be_known(exchange, model):
                    await self._check_model(exchange, model)
            exchange.owned_objects = await self._held(exchange, named)

    async def _held(self, exchange: Exchange, named: Iterable[Reference]) -> tuple[OwnedObject, ...]:
        """The team's object of each; raises NotFound."""
        by_kind: dict[ObjectKind, dict[str, Reference]] = {}
        for reference in dict.fromkeys(named):
            if reference.kind == "store":
                _check_store(exchange, reference)
            else:
                by_kind.setdefault(reference.kind, {})[reference.id] = reference
        if sum(len(ids) for kind, ids in by_kind.items() if kind != "item") > MAX_REFERENCES:
            raise BadParameter(f"A request names at most {MAX_REFERENCES} objects.")
        found: list[OwnedObject] = []
        for kind, ids in by_kind.items():
            own = await self._own(exchange, kind, ids)
            foreign = await self._foreign(exchange, kind, {each for each in ids if ids[each].beside})
            for object_id, reference in ids.items():
                opened = object_id not in foreign if reference.beside else _is_opened(exchange, reference)
                if object_id not in own and not opened:
                    raise _not_found(exchange, reference)
            found += own.values()
        return tuple(found)

    async def _check_model(self, exchange: Exchange, model: str) -> None:
        """Whatever the dialect of the client: a tuned model answers in any."""
        _, _, name = model.partition("/")
        team, tuned = exchange.team.name, model_id(name)
        if tuned not in await self._register.held(team, "openai_chat", "model", [tuned]):
            raise NotFound(
                f"No job of team {team!r} is known to have tuned this model. Ask for the job that did (GET "
                "/v1/fine_tuning/jobs/…), or have policy name the model: in the team's 'models', or behind an alias.",
                param="model",
            )

    async def _own(self, exchange: Exchange, kind: ObjectKind, ids: Collection[str]) -> dict[str, OwnedObject]:
        known = _known(ids)
        dialect = family(exchange.inbound.dialect)
        return await self._register.held(exchange.team.name, dialect, kind, known) if known else {}

    async def _foreign(self, exchange: Exchange, kind: ObjectKind, ids: Collection[str]) -> set[str]:
        known = _known(ids)
        dialect = family(exchange.inbound.dialect)
        return await self._register.foreign(exchange.team.name, dialect, kind, known) if known else set()


def _known(ids: Collection[str]) -> list[str]:
    """Those that may be in the register. Raises BadParameter."""
    if len(ids) > MAX_ITEMS:
        raise BadParameter(f"A request names at most {MAX_ITEMS} items of earlier answers.")
    return [each for each in ids if is_object_id(each)]


def _is_to_be_known(exchange: Exchange, model: str) -> bool:
    """Whether a model is the team's that tuned it: one that is addressed at its provider, and that policy does not name
    to the letter.
    """
    _, slash, name = model.partition("/")
    if not slash or not is_tuned(name) or model in exchange.policy.models:
        return False
    return not any(model in level for level in exchange.team.bounds)


def _is_opened(exchange: Exchange, reference: Reference) -> bool:
    """Whether it is a container that was made outside, and that a request may run programs in, as policy says."""
    return reference.kind == "container" and reference.param != "id" and reference.id in exchange.team.stores


def _not_found(exchange: Exchange, reference: Reference) -> NotFound:
    help_ = "Objects are found by the team that made them through this gateway."
    if reference.kind == "container" and reference.param != "id":
        help_ += " One that was not is named by policy, below the team's 'stores'."
    if reference.kind == "response" and reference.param != "id":
        help_ += (
            " One that says 'store: false', as all do that are translated, is kept nowhere: send the whole history."
        )
    if reference.kind == "item":
        help_ = "Send the item itself in its place, as an earlier answer told it, or leave it out."
    return NotFound(
        f"No {reference.kind.replace('_', ' ')} of this id belongs to team {exchange.team.name!r}. {help_}",
        param=None if reference.param == "id" else reference.param,
    )


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


def _named_by_request(exchange: Exchange) -> list[Reference]:
    dialect = exchange.reader.dialect
    named: list[Reference] = []
    if dialect == "openai_responses":
        named += (*references.stored_state(exchange.tree), *references.stored_prompt(exchange.tree))
        named += containers_named(exchange.tree, dialect)
    elif "container" in exchange.tree:
        named += containers_named(exchange.tree, dialect)
    named += parts_named(exchange.tree, dialect)
    if dialect != "anthropic":  # what its tools reach is said with an address and the caller's own authorization
        named += references.reached_by_tools(exchange.tree)
    if dialect == "anthropic":
        _check_threads(exchange.tree)
    if references.names_files(exchange.body, dialect):
        named += references.files_in(exchange.tree)
    return named


def _named_by_batch(exchange: Exchange) -> list[Reference]:
    """By requests that stand in a call themselves."""
    dialect, tree = exchange.inbound.dialect, exchange.tree
    named = [*references.files_in(tree), *containers_named(tree, dialect)]
    for asked in requests_in(tree):
        named += (*parts_named(asked, dialect), *references.reached_by_tools(asked))
        named += (Reference("item", pointer.id, "requests", beside=True) for pointer in pointers(asked, dialect))
    return named


async def _named_by_creation(exchange: Exchange) -> tuple[list[Reference], Iterable[str]]:
    """(objects, models)."""
    upload = exchange.upload
    if upload is None:
        if exchange.inbound.dialect == "anthropic":
            _check_threads(exchange.tree)
        return _named_by_batch(exchange), batched_models(exchange.tree)
    if upload.field("purpose") != "batch":
        return [], ()
    if len(upload.content) <= LARGE_BODY_BYTES:
        asked = summarise_lines(upload.content)
    else:
        asked = await asyncio.to_thread(summarise_lines, upload.content)
    return list(asked.files), () if asked.model is None else (asked.model,)
