"""The table of work that providers have not ended."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, String, Table

from gateway.storage.column_types import Instant
from gateway.storage.tables import TEXT_LENGTH, metadata

provider_job: Final = Table(
    "provider_job",
    metadata,
    Column("id", String(TEXT_LENGTH), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("dialect", String(32), nullable=False),
    Column("provider", String(255), nullable=False),
    Column("model", String(TEXT_LENGTH), nullable=False),
    Column("region", String(TEXT_LENGTH)),
    Column("object_id", String(128)),
    Column("key_id", String(TEXT_LENGTH), nullable=False),
    Column("key_name", String(255)),
    Column("team", String(TEXT_LENGTH), nullable=False),
    Column("user", String(TEXT_LENGTH)),
    Column("project", String(TEXT_LENGTH)),
    Column("cost_center", String(TEXT_LENGTH)),
    Column("tags", String(TEXT_LENGTH)),
    Column("model_asked", String(TEXT_LENGTH)),
    Column("policy_version", String(TEXT_LENGTH)),
    Column("answers", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("held_nano", BigInteger),
    Column("currency", String(3)),
    Column("looked_at", Instant, nullable=False),
    Column("calls", String(TEXT_LENGTH)),
    Index(None, "provider", "object_id"),
    Index(None, "looked_at"),
)
"""Jobs that have not ended (`core.jobs`): their usage row takes them away, in its own transaction."""
