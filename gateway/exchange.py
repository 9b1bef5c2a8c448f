"""One request's whole life, as one object.

Each field is set once, by the one stage that its comment names. Reading what is not yet set raises AttributeError,
a programming error; setting twice is one too (the tests run every exchange with that checked). A field that a request
may do without is None, or empty, until then.

`record` is the exception: the stages write into it what they learn, and it says at the end how the request went.
It holds no content and no secret, so it may be logged and stored whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final, Protocol

import msgspec

from gateway.core.audit import Trail
from gateway.core.edits import Edit, edited
from gateway.core.events import Frame
from gateway.core.identity import Principal
from gateway.core.jobs import Job
from gateway.core.messages import Dialect
from gateway.core.multipart import Upload
from gateway.core.objects import ObjectCall, ObjectPage, OwnedObject
from gateway.core.policy import Effective, Policy, Target, Timeouts
from gateway.core.ports import UsageRow
from gateway.core.redacted import Redacted
from gateway.core.safe_echo import code_on_record
from gateway.dialects.codec import ClientCodec, Envelope, Operation, ProviderCodec, Request
from gateway.dialects.outgoing import Outgoing
from gateway.errors import GatewayError, GatewayFault, Overloaded, ShuttingDown

Batch = list[Frame]
"""The frames of one read: watchers hand on batches, so that a burst costs one hop."""


_OF_THE_REQUEST: Final = (
    "principal",
    "policy",
    "team",
    "body",
    "tree",
    "reader",
    "envelope",
    "edits",
    "strict",
    "redacted",
    "names_kept",
    "reads_kept",
    "_request",
)
"""Fields of an exchange that say what is asked and by whom; all others are about one call and its answer."""


class Flow(Protocol):
    """An answer on its way: batches until it ends. Async generators are flows."""

    def __aiter__(self) -> AsyncIterator[Batch]: ...

    async def __anext__(self) -> Batch: ...

    async def aclose(self) -> None:
        """Nobody reads any more; idempotent."""
        ...


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the edge took it in. `headers` with lower-case names; `received` in monotonic seconds."""

    dialect: Dialect
    operation: Operation
    headers: dict[str, str]
    presented_key: str | None
    key_in_query: bool
    read_body: Callable[[int], Awaitable[bytes]]
    """The body, at most so many bytes; raises BodyTooLarge, BodyTimedOut."""
    received: float
    path_model: str | None = None
    path_stream: bool = False
    client: str | None = None
    """The address that the request came from."""
    call: ObjectCall | None = None
    """What is asked of an object; None where a model is asked."""
    head_only: bool = False
    """HEAD: of the answer nothing else is sent."""
    query: bytes = b""
    """As it came, percent signs and all; with `key_in_query` it holds a secret."""

    def __repr__(self) -> str:
        return f"<Inbound {self.dialect} {self.operation.name}>"


class Attempt(msgspec.Struct, frozen=True):
    """One way to get the answer: a model at a provider, in a dialect that the provider speaks."""

    target: Target
    dialect: Dialect
    region: str
    sovereign: bool = False
    """Data that goes there stays in the house."""
    estimated: bool = False
    """The provider does not offer the operation: the gateway answers in its place, with an estimate."""


class Exchange:
    """See the module's docstring."""

    # the edge
    inbound: Inbound
    codec: ClientCodec
    record: UsageRow
    trail: Trail
    """As `record`, of what the audit keeps: what was said, above all."""
    # Observe
    span: Any
    # Identify
    principal: Principal
    # Govern
    policy: Policy
    team: Effective
    """The team's settings, as all levels together have them for this principal."""
    # TakeTurn
    turn: str | None
    """The team whose place this request holds."""
    # Understand
    body: bytes
    """As the client sent it; with a prompt template in it where one was asked for (Instruct)."""
    tree: dict[str, Any]
    reader: ClientCodec
    """Who reads the request: `codec`, but for a body in another dialect than its path's."""
    envelope: Envelope
    edits: list[Edit]
    strict: bool
    upload: Upload | None
    """A file on its way to a provider; its content may be replaced until Call sends it."""
    # Admit
    permit: Any
    """The place and the tokens that this request holds of its quotas."""
    limit_headers: Sequence[tuple[bytes, bytes]]
    """What the answer says of them."""
    # CheckOwner
    owned_objects: tuple[OwnedObject, ...]
    """The caller's own objects that the request names: the one in its path, or those in its body."""
    names_kept: bool | None
    """Whether it names anything that its provider keeps: these, or what policy opens. None: nobody has looked."""
    reads_kept: bool | None
    """Whether any of that is read whole, however long it is; None where nobody has looked."""
    page: ObjectPage | None
    """Of a list of objects."""
    words_only: bool | None
    """Whether it is roles and texts, and names nothing that is kept anywhere; None where that is not known."""
    # Redact, where the team has rules
    redacted: Redacted | None
    # Choose
    attempts: tuple[Attempt, ...]
    """Empty for a list of objects only."""
    # Replay
    replay_capture: Any
    """Where the answer is to be kept for the request's idempotency key."""
    said_as: tuple[str, float] | None
    """The request id and time that the answer was first given with, where it is given again."""
    # Recall
    cache_capture: Any
    """Where the answer is to be kept: its key, and who waits for it."""
    similarity_query: Any
    """Its text's vector, where texts that mean the same may have one answer."""
    # Reserve
    job: Job | None
    """The work that this request asks a provider to do later."""
    # Call
    attempt: Attempt
    answer: Flow | None
    """None until somebody has answered: ListModels, CountTokens, Replay, Recall may in place of a provider."""
    streamed: bool
    """Whether the provider answered with a stream (usually as the client asked)."""
    native: bool
    """Whether the frames' bytes are in the client's dialect already."""
    spoken: ProviderCodec
    """What read the provider's answer."""
    media_type: bytes  # of an answer that came whole
    release: Callable[[], None] | None
    """Closes the provider's answer, wherever it stands; idempotent."""
    is_probe: bool  # of a target that was left alone
    waits: tuple[float, Timeouts, Timeouts]
    """When the answer was asked for, in monotonic seconds; its provider's time-outs, and what held of them."""
    # whoever makes a call beside the request's own
    side_call_of: tuple[str, str] | None
    """(what this call is to a request, that request's id): `shadow_of`, `hedge_of`."""
    payer: tuple[Effective, Principal]
    """Whose budgets such a call is paid from."""
    _request: Request

    __slots__ = tuple(__annotations__)  # an object's own dictionary would be built, and grow, in every request

    def __init__(self, inbound: Inbound, record: UsageRow) -> None:
        self.inbound = inbound
        self.codec = inbound.operation.clients[inbound.dialect]
        self.record = record
        self.trail = Trail()
        self.turn = self.upload = self.permit = self.page = self.redacted = None
        self.replay_capture = self.said_as = self.cache_capture = self.similarity_query = None
        self.job = self.release = self.side_call_of = self.answer = self.words_only = None
        self.names_kept = self.reads_kept = None
        self.limit_headers = self.owned_objects = ()
        self.media_type = b"application/json"

    def __repr__(self) -> str:
        return f"<Exchange {self.record.request_id}>"

    @property
    def request(self) -> Request:
        """The request as the client made it, canonical: to be looked at and counted. What goes out is `outgoing`.

        Decoded when the first stage asks, since a relay within one dialect need not.
        """
        if not hasattr(self, "_request"):
            self._request = self.reader.decode_request(self.tree, self.envelope)
        return self._request

    def rewrite(self, body: bytes, tree: dict[str, Any]) -> None:
        """Instruct only: from here on this is the request, as if the client had written it."""
        assert not hasattr(self, "_request"), "nobody may have read the request before a template was put into it"
        object.__setattr__(self, "body", body)
        object.__setattr__(self, "tree", tree)

    def side_call(self, relation: str, record: UsageRow, attempt: Attempt, received: float, **instead: Any) -> Exchange:
        """The same request, as it stands after Choose, for a call beside its own: with its own record and attempt.

        `relation`: what it is to this one, as `hedge_of`. `received` in monotonic seconds: when that call's time began
        to run. `instead`: fields that differ.
        """
        other = Exchange(msgspec.structs.replace(self.inbound, received=received), record)
        mine = {name: getattr(self, name) for name in _OF_THE_REQUEST if hasattr(self, name)}
        for name, value in (mine | instead).items():
            setattr(other, name, value)
        other.attempts = (attempt,)
        other.side_call_of = relation, self.record.request_id
        return other

    def outgoing(self, attempt: Attempt) -> Outgoing:
        """What may be sent: with the personal data treated as the attempt's destination asks."""
        redacted = self.redacted
        if redacted is not None:
            private = redacted.to_sovereign if self.is_sovereign(attempt) else redacted.to_cloud
            if private:
                tree = edited(self.tree, private)
                return Outgoing(self.body, tree, (*self.edits, *private), self._decoded)
        return Outgoing(self.body, self.tree, tuple(self.edits), lambda _: self.request)

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body)

    @property
    def relays_frames(self) -> bool:
        """Whether the client gets the frames of a stream as they came."""
        return self.record.stream and self.native and self.streamed and not self.inbound.operation.reframed

    @property
    def relays_whole(self) -> bool:
        """Whether the client gets a body as it came."""
        return not self.record.stream and self.native and not self.streamed

    @property
    def stays_home(self) -> bool:
        """Whether only a sovereign provider may see the request."""
        redacted = self.redacted
        return redacted is not None and redacted.sovereign_only

    def is_sovereign(self, attempt: Attempt) -> bool:
        """Whether the team's rules take the attempt's destination for sovereign."""
        redacted = self.redacted
        return attempt.sovereign or (redacted is not None and attempt.region in redacted.rules.sovereign_regions)

    def _decoded(self, tree: dict[str, Any]) -> Request:
        return self.reader.decode_request(tree, self.envelope)

    def refused_with(self, error: GatewayError) -> None:
        """Write into the record how it ended; the last word counts."""
        record = self.record
        record.error_code = code_on_record(error.code, error.status)
        record.http_status = error.status
        called = getattr(self, "attempts", None) is not None and record.attempts
        if isinstance(error, GatewayFault | ShuttingDown) or (called and isinstance(error, Overloaded)):
            record.status = "failed"  # here: a provider that has answered is not to blame for a disk that is full
        elif called:  # also where it is refused what would mend that: no budget is left for another call
            record.status = "upstream_error"
        else:
            record.status = "refused"
