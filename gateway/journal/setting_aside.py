"""What is put out of the journal's way, and kept: a record that no database takes, a file that nobody can read.

Invariants
- What is set aside stays until the database has it: the file is replaced at one stroke, and only by one that lacks
  nothing but what was put in. A file with damage in it is read, and never replaced.
- Numbers of the records are those of the processes that wrote them, in no order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gateway.core.ports import Record
from gateway.journal import earlier, segment
from gateway.journal.earlier import EarlierSegment, opened
from gateway.journal.segment import Segment, SegmentReader

REFUSED: Final = f"refused{segment.SUFFIX}"
REFUSED_EARLIER: Final = f"refused{earlier.SUFFIX}"
_REPLACEMENT: Final = "refused.replacement"


def set_record_aside(folder: Path, record: Record) -> None:
    """Into the folder's `refused.journal`. Blocks; raises OSError."""
    with contextlib.closing(Segment(folder / REFUSED)) as refused:
        refused.write([record])


def set_aside_in(
    folder: Path, open_file: Callable[[Path], SegmentReader | EarlierSegment] = opened
) -> tuple[list[Record], bool]:
    """Records that were set aside there, each once, and whether all could be read. Blocks; raises READ_ERRORS."""
    found: list[Record] = []
    whole = True
    for name in (REFUSED_EARLIER, REFUSED):
        if (folder / name).exists():
            with contextlib.closing(open_file(folder / name)) as file:
                records, is_whole = file.everything()
            found += records
            whole = whole and is_whole
    return list(dict.fromkeys(found)), whole


def keep_aside(folder: Path, records: Sequence[Record]) -> None:
    """These alone, of what is set aside there. Blocks; raises OSError.

    A machine that fails meanwhile may bring the old file back: its records are tried once more then.
    """
    if records:
        replacement = folder / _REPLACEMENT
        replacement.unlink(missing_ok=True)
        with contextlib.closing(Segment(replacement)) as file:
            file.write(records)
        replacement.replace(folder / REFUSED)
    else:
        (folder / REFUSED).unlink(missing_ok=True)
    earlier.remove(folder / REFUSED_EARLIER)


def set_file_aside(path: Path) -> None:
    """Under a name that ends in `.damaged`, with what SQLite keeps beside one of its own. Blocks; raises OSError."""
    for suffix in ("", "-wal", "-shm"):
        damaged = path.with_name(path.name + suffix)
        if damaged.exists():
            damaged.rename(path.with_name(f"{path.stem}.damaged{suffix}"))
