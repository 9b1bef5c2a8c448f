"""Statements are compiled once a process, on import of this: each engine would compile its own, and they are thousands.

A tenth of the processor time of a gateway that is asked once. All engines of a database speak one dialect here: what
`gateway.storage.engine` gives them is about connections, and no word of a statement depends on it.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from gateway.storage import engine

Key = tuple[Any, ...]


class _Compiled(dict[Key, Any]):
    """By the kind of dialect where SQLAlchemy has a dialect, which is an engine's own."""

    def get(self, key: Key, default: Any = None) -> Any:
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: Key, compiled: Any) -> None:
        super().__setitem__(_of_any_engine(key), compiled)


def _of_any_engine(key: Key) -> Key:
    return tuple(type(part) if isinstance(part, Dialect) else part for part in key)


COMPILED: Final = _Compiled()


def _sharing(*arguments: Any, **named: Any) -> AsyncEngine:
    return create_async_engine(*arguments, **named, execution_options={"compiled_cache": COMPILED})


engine.create_async_engine = _sharing
