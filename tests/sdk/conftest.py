"""Every SDK runs once, with those of its driver, when the first test asks what one saw, whichever worker that is in."""

from __future__ import annotations

import fcntl
import json
from functools import cache
from typing import Any

import pytest

from tests.sdk.cells import Saw
from tests.sdk.sdks import run, together
from tests.support.alone import run_folder
from tests.support.running import RunningGateway


@pytest.fixture(scope="session")
def saw(gateway: RunningGateway, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Saw:
    """What an SDK saw through the gateway, by its id in SDKS."""
    folder = (run_folder(pytestconfig) or tmp_path_factory.mktemp("saw")) / "given"  # no gateway writes there
    folder.mkdir(exist_ok=True)

    @cache
    def of_all(names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        with (folder / f"saw-{names[0]}.json").open("a+") as known:
            fcntl.flock(known, fcntl.LOCK_EX)
            known.seek(0)
            text = known.read()
            if not text:
                text = json.dumps(run(names, gateway.url, gateway.key))
                known.write(text)
                known.flush()
            seen: dict[str, dict[str, Any]] = json.loads(text)
            return seen

    return lambda sdk: of_all(tuple(together(sdk)))[sdk]
