"""What stages need from the world, as protocols; `gateway.wiring` hands in the real ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol

import msgspec

from gateway.core.administration import AdminEntry
from gateway.core.bills import Bill, Meters
from gateway.core.caching import CacheUse
from gateway.core.identity import Principal
from gateway.core.money import Money
from gateway.core.objects import OwnedObject
from gateway.core.policy import Policy
from gateway.core.usage import Usage


class Clock(Protocol):
    def now(self) -> float:
        """Unix seconds."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...


class KeyDirectory(Protocol):
    async def find(self, presented: str) -> Principal:
        """The holder of this key; raises NotAuthenticated."""
        ...


class Trial(msgspec.Struct, frozen=True):
    """A policy on trial beside the one in force. `share`: percent of the keys that it decides for; 0: none, it is only
    compared.
    """

    policy: Policy
    share: int


class PolicySource(Protocol):
    @property
    def current(self) -> Policy: ...

    @property
    def trial(self) -> Trial | None:
        """A policy that decides for a share of the keys, or is only compared."""
        ...

    def before(self, policy: Policy) -> Policy | None:
        """What decides a request that `policy` cannot decide, for a defect; None where there is nothing."""
        ...

    def failed(self, policy: Policy) -> None:
        """Such a request was decided by what was before: after some of them, `policy` is put aside."""
        ...

    def prepared_by(self, prepare: Callable[[Policy], None]) -> None:
        """Have `prepare` called with what is in force, now, and with every later version before it decides. Blocks."""
        ...


Status = Literal["ok", "refused", "upstream_error", "upstream_cut", "client_closed", "failed"]
"""How a request ended: answered in full · refused by us · the provider refused or could not be reached ·
the provider broke off · the client went away · a defect of ours."""


class FailedCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that failed and may be billed. `usage`: what its provider told all the same; None: it told nothing, and
    what is `presumed` is used beside what was read.
    """

    provider: str
    model: str
    region: str
    status: int
    code: str
    usage: Usage | None
    presumed: Usage = Usage()


class UsageRow(msgspec.Struct, kw_only=True):
    """What one request used: exactly one a request. Times in Unix seconds and milliseconds, money in nano-units."""

    request_id: str
    at: float
    key_id: str
    team: str
    user: str | None = None
    operation: str = ""
    dialect: str = ""
    model_asked: str | None = None
    provider: str | None = None
    model: str | None = None
    region: str | None = None
    stream: bool = False
    status: Status = "ok"
    http_status: int = 0
    error_code: str | None = None
    finish_reason: str | None = None
    usage: Usage = Usage()
    cost: Money | None = None
    price_source: str | None = None
    meters: Meters | None = None
    """Of `cost`."""
    list_cost: Money | None = None
    list_meters: Meters | None = None
    cache_saved: int = 0
    hosted_cost: Money | None = None
    """Where a local model answered: what the alias's first hosted target would have cost."""
    unpriced: bool = False
    """A paid model was used and no money was counted: `core.charging.is_unpriced`."""
    unpriced_calls: tuple[str, ...] = ()
    """Kinds of calls that the cost is without. Not stored."""
    cost_center: str | None = None
    project: str | None = None
    tags: str | None = None
    """`name=value`, sorted by name, with commas between."""
    policy_version: str | None = None
    prompt: str | None = None
    """The template that was put before it: `name@version`."""
    upstream_request_id: str | None = None
    attempts: int = 0
    cache: CacheUse = "bypass"
    similarity: float | None = None
    """Of the text that the cache's answer was given to, where it is another than the request's. Not stored."""
    saved: Money | None = None
    """What an answer from the cache would have cost."""
    tried: str | None = None
    """What failed before the answer, or before the error: `provider/model code`, comma-separated. Not stored."""
    chargeable: bool = False
    """A call was sent, and neither refused nor booked in a row of its own: this one is charged for it. Not stored."""
    failed: FailedCall | None = None
    """That call, where it failed and may be billed. Not stored."""
    failed_rows: int = 0
    """Such calls before the last, each of which has a row of its own. Not stored."""
    consulted: tuple[tuple[str, Usage], ...] = ()
    """(model, usage) of other models of the provider's, each of which has a row of its own. Not stored."""
    beside: tuple[Money, ...] = ()
    """What the rows of these cost. Not stored."""
    downgraded: str | None = None
    """The budget that had no room for the model that was asked for, so that another answers. Not stored."""
    chosen: str | None = None
    """Who was chosen first by what a call there costs now, and what that is. Not stored."""
    said_at_most: int | None = None
    """Tokens that the answer was allowed; None: as many as it liked. Not stored."""
    first_byte_ms: int | None = None
    duration_ms: int = 0
    overhead_ms: int | None = None
    dropped: str | None = None
    """Comma-separated paths that translation could not carry."""
    personal_data: dict[str, int] = {}
    """`type:action` -> how many values; `restored` and `unknown`: tokens in the answer."""

    @property
    def personal_data_summary(self) -> str | None:
        """`email:pseudonymise=2,restored=2`, for people and tables."""
        if not self.personal_data:
            return None
        return ",".join(f"{name}={count}" for name, count in sorted(self.personal_data.items()))

    def billed(self, bill: Bill) -> None:
        """Take over what the call costs."""
        self.cost, self.price_source, self.meters = bill.cost, bill.source, bill.meters
        self.list_cost, self.list_meters, self.cache_saved = bill.list_cost, bill.list_meters, bill.cache_saved
        self.unpriced_calls = bill.unpriced_calls


class Estimate(msgspec.Struct, kw_only=True):
    """What to count where the provider told no usage, or broke off before its last word.

    Tokens that the row already holds are kept where they are more. Held in memory only, never written.
    """

    prompt: bytes
    """The prompt's text, UTF-8; empty where the provider told the input."""
    answer: list[str]
    """The answer's text, in pieces."""
    policy: Policy
    """What the call ran under, which says what it costs."""
    framing: int = 0
    """Tokens of the prompt that are no text: what stands around each message."""
    named: tuple[OwnedObject, ...] = ()
    """What the request names that its provider keeps, and reads as input."""
    presumed: int = 0
    """Tokens of input, all in all, where the ledger does not know what each of `named` came to."""


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entry of the journal. `number` ascends; `kind` and `key` name what it is about; what is in `payload` is the
    business of who wrote it, and must hold no prompt and no answer in clear.
    """

    number: int
    kind: str
    key: str
    payload: bytes


class FreshRecord(Record, frozen=True, array_like=True, gc=False):
    """A record that this process appended and still has in memory, with what its payload was made of: whoever carries
    it on need not read it again. The disk never sees `made`, and the garbage collector does not: it refers to nothing
    that refers to it.
    """

    made: Any


class Journal(Protocol):
    """What must survive this process: on the disk within milliseconds, in the database within a fraction of a second.

    Records reach the database in the order in which they were appended, at least once each: what a kind becomes there
    is told by its projector (`gateway.journal.shipper`), which must take a record twice for once.
    """

    def append(self, kind: str, key: str, payload: bytes, made: object = None) -> int:
        """Take a record and give its number. Never blocks, never raises; on the event loop only.

        `made`: what the payload says, for the projector; it is given a FreshRecord then, if not much waits.
        """
        ...

    def durable(self, number: int, refusal: Callable[[], Exception] = ...) -> Awaitable[None]:
        """What returns when that record, and so every earlier one, is on the disk; awaited at once.

        Where the disk does not take it, raises what `refusal` makes, which is a JournalUnavailable by default; the
        call itself may, too. It may be written later all the same.
        """
        ...

    @property
    def failing(self) -> bool:
        """True while no request may be let in: the disk fails, or too much waits for the database.

        What is under way may still be appended: room is kept for it.
        """
        ...


class AdminLog(Protocol):
    async def record(self, entry: AdminEntry) -> None:
        """Return when the entry is durable; raises where it cannot be: then what it tells of is not done."""
        ...


class UsageLedger(Protocol):
    def record(self, row: UsageRow, estimate: Estimate | None) -> None:
        """Take the row; it will be written. Never blocks, never raises.

        With `estimate`, tokens are counted and priced before the row is written.
        """
        ...

    @property
    def full(self) -> bool:
        """True while so many rows wait for the database that no request may be added."""
        ...


class PriceBook(Protocol):
    def cost(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> tuple[Money, str] | None:
        """(cost, source of the price) of `usage` at that time, or None where no price is known."""
        ...

    def bill(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> Bill | None:
        """The same cost, part by part and beside the list price."""
        ...


class TokenCounter(Protocol):
    async def count(self, text: str, model: str) -> int:
        """Tokens of `text`, by the tokeniser nearest to `model`; long text is counted off the event loop."""
        ...
