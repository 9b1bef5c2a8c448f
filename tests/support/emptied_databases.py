"""A database of PostgreSQL that a test has used is made as it was when it was copied, in a quarter of a copy's time.

Promise: rows, sequences and schema are those of the copy, and nobody is connected. Where anything but rows was changed
since, it says so, and nothing is promised.
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

_SCHEMA = """
SELECT concat_ws(' ', count(*), sum(hashtextextended(told, 0))) FROM (
    SELECT concat_ws(' ', oid, relname, relkind, relnatts, relchecks, relhasrules, relhastriggers, relrowsecurity,
        relispartition, relpersistence, reloptions, relowner, relacl)
        FROM pg_class WHERE oid >= 16384 AND relkind <> 't'
    UNION ALL SELECT concat_ws(' ', 'column', attrelid, attnum, pg_attribute.xmin) FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid WHERE attrelid >= 16384 AND relkind <> 't'
    UNION ALL SELECT concat_ws(' ', 'default', oid, xmin) FROM pg_attrdef
    UNION ALL SELECT concat_ws(' ', 'constraint', oid, xmin) FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'index', indexrelid, pg_index.xmin) FROM pg_index
        JOIN pg_class ON pg_class.oid = indrelid WHERE indexrelid >= 16384 AND relkind <> 't'
    UNION ALL SELECT concat_ws(' ', 'trigger', oid, xmin) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', 'function', oid, xmin) FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'type', oid, xmin) FROM pg_type WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'sequence', seqrelid, xmin) FROM pg_sequence
    UNION ALL SELECT concat_ws(' ', 'schema', oid, xmin) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_temp%'
        AND nspname NOT LIKE 'pg\\_toast\\_temp%'
    UNION ALL SELECT concat_ws(' ', 'setting', setconfig) FROM pg_db_role_setting
        JOIN pg_database ON pg_database.oid = setdatabase WHERE datname = current_database()
) AS all_of_it (told)
"""
"""Whatever is altered is written anew, by another transaction (`xmin`); a relation is, too, where it is emptied."""

_OTHERS_LEAVE = """
SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

_WITH_ROWS = """
SELECT format('%I', relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""

_SEQUENCES = "SELECT format('%I', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'"


@dataclass(frozen=True)
class AsNew:
    """What a database has that was just copied."""

    schema: str
    rows: dict[str, str]
    """Of the tables that have any, in JSON."""
    sequences: dict[str, tuple[int, bool]]


async def as_new(connection: asyncpg.Connection) -> AsNew:
    rows = {table: rows for (table,) in await connection.fetch(_WITH_ROWS) if (rows := await _rows(connection, table))}
    sequences = {}
    for (name,) in await connection.fetch(_SEQUENCES):
        sequences[name] = tuple(await connection.fetchrow(f"SELECT last_value, is_called FROM {name}"))
    return AsNew(await connection.fetchval(_SCHEMA), rows, sequences)


async def emptied(connection: asyncpg.Connection, new: AsNew) -> bool:
    """Whether it is `new` again; only rows can be taken back."""
    await connection.execute(_OTHERS_LEAVE)
    if await connection.fetchval(_SCHEMA) != new.schema:
        return False
    with_rows = {table for (table,) in await connection.fetch(_WITH_ROWS)}
    for table, rows in new.rows.items():
        if await _rows(connection, table) == rows:
            with_rows.remove(table)
    async with connection.transaction():
        if with_rows:
            await connection.execute(f"TRUNCATE {', '.join(with_rows)} CASCADE")
        for table in new.rows.keys() & with_rows:
            await connection.execute(
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::{table}, $1)",
                new.rows[table],
            )
        for name, (last, called) in new.sequences.items():
            await connection.execute("SELECT setval($1::regclass, $2, $3)", name, last, called)
    return True


async def _rows(connection: asyncpg.Connection, table: str) -> str | None:
    rows: str | None = await connection.fetchval(f"SELECT json_agg(row) FROM {table} AS row")
    return rows
