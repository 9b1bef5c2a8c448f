"""How commands print: tables for people, JSON for programs, times in UTC.

Invariants
- Nothing from the database or a policy can steer a terminal: what is not printable is escaped.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec


def say(text: str) -> None:
    """A line of data, on stdout."""
    sys.stdout.write(f"{printable(text)}\n")


def remark(text: str) -> None:
    """A line for the person at the terminal, on stderr."""
    sys.stderr.write(f"{printable(text)}\n")


def print_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell, two spaces apart."""
    table = [head, *[[printable(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def counted(number: int, thing: str) -> str:
    """`1 team`, `2 teams`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def printable(text: str) -> str:
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def instant(seconds: float | None) -> str | None:
    """Unix seconds as `2026-11-23T20:15:00Z`."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")
