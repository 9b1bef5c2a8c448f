"""What is sent of a request: within one dialect its own bytes, to another one a translation.

Invariants
- Same dialect without edits gives the very bytes received, whatever the operation.
- What may leave is asked of `Exchange.outgoing`, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.core.edits import Edit, apply_edits, dotted
from gateway.core.passed_headers import passed_headers
from gateway.core.policy import ProviderPolicy
from gateway.dialects.codec import ANOTHER_TEAMS, ANOTHERS, ProviderCodec
from gateway.dialects.losses import Loss, declared
from gateway.dialects.renaming import RenamedBack, renamed
from gateway.errors import DialectCannotCarry
from gateway.exchange import Attempt, Exchange
from gateway.providers.transport import RawHeaders
from gateway.routing.salts import CacheSalts

_WHY_TAKEN_OUT: Final = {
    ANOTHERS: "was encrypted by another provider, which alone can read it",
    ANOTHER_TEAMS: "stands for what a provider keeps of another team",
}


def write_body(
    exchange: Exchange, attempt: Attempt, codec: ProviderCodec, provider: ProviderPolicy, salts: CacheSalts
) -> tuple[bytes, RawHeaders, ProviderCodec, bool]:
    """The body to send, the client's headers that go along, what reads the answer, whether that is relayed.

    Writes into the record what was lost; raises DialectCannotCarry.
    """
    model, record, outgoing = attempt.target.model, exchange.record, exchange.outgoing(attempt)
    salt = salts.edits(provider, attempt.dialect, exchange.inbound.operation.name, exchange.team.name)
    native = attempt.dialect == exchange.inbound.dialect
    passed: RawHeaders = ()
    if attempt.dialect == exchange.reader.dialect:
        passed = passed_headers(attempt.dialect, exchange.inbound.headers)
        edits = codec.retarget(outgoing.tree, exchange.envelope, model)
        if edits is not None:
            record.dropped = _taken_out((*exchange.edits, *edits), strict=exchange.strict)
            return outgoing.within_dialect((*edits, *salt)), passed, codec, native
        native = False
    request, other = outgoing.request, renamed(outgoing.request, attempt.dialect)
    encoded = codec.encode_request(request if other is None else other.request, model, exchange.strict)
    record.dropped = declared(encoded.losses if other is None else (*other.losses, *encoded.losses))
    reading = codec if other is None else RenamedBack(codec, other.own)
    return apply_edits(encoded.body, salt), passed, reading, native


def _taken_out(edits: Sequence[Edit], *, strict: bool) -> str | None:
    """What the same dialect cannot carry either, as `x-gateway-dropped` tells it; raises DialectCannotCarry."""
    lost = tuple(
        Loss(edit.at, "reasoning_replay", "dropped", _WHY_TAKEN_OUT[edit.by])
        for edit in edits
        if edit.by in _WHY_TAKEN_OUT
    )
    if lost and strict:
        where = dotted(lost[0].path)
        raise DialectCannotCarry(f"{where} {lost[0].why}.", param=where)
    return declared(lost)
