"""Calls about objects: a part of Call.

Invariants
- What is made is held by its maker before the client hears of it; what is deleted is held by nobody.
- A list is the team's own objects, each asked for by its id: no provider's list is read, so nothing of others is in it.
- What a batch used, or an answer made in the background, goes into a row of whoever asked for it, whoever first learns
  it (`end_jobs`). Where a release asked that kept no book of them, it is a row of whoever first fetches it, named by
  the object, so that there is no second one.
- No header, query or URL of the client reaches a provider but what is named here; no URL of a provider is followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec

from gateway.core.edits import apply_edits
from gateway.core.events import Ended, Frame
from gateway.core.jobs import Job, UpperBound, unbooked
from gateway.core.messages import Dialect
from gateway.core.multipart import Upload, write_form
from gateway.core.objects import ObjectCall, ObjectKind, ObjectRegister, OwnedObject, family
from gateway.core.passed_headers import passed_headers
from gateway.core.policy import Policy
from gateway.core.ports import Clock
from gateway.core.tree import LARGE_BODY_BYTES
from gateway.dialects import objects
from gateway.dialects.batch_lines import Results, summarise_lines
from gateway.dialects.codec import ProviderCodec
from gateway.dialects.stored_ids import ids_in_object
from gateway.dialects.unstreamed import answer_object
from gateway.errors import NoPermittedRegion, NotImplementedHere, UpstreamRefused
from gateway.exchange import Attempt, Exchange
from gateway.policy.model_names import may_see
from gateway.providers.provider import Provider
from gateway.providers.transport import RawHeaders, Upstream, UpstreamRequest, UpstreamResponse
from gateway.providers.unpacking import unpacked
from gateway.stages.answers.flows import MAX_ANSWER_BYTES, WholeAnswer
from gateway.stages.answers.long_content import LongContent, content_of, unread_content
from gateway.stages.calls.hidden_credential import hide_credential, request_id_of
from gateway.stages.calls.read_answer import raise_refusal
from gateway.stages.calls.url_query import query_of
from gateway.stages.choosing.choose_keeper import KeeperChoice
from gateway.stages.money.end_jobs import JobsEnd
from gateway.stages.money.hold_jobs import JobHolder

AT_ONCE = 8
"""Objects of a list that are asked for at the same time."""
CONTENT_TYPES: Mapping[Dialect, bytes] = {"anthropic": b"application/x-jsonl"}
_JOBS = frozenset({"batch", "response"})


class ObjectCalls:
    """Sets what Call sets, for a call about objects."""

    def __init__(
        self,
        provider_of: Callable[[Policy, str], Provider | None],
        upstream_of: Callable[[Provider], Upstream],
        codecs: Mapping[Dialect, ProviderCodec],
        register: ObjectRegister,
        clock: Clock,
        jobs: JobHolder,
        ends: JobsEnd,
    ) -> None:
        self._provider_of = provider_of
        self._upstream_of = upstream_of
        self._codecs = codecs
        self._register = register
        self._clock = clock
        self._jobs = jobs
        self._ends = ends
        self._keepers = KeeperChoice(provider_of)

    async def answer(self, exchange: Exchange, call: ObjectCall) -> None:
        """The provider's answer, or a list of several; raises UpstreamError, Overloaded."""
        if "stream" in query_of(exchange):
            raise NotImplementedHere("A stored answer is not streamed again here: leave out stream.")
        dialect = exchange.inbound.dialect
        body: bytes | LongContent
        if call.verb == "list":
            body = await self._list(exchange, call)
        else:
            (attempt,) = exchange.attempts
            asking = self._ask_and_learn(exchange, attempt, call)
            job = exchange.job
            body = await (asking if job is None else self._jobs.making(exchange, job, asking))
            if call.verb == "content":
                exchange.media_type = CONTENT_TYPES.get(dialect, b"application/octet-stream")
        exchange.streamed = False
        exchange.native = True
        exchange.spoken = self._codecs[dialect]
        exchange.answer = body if isinstance(body, LongContent) else WholeAnswer(Frame([Ended()], body))

    async def _ask_and_learn(self, exchange: Exchange, attempt: Attempt, call: ObjectCall) -> bytes | LongContent:
        if call.verb == "delete":
            await self._ask_after(exchange.owned_objects[0])
        response = await self._ask(exchange, attempt, call)
        if call.verb != "content":
            return await self._learn(exchange, call, attempt, await _whole(response))
        try:
            if exchange.inbound.head_only:
                return unread_content(response)
            content = await content_of(response)
            await self._learn_from_content(exchange, content)
        except BaseException:
            response.close()
            raise
        return content

    async def _ask_after(self, own: OwnedObject) -> None:
        """What it used cannot be asked for once it is deleted."""
        if own.kind in _JOBS and (job := await self._ends.of(own.provider, own.id)) is not None:
            await self._ends.look_after(job)

    async def _ask(self, exchange: Exchange, attempt: Attempt, call: ObjectCall) -> UpstreamResponse:
        """The provider's answer to the one call that the client made."""
        record = exchange.record
        record.provider, record.model, record.region = attempt.target.provider, attempt.target.model, attempt.region
        content_type, body = "application/json", apply_edits(exchange.body, exchange.edits)
        if exchange.upload is not None:
            content_type, body = await asyncio.to_thread(write_form, exchange.upload)
        path = self._path(exchange, attempt, call)
        record.attempts += 1
        began = self._clock.monotonic()
        try:
            provider = self._provider(exchange, attempt.target.provider)
            return await self._send(exchange, provider, objects.method_of(call), path, content_type, body)
        finally:
            record.overhead_ms = max(0, int((began - exchange.inbound.received) * 1000))

    def _path(self, exchange: Exchange, attempt: Attempt, call: ObjectCall) -> str:
        provider, dialect = self._provider(exchange, attempt.target.provider), attempt.dialect
        if call.verb == "create" and dialect == "gemini":
            return provider.path("batches", dialect, attempt.target.model, stream=False)
        query = objects.passed_query(query_of(exchange)) if call.id is not None else {}
        path = provider.object_path(dialect, objects.path_of(dialect, call))
        return f"{path}?{urlencode(query)}" if query else path

    def _provider(self, exchange: Exchange, name: str) -> Provider:
        provider = self._provider_of(exchange.policy, name)
        assert provider is not None, "Choose allows only providers that exist"
        return provider.lanes[0]  # objects are kept by an account, so always the same credential asks for them

    async def _send(
        self, exchange: Exchange, provider: Provider, method: str, path: str, content_type: str = "", body: bytes = b""
    ) -> UpstreamResponse:
        if not may_see(exchange.team, provider.policy):  # Choose has seen to it; a border is worth a second look
            raise NoPermittedRegion("By policy this key may not use the provider that keeps it; ask an administrator.")
        dialect = exchange.inbound.dialect
        passed = passed_headers(dialect, exchange.inbound.headers)
        request = UpstreamRequest(
            method=method,
            path=path,
            headers=_headers(provider.headers(dialect, passed), method, content_type),
            body=body,
        )
        response = unpacked(await self._upstream_of(provider).send(request, provider.policy.timeouts))
        exchange.record.upstream_request_id = request_id_of(response.headers, provider.credential)
        if 200 <= response.status < 300:
            return response
        try:
            await raise_refusal(response, self._codecs[dialect])
        except UpstreamRefused as error:
            hide_credential(error, provider.credential)
            raise
        finally:
            response.close()

    async def _learn(self, exchange: Exchange, call: ObjectCall, attempt: Attempt, body: bytes) -> bytes:
        """Write down what the answer tells of objects; what the client is shown."""
        dialect = attempt.dialect
        if call.verb == "delete":
            await self._register.forget(exchange.owned_objects[0])
            return body or b"{}"
        tree = answer_object(body)
        if call.id is None:
            object_id = objects.id_of(dialect, tree)
            upload = exchange.upload
            read = upload is None or upload.field("purpose") == "batch"
            model = attempt.target.model if read else None
            own = await self._as_owned(exchange, call, object_id, attempt.target.provider, model)
            await self._register.hold([own])
            await self._jobs.taken(exchange, object_id)
        else:
            own = exchange.owned_objects[0]
        await self._hold_results(own, tree)
        if own.kind in _JOBS and call.id is not None and (job := await self._job_behind(exchange, own)) is not None:
            self._ends.learn(job, tree)
        shown = objects.shown_batch(dialect, tree) if own.kind == "batch" else tree
        return body if shown is tree else objects.encode_json(shown)

    async def _job_behind(self, exchange: Exchange, own: OwnedObject) -> Job | None:
        """What is to end with the object's usage, where nobody has written that down."""
        job = await self._ends.of(own.provider, own.id)
        if job is None and own.usage_recorded_at is None:
            return unbooked(own, exchange.record, exchange.principal)
        return job

    async def _hold_results(self, own: OwnedObject, tree: Any) -> None:
        await self._hold_parts(own, ids_in_object(own.kind, tree))

    async def _hold_parts(self, own: OwnedObject, kept: list[tuple[ObjectKind, str]]) -> None:
        more = {"parent": own.id, "created_at": self._clock.now()}
        await self._register.hold([msgspec.structs.replace(own, kind=kind, id=told, **more) for kind, told in kept])

    async def _learn_from_content(self, exchange: Exchange, content: bytes | LongContent) -> None:
        """What the answers in a batch's results used; of long ones when all have come."""
        batch: OwnedObject | None
        own = batch = exchange.owned_objects[0]
        if own.kind != "batch":
            wrote = own.parent
            batch = None if wrote is None else await self._register.find(own.team, own.dialect, "batch", wrote)
        end = None if batch is None else partial(self._end_batch, exchange, batch)
        if isinstance(content, LongContent):
            content.trail, content.learn = exchange.trail, end
        elif end is not None:
            results = Results()
            await asyncio.to_thread(results.read, content)
            await end(results)

    async def _end_batch(self, exchange: Exchange, batch: OwnedObject, results: Results) -> None:
        await self._hold_parts(batch, [("container", told) for told in results.containers])
        if results.used.total_tokens and (job := await self._job_behind(exchange, batch)) is not None:
            self._ends.end(job, results.used, results.answers)

    async def _list(self, exchange: Exchange, call: ObjectCall) -> bytes:
        page, dialect = exchange.page, exchange.inbound.dialect
        assert page is not None, "set by CheckOwner"
        reachable = [one for one in page.objects if self._keepers.keeper(exchange, call, one.provider) is not None]
        gate = asyncio.Semaphore(AT_ONCE)

        async def show(owned: OwnedObject) -> dict[str, Any] | None:
            async with gate:
                provider = self._provider(exchange, owned.provider)
                path = provider.object_path(dialect, objects.path_of(dialect, call, owned.id))
                try:
                    tree = answer_object(await _whole(await self._send(exchange, provider, "GET", path)))
                except UpstreamRefused as error:
                    if error.status == 404:  # it has expired there
                        return None
                    raise
                await self._hold_results(owned, tree)
                return objects.shown_batch(dialect, tree)

        exchange.record.attempts += len(reachable)
        answers = await asyncio.gather(*(show(owned) for owned in reachable), return_exceptions=True)
        for failure in answers:
            if isinstance(failure, BaseException):
                raise failure
        purpose = query_of(exchange).get("purpose")
        shown = [tree for tree in answers if isinstance(tree, dict) and purpose in {None, tree.get("purpose")}]
        last = page.objects[-1].id if page.objects else None
        return objects.listed(dialect, shown, last, more=page.more, all_=page.total)

    async def _as_owned(
        self, exchange: Exchange, call: ObjectCall, object_id: str, provider: str, model: str | None
    ) -> OwnedObject:
        asked = await _asked(exchange.upload) if model is not None and exchange.upload is not None else None
        now = self._clock.now()
        return OwnedObject(
            id=object_id,
            provider=provider,
            dialect=family(exchange.inbound.dialect),
            kind=call.kind,
            team=exchange.team.name,
            created_at=now,
            model=model,
            model_asked=None if model is None else exchange.record.model_asked,
            usage_recorded_at=None if exchange.job is None else now,  # the job's own row will hold it
            **({} if asked is None else asked.of_a_file),
        )


async def _whole(response: UpstreamResponse) -> bytes:
    try:
        return await response.read(MAX_ANSWER_BYTES)
    finally:
        response.close()


async def _asked(upload: Upload) -> UpperBound:
    """What a file of requests may come to."""
    if len(upload.content) <= LARGE_BODY_BYTES:
        return summarise_lines(upload.content).bound
    return (await asyncio.to_thread(summarise_lines, upload.content)).bound


def _headers(given: RawHeaders, method: str, content_type: str) -> RawHeaders:
    """As a call's, but with the type of what is sent, and without one where nothing is."""
    if method != "POST":
        return tuple(pair for pair in given if pair[0] != "content-type")
    return tuple((name, content_type if name == "content-type" else value) for name, value in given)
