"""Models of the same provider that took part in an answer, besides the one that was asked for it.

The request's row is that of the model which answered, whoever was asked: its name, its tokens, its price. One row has
one model and one price, so each that gave advice, or declined after it had said something, has a row beside the
request's (`….consulted1`). What they cost is settled with what the request held, in which they are counted as often as
it lets them be asked (`hold_money`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.core.caching import RECALLED
from gateway.core.calls import OF_THE_REQUEST, consulted_rows
from gateway.core.charging import charge, is_unpriced
from gateway.core.events import UsageReported
from gateway.core.policy import Policy
from gateway.core.ports import PriceBook, UsageRow
from gateway.core.usage import Usage
from gateway.dialects.anthropic.named_models import named_models
from gateway.exchange import Exchange
from gateway.stages.money.believable_usage import believable_advice, tell_unbelievable

NOT_ASKED: Final = RECALLED | {"replay"}
"""Uses of the cache in which the answer was told before, and paid for then."""


_DATED: Final = re.compile(r"-\d{8}")


def who_answered(exchange: Exchange, told: UsageReported | None) -> str | None:
    """The model of the request's row, as far as its answer tells by now."""
    asked, answered = exchange.record.model, None if told is None else told.answered_by
    return asked if answered is None else _as_named(exchange, answered)


def name_consulted(exchange: Exchange, told: UsageReported) -> tuple[tuple[str, Usage], ...]:
    """`told.consulted`, under the names that prices go by."""
    return tuple([(_as_named(exchange, model), used) for model, used in told.consulted])


def _as_named(exchange: Exchange, told: str) -> str:
    """Providers tell the dated name of a model, and the policy's prices are those of the name that was asked for."""
    names = [exchange.attempt.target.model, *[named.model for named in named_models(exchange.tree)]]
    if told in names:
        return told
    return next((name for name in names if told.startswith(name) and _DATED.fullmatch(told, len(name))), told)


def rows_of_consulted(record: UsageRow, policy: Policy, prices: PriceBook) -> Iterator[UsageRow]:
    """A final row for each of `record.consulted`; what it costs is added to `record.beside`."""
    for request_id, (model, told) in zip(consulted_rows(record.request_id), record.consulted, strict=False):
        used = believable_advice(told)
        row = UsageRow(
            request_id=request_id,
            at=record.at,
            provider=record.provider,
            model=model,
            region=record.region,
            status=record.status,
            http_status=record.http_status,
            attempts=1,
            usage=used,
            chargeable=True,
            **{name: getattr(record, name) for name in OF_THE_REQUEST},
        )
        if used is not told:
            tell_unbelievable(request_id, row.provider, model, told)
        charge(row, policy, prices)
        row.unpriced = is_unpriced(row, policy)
        if row.cost is not None:
            record.beside += (row.cost,)
        yield row
