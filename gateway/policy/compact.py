"""Teams that stay, put together in memory once what they were read from is freed.

To read a policy makes millions of values, of which a few stay, scattered among them, and each keeps the stretch of
memory around it from being given back: ten thousand teams held 100 MB where they are 20. So the teams are written down,
freed with all the rest, and made again, side by side.

Values that teams share stay the ones that they are: only what belongs to one team alone is made anew.
"""

from __future__ import annotations

import pickle
from io import BytesIO
from typing import Any

from gateway.core.policy import Rules, TeamPolicy


class _Writer(pickle.Pickler):
    """Names of what is shared, in place of the value."""

    def __init__(self, file: BytesIO, shared: dict[int, Any]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._shared = shared

    def persistent_id(self, value: Any) -> int | None:
        if value is None or callable(value) or isinstance(value, str | dict | Rules) or _is_call(value):
            return None
        self._shared[id(value)] = value
        return id(value)


class _Reader(pickle.Unpickler):
    def __init__(self, file: BytesIO, shared: dict[int, Any]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, name: int) -> Any:
        return self._shared[name]


def _is_call(value: Any) -> bool:
    """Whether pickle made it itself: what a struct is made again of."""
    return type(value) is tuple and bool(value) and isinstance(value[0], type)


def lay_together(teams: dict[str, TeamPolicy]) -> None:
    """Make every team anew, in the same order. Nobody may use them yet; to be called in `background_work.loading`."""
    shared: dict[int, Any] = {}
    written: list[bytes] = []
    while teams:
        file = BytesIO()
        _Writer(file, shared).dump(teams.popitem()[1])
        written.append(file.getvalue())
    for each in reversed(written):
        made: TeamPolicy = _Reader(BytesIO(each), shared).load()
        teams[made.name] = made
