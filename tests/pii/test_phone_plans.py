"""A telephone number of a country that nobody has named before costs no file, wherever it is searched."""

from __future__ import annotations

import subprocess
import sys

SEARCH = """
import resource
from gateway.pii.engine import Engine, Leaf

engine = Engine({"phone"})
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # as where too many are open
for number in ("+81 3 1234 5678", "+27 82 123 4567", "+55 11 91234 5678", "+1 242 365 1234", "+800 1234 5678"):
    print([found.type for found in engine.find([Leaf(f"Tel. {number}")])[0]])
"""


def test_numbers_of_countries_not_seen_before_are_found_where_no_file_can_be_opened() -> None:
    searched = subprocess.run([sys.executable, "-c", SEARCH], capture_output=True, text=True, timeout=60, check=False)
    assert (searched.stdout, searched.returncode) == ("['phone']\n" * 5, 0), searched.stderr
