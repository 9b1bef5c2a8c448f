"""The console's script, run by node over the admin API of a real gateway."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from tests.admin.conftest import TOKEN, AdminPort

DRIVER = Path(__file__).with_name("drive_console.mjs")


def test_whoever_looks_at_what_was_spent_chooses_the_month(admin: AdminPort) -> None:
    driven = subprocess.run(
        ["node", DRIVER, admin.url, TOKEN, "2020-02"], capture_output=True, text=True, timeout=60, check=False
    )
    assert driven.returncode == 0, driven.stderr
    told = json.loads(driven.stdout)
    assert told["before"] is told["hidden"] is True, "there is nothing to choose where nothing is by the month"
    present = datetime.now(UTC).strftime("%Y-%m")
    assert told["options"][:1] == [present]
    assert len(told["options"]) == len(set(told["options"])) == 132
    assert told["options"] == sorted(told["options"], reverse=True)
    assert present in told["present"]
    assert told["chosen"] == "Nothing in 2020-02."
    assert told["asked"] == ["/admin/v1/costs", "/admin/v1/costs?month=2020-02"]
    assert told["message"] == ""
