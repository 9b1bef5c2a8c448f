"""The console's script, run by node over the admin API of a real gateway."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.admin.conftest import TOKEN, AdminPort

DRIVER = Path(__file__).with_name("drive_console.mjs")


def driven(admin: AdminPort, *words: str) -> Any:
    done = subprocess.run(
        ["node", DRIVER, admin.url, TOKEN, *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_whose_browser_keeps_no_session_is_told(admin: AdminPort) -> None:
    told = driven(admin)
    assert told["asked"] == ["/admin/v1/me", "/admin/v1/login/ways", "/admin/v1/session", "/admin/v1/me"]
    assert told["message"] == "Your browser kept no session. Allow cookies for this page."
    assert told["provider"] == "/admin/v1/login"


def test_whoever_looks_at_what_was_spent_chooses_the_month(admin: AdminPort) -> None:
    told = driven(admin, "2020-02")
    assert told["before"] is told["hidden"] is True, "there is nothing to choose where nothing is by the month"
    present = datetime.now(UTC).strftime("%Y-%m")
    assert told["options"][:1] == [present]
    assert len(told["options"]) == len(set(told["options"])) == 132
    assert told["options"] == sorted(told["options"], reverse=True)
    assert present in told["present"]
    assert told["chosen"] == "Nothing in 2020-02."
    assert told["asked"] == ["/admin/v1/costs", "/admin/v1/costs?month=2020-02"]
    assert told["message"] == ""


def test_whose_browser_lends_no_clipboard_has_the_key_marked_and_the_keyboard_keeps_its_place(admin: AdminPort) -> None:
    told = driven(admin, "revoke")
    assert told == {
        "marked": True,
        "message": "Your browser keeps its clipboard to itself. The key is marked: copy it by hand.",
        "focused": True,
    }
