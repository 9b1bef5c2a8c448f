"""How Python's values stand in columns, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

MICROSECONDS: Final = 1_000_000


class Instant(TypeDecorator[float]):
    """Unix seconds in Python, whole microseconds in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> int | None:
        return None if value is None else round(value * MICROSECONDS)

    def process_result_value(self, value: int | None, dialect: Dialect) -> float | None:
        return None if value is None else value / MICROSECONDS


class Names(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings in Python, a JSON array in the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else msgspec.json.decode(value, type=tuple[str, ...])
