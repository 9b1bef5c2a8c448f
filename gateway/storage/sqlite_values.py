"""Values on their way to SQLite as they are.

Python's driver looks at each None, bytes and bool for a protocol by which it might become something else, and makes an
error each time that it finds none, unseen, and dearer than storing the value. Where it is told what becomes of them, it
does not look.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

_NONE_OF_NONE: Final[Callable[[object], None]] = dict[object, None]().get
"""Of the driver's language, not ours: nothing else is as cheap."""


def take_as_they_are() -> None:
    """Of the whole process, as the driver has it; again is no harm."""
    sqlite3.register_adapter(bytes, bytes)
    sqlite3.register_adapter(type(None), _NONE_OF_NONE)
    sqlite3.register_adapter(bool, int)
