"""Every SDK runs once a session, when the first test asks what it saw."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sdk.cells import Saw
from tests.sdk.sdks import SDKS, run
from tests.support.running import RunningGateway


@pytest.fixture(scope="session")
def saw(gateway: RunningGateway) -> Saw:
    """What an SDK saw through the gateway, by its id in SDKS."""
    known: dict[str, dict[str, Any]] = {}

    def of(sdk: str) -> dict[str, Any]:
        if sdk not in known:
            known[sdk] = run(SDKS[sdk], gateway.url, gateway.key)
        return known[sdk]

    return of
