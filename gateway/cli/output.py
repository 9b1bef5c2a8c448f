r"""How commands print: tables for people, JSON for programs, times in UTC.

Invariants
- Nothing from the database or a policy can steer a terminal: what is not printable is escaped.
- What cannot be printed, for a full disk or since nobody listens, is CannotPrint and no defect.
- What a terminal's encoding has no character for is written as JSON writes it (`\u20ac`), so that JSON stays JSON.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec


class CannotPrint(Exception):
    """Standard output does not take what there is to say; the text says why."""


def hold_standard_streams() -> None:
    """From now on no file or socket of ours is one of the three, which libraries write their last words to."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # closed before we began: the lowest that is free is this one
            os.open(os.devnull, os.O_RDWR)


def take_any_text() -> None:
    """From now on stdout and stderr take every character, whatever their encoding."""
    codecs.register_error("gateway.escaped", _as_json_writes_it)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="gateway.escaped")


def _as_json_writes_it(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def say(text: str) -> None:
    """A line of data, on stdout. As all that prints: raises CannotPrint, BrokenPipeError."""
    put(f"{printable(text)}\n")


def put(data: str | bytes) -> None:
    """Data as it is, on stdout."""
    _reach(lambda: sys.stdout.write(data) if isinstance(data, str) else sys.stdout.buffer.write(data))


def finish() -> None:
    """All that was printed has left."""
    if sys.stdout is not None:
        _reach(sys.stdout.flush)


def _reach(print_: Callable[[], object]) -> None:
    if sys.stdout is None:  # closed before we began
        raise CannotPrint(os.strerror(errno.EBADF))
    try:
        print_()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotPrint(error.strerror or type(error).__name__) from None


def remark(text: str) -> None:
    """A line for the person at the terminal, on stderr, if there is anybody."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{printable(text)}\n")


def print_json(value: Any) -> None:
    put(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


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
