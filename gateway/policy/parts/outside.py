"""Detectors of personal data in other processes: what a rule set may say of them.

Promise: what passes can be asked as written: an address, a time to wait within bounds, a confidence up to 100%.
"""

from __future__ import annotations

from typing import Any

from gateway.core.privacy_rules import OutsideDetector
from gateway.policy.shapes import NAME, Address, Duration, Key, NamedTables, Percent, Table, Text

OUTSIDE = NamedTables(
    "detector",
    Table(
        {
            "url": Key(Address(), "where it is asked, as Presidio's /analyze is", required=True),
            "timeout": Key(Duration(0.01, 30.0), "longer refuses the request; left out: 2s"),
            "language": Key(Text(8, r"[a-z]{2}", "two lower-case letters"), "what it is told; left out: en"),
            "least": Key(Percent(), "how sure it has to be; left out: 50%"),
        }
    ),
    NAME,
)


def build_outside(tree: dict[str, Any]) -> tuple[OutsideDetector, ...]:
    return tuple(_detector(name, told) for name, told in (tree.get("outside") or {}).items())


def _detector(name: str, told: dict[str, Any]) -> OutsideDetector:
    least = {"least": float(told["least"]) / 100} if "least" in told else {}  # percent
    return OutsideDetector(name=name, **{**told, **least})
