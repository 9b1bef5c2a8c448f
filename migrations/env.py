"""Alembic's entry: runs the revisions on the connection that `gateway.storage.schema` hands in, in its transaction."""  # noqa: INP001

from __future__ import annotations

from alembic import context

from gateway.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
