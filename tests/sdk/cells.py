"""A cell of the matrix is an SDK, a provider and a case; a test checks one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sdk.asked import PROVIDERS, Asked
from tests.sdk.judging import judge
from tests.sdk.sdks import SDKS

Saw = Callable[[str], dict[str, Any]]
"""SDKS id -> what that SDK saw."""

CELLS = [
    pytest.param(asked, case, id=f"{asked.provider}-{case.replace(' ', '-')}")
    for asked in PROVIDERS
    for case in asked.cases
]


def check(saw: Saw, sdk: str, asked: Asked, case: str) -> None:
    """Raises AssertionError where the cell is neither carried nor honestly approximated or refused."""
    judge(asked, case, saw(sdk)[f"{asked.provider}: {case}"], SDKS[sdk].fails)
