"""Models that the answering one asked for advice, at the same provider: whose tokens are billed at their own price.

One row has one model and one price, so each has a row beside the request's (`….consulted1`). What they cost is settled
with what the request held, in which they are counted as often as it lets them be asked (`hold_money`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.core.caching import RECALLED
from gateway.core.calls import OF_THE_REQUEST, consulted_rows
from gateway.core.charging import charge, is_unpriced
from gateway.core.policy import Policy
from gateway.core.ports import PriceBook, UsageRow
from gateway.stages.believable_usage import believable_advice, tell_unbelievable

NOT_ASKED: Final = RECALLED | {"replay"}
"""Uses of the cache in which the answer was told before, and paid for then."""


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
