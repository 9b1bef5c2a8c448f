"""Recorded requests, as far as a policy is concerned: who asked for what, how often, and of which size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.core.identity import Principal
from gateway.core.usage import Calls, Usage


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that a policy cannot tell apart. `total` is of all of them together, `calls` what each was billed."""

    principal: Principal
    model: str
    operation: str
    requests: int
    total: Usage
    calls: Calls | None = None

    def sizes(self) -> Iterator[tuple[int, Usage]]:
        """(requests, usage of each) of as many kinds as it takes, all within a token of the mean, for an exact sum.

        A mean in whole tokens loses up to one a request. Each count's odd tokens go to the first requests, one each,
        so a count that is part of another in sum is part of it in every request.
        """
        counts = {name: value for name in Usage.__struct_fields__ if type(value := getattr(self.total, name)) is int}
        shares = {name: divmod(value, self.requests) for name, value in counts.items()}
        begin = 0
        for end in sorted({self.requests, *(odd for _, odd in shares.values() if odd)}):
            each: dict[str, Any] = {name: whole + (begin < odd) for name, (whole, odd) in shares.items()}
            yield end - begin, Usage(**each, calls=self.calls)
            begin = end
