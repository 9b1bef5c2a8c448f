"""Ways of an alias that depend on the request: conditions, and where a request goes that meets them."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Feature = Literal["images", "audio", "files", "tools", "schema"]
"""What a request can ask of a model beside text: parts of these kinds, tools, an answer by a JSON schema."""

FEATURES: tuple[Feature, ...] = get_args(Feature)


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """All that is given must hold. `larger_than`, `smaller_than`: bytes of the request. `hours`: minutes of the day in
    the reporting time zone, from the first up to the second, which may lie behind midnight. `tags`: (name, value).
    """

    data_classes: frozenset[str] = frozenset()
    personal_data: bool | None = None
    larger_than: int | None = None
    smaller_than: int | None = None
    needs: frozenset[Feature] = frozenset()
    lacks: frozenset[Feature] = frozenset()
    stream: bool | None = None
    tags: tuple[tuple[str, str], ...] = ()
    hours: tuple[int, int] | None = None
