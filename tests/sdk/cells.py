"""A cell of the matrix is an SDK, a provider and a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sdk.asked import PROVIDERS, Asked

Saw = Callable[[str], dict[str, Any]]
"""SDKS id -> what that SDK saw."""

CELLS = [(asked, case) for asked in PROVIDERS for case in asked.cases]
"""Of each SDK."""


def told(cell: tuple[Asked, str]) -> str:
    return f"{cell[0].provider}: {cell[1]}"
