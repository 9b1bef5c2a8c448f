"""What an error of the database says: what it is at bottom, and whether it lies in a record that it was given."""

from __future__ import annotations

from typing import Final

import asyncpg
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

RECORD_ERRORS: Final = (IntegrityError, DataError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

_RECORD_STATES: Final = ("22", "23")
"""SQLSTATE classes `data exception` and `integrity constraint violation`."""


def type_at_bottom(error: BaseException) -> str:
    """The type of an error, below what SQLAlchemy wraps it in."""
    inner = error.orig.__cause__ or error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return type(inner).__name__


def lies_in_a_record(error: BaseException) -> bool:
    """Whether the database, or the driver, would refuse this again, however often it is tried."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        cause = None if error.orig is None else error.orig.__cause__
        # asyncpg's own check of a value raises a ValueError, which SQLAlchemy wraps as an InterfaceError
        return (
            isinstance(error, (IntegrityError, DataError))
            or state.startswith(_RECORD_STATES)
            or isinstance(cause, ValueError)
        )
    if isinstance(error, asyncpg.PostgresError):  # of a COPY, as the driver raises it
        return (error.sqlstate or "").startswith(_RECORD_STATES)
    return isinstance(error, RECORD_ERRORS)
