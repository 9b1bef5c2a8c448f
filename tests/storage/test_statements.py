"""SQL is built by SQLAlchemy from tables and values, never from text: in the source, and as the database sees it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

import gateway
from gateway.core.money import Money
from gateway.core.usage import Usage
from gateway.storage.keys import KeyIssuer, KeyMissing, KeyStore
from tests.journal.test_usage import Setting
from tests.support.each_case import each_case
from tests.support.journals import row

SOURCES = sorted(
    path for path in Path(gateway.__file__).parent.rglob("*.py") if "sqlalchemy" in path.read_text(encoding="utf-8")
)
RAW = {"text", "exec_driver_sql", "literal_column", "TextClause", "CheckConstraint"}
CANARY = "'; DROP TABLE usage; -- canary"


@each_case("path", SOURCES, lambda path: str(path.relative_to(Path(gateway.__file__).parent)))
def test_no_statement_is_put_together_from_text(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if name in RAW:
            statement = node.args[0]
            # Made by SQLAlchemy, from tables.
            compiled = "self._texts[name]", "column(name) >= 0"
            is_plain = isinstance(statement, ast.Constant) or ast.unparse(statement) in compiled
            assert is_plain, f"{path}:{node.lineno}"


@pytest.mark.asyncio
async def test_what_callers_say_reaches_the_database_as_values_only(engine: AsyncEngine, tmp_path: Path) -> None:
    statements: list[str] = []
    event.listen(
        engine.sync_engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: statements.append(statement)
    )
    store, issuer = KeyStore(engine), KeyIssuer(engine, bytes(32), "dev")
    await issuer.create(team=CANARY, user=CANARY, name=CANARY, now=1)
    assert len(await store.of_team(CANARY)) == 1
    for work in (store.revoke(CANARY, 1), issuer.rotate(CANARY, now=1, grace=1), store.existing(CANARY)):
        with pytest.raises(KeyMissing):
            await work
    writer = await Setting(engine, tmp_path / "journal").writer.open()
    writer.record(row(1, user=CANARY, model=CANARY, dropped=CANARY, cost=Money(1, "USD"), usage=Usage(1)), None)
    await writer.close()
    assert len(statements) >= 6
    assert not [statement for statement in statements if "canary" in statement]
