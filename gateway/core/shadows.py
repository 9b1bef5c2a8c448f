"""What a shadow's answer was beside the one that the client got: numbers and words of ours, never a text of theirs."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SHADOW_KEY: Final = "shadow"
"""The key in the usage rows of shadows: they are nobody's own requests, and no real key has an id so short."""

ToolAgreement = Literal["none", "same", "names", "different"]
"""Neither calls a tool · the same tools with equal arguments · the same tools · other tools."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Of one shadow's call. What it took and cost stands in its usage row, as the real answer's does in its own.

    `request_id`: the shadow's row; `real_id`: the client's. `at` in Unix seconds. `model` as the client named it.
    `tools` and `overlap` are None where there are no two answers to compare.
    """

    request_id: str
    real_id: str
    at: float
    model: str
    characters: int
    real_characters: int
    refused: bool
    real_refused: bool
    tools: ToolAgreement | None = None
    overlap: int | None = None
    """Percent of the words of both that both have."""
