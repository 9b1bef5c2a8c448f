"""A usage row that an earlier run could not put in is counted by the next one, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.core.ports import Record
from gateway.core.reporting import Reporting
from gateway.journal.refused_records import REFUSED, set_records_aside
from gateway.providers.simulated.server import SimulatedServer
from gateway.storage.usage import encoded
from tests.support.journals import row
from tests.support.running import policy_for, serving

pytestmark = pytest.mark.asyncio


async def test_a_usage_row_that_was_set_aside_is_counted_once(
    simulated: SimulatedServer, tmp_path: Path, database_url: str
) -> None:
    late = Record(1, "usage", "r000001", encoded(row(1), Reporting())[0])
    folder = tmp_path / "journal" / "1"
    folder.mkdir(parents=True)
    for _ in range(2):  # the second time as after a kill between the database and the file
        await asyncio.to_thread(set_records_aside, folder, [late])
        async with serving(policy_for(simulated.url), tmp_path, database_url) as gateway:
            assert [each["request_id"] for each in await gateway.usage_rows()] == ["r000001"]
        assert not (folder / REFUSED).exists()
