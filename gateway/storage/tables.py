"""The tables, as the code sees them; `migrations/` builds them, and a test holds the two together.

Invariants
- Times are Unix seconds (float) in Python and whole microseconds, UTC, in the database: exact, and the same on both.
- Money is whole nano-units beside its currency; tokens and money are never negative.
- `usage` holds one row a request: `request_id` is the primary key, so that writing a batch twice writes it once.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    column,
)

from gateway.storage.column_types import Instant, Names

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

virtual_key: Final = Table(
    "virtual_key",
    metadata,
    Column("id", String(10), primary_key=True),
    Column("team", String(255), nullable=False),
    Column("user", String(255)),
    Column("name", String(255)),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("secret_hash", LargeBinary(32), nullable=False),
    # The secret before the last rotation, good until its grace ends.
    Column("previous_hash", LargeBinary(32)),
    Column("previous_until", Instant),
    # What the key may use of what its team may, and from where; NULL: all, from anywhere.
    Column("models", Names),
    Column("networks", Names),
    Column("last_used_at", Instant),
    # Of the row's last change, as counted by `key_version`.
    Column("version", BigInteger, nullable=False),
    Index(None, "team"),
    Index(None, "version"),
)

key_version: Final = Table(
    "key_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
"""One row, which every change of a key counts up in its own transaction: so changes become visible in this order."""

TEXT_LENGTH: Final = 512
"""Longest text in a usage row; what is longer is cut."""

TOKEN_COUNTS: Final = (
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "tool_prompt_tokens",
    "output_image_tokens",  # the last came later: it may be NULL
)
"""Of `core.usage.Usage`, where each is explained."""

METERS: Final = ("input", "cache_read", "cache_write", "output", "calls")  # of `core.bills.Meters`
COST_METERS: Final = tuple(f"cost_{meter}_nano" for meter in METERS)
LIST_METERS: Final = tuple(f"list_{meter}_nano" for meter in METERS)

usage: Final = Table(
    "usage",
    metadata,
    Column("request_id", String(TEXT_LENGTH), primary_key=True),  # journals hold this order: new columns come last
    Column("at", Instant, nullable=False),
    Column("key_id", String(TEXT_LENGTH), nullable=False),
    Column("team", String(TEXT_LENGTH), nullable=False),
    Column("user", String(TEXT_LENGTH)),
    Column("operation", String(TEXT_LENGTH), nullable=False),
    Column("dialect", String(TEXT_LENGTH), nullable=False),
    Column("model_asked", String(TEXT_LENGTH)),
    Column("provider", String(TEXT_LENGTH)),
    Column("model", String(TEXT_LENGTH)),
    Column("region", String(TEXT_LENGTH)),
    Column("stream", Boolean, nullable=False),
    Column("status", String(TEXT_LENGTH), nullable=False),
    Column("http_status", Integer, nullable=False),
    Column("error_code", String(TEXT_LENGTH)),
    Column("finish_reason", String(TEXT_LENGTH)),
    *(Column(name, BigInteger, nullable=False) for name in TOKEN_COUNTS[:-1]),
    Column("service_tier", String(TEXT_LENGTH)),
    Column("estimated", Boolean, nullable=False),
    Column("cost_nano", BigInteger),
    Column("currency", String(3)),
    Column("price_source", String(TEXT_LENGTH)),
    *(Column(name, BigInteger) for name in COST_METERS[:4]),
    Column("list_nano", BigInteger),
    Column("list_currency", String(3)),
    *(Column(name, BigInteger) for name in LIST_METERS[:4]),
    Column("cache_saved_nano", BigInteger),
    Column("hosted_nano", BigInteger),
    Column("hosted_currency", String(3)),
    Column("unpriced", Boolean),
    Column("cost_center", String(TEXT_LENGTH)),
    Column("project", String(TEXT_LENGTH)),
    Column("tags", String(TEXT_LENGTH)),
    # The calendar day in the reporting time zone, as it was when the row was written.
    Column("local_day", String(10)),
    Column("policy_version", String(TEXT_LENGTH)),
    Column("prompt", String(TEXT_LENGTH)),
    Column("upstream_request_id", String(TEXT_LENGTH)),
    Column("attempts", Integer, nullable=False),
    Column("first_byte_ms", BigInteger),
    Column("duration_ms", BigInteger, nullable=False),
    Column("overhead_ms", BigInteger),
    Column("dropped", String(TEXT_LENGTH)),
    Column("cache", String(TEXT_LENGTH)),
    Column("saved_nano", BigInteger),
    Column("personal_data", String(TEXT_LENGTH)),
    # What providers bill by the call: how many, and of which kinds (`core.usage.Calls.summary`).
    Column("billed_calls", BigInteger),
    Column("calls_by_kind", String(TEXT_LENGTH)),
    *(Column(name, BigInteger) for name in (COST_METERS[4], LIST_METERS[4], TOKEN_COUNTS[-1])),
    *(CheckConstraint(column(name) >= 0, name=name) for name in (*TOKEN_COUNTS[:-1], "cost_nano")),
    CheckConstraint("(cost_nano IS NULL) = (currency IS NULL)", name="currency"),
    Index(None, "at"),
    Index(None, "local_day"),
    Index(None, "key_id", "at"),
    Index(None, "team", "at"),  # a budget that is first asked for reads what its team has spent
)

CURRENCIES: Final = ("currency", "list_currency", "hosted_currency")
ROLLUP_KEYS: Final = (
    "local_day",
    "team",
    "cost_center",
    "project",
    "tags",
    "user",
    "key_id",
    "provider",
    "model",
    "region",
    *CURRENCIES,
)
ADJUSTED_KEYS: Final = ("team", "cost_center", "project", "tags", "user", "key_id", "provider", "model", "region")
ROLLED_TOKENS: Final = ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens")
ROLLED_SUMS: Final = (
    "requests",
    "served_from_cache",
    "estimated",
    "unpriced",
    *ROLLED_TOKENS,
    "billed_calls",
    "cost_nano",
    *COST_METERS,
    "list_nano",
    *LIST_METERS,
    "cache_saved_nano",
    "saved_nano",
    "hosted_nano",
)
"""Counts of calls, and sums of the columns of `usage` that have the same name."""

usage_rollup: Final = Table(
    "usage_rollup",
    metadata,
    Column("local_day", String(10), nullable=False),
    *(Column(name, String(TEXT_LENGTH)) for name in ROLLUP_KEYS[1:]),
    # The release before says nothing of calls when it sums up a day.
    *(
        Column(name, BigInteger, nullable=False, server_default="0" if "calls" in name else None)
        for name in ROLLED_SUMS
    ),
    Index(None, "local_day"),
)

usage_unrolled: Final = Table(
    "usage_unrolled",
    metadata,
    Column("local_day", String(10), primary_key=True),
    # Counts the batches that marked the day: it is there to be changed, since a change is what locks the mark.
    Column("batches", BigInteger, nullable=False),
)

usage_kept: Final = Table(
    "usage_kept",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("from_day", String(10), nullable=False),
)
"""One row, where rows were let go: the first day that has all of its rows."""

closed_month: Final = Table(
    "closed_month",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("closed_at", Instant, nullable=False),
    # The totals as canonical JSON, and their HMAC-SHA256.
    Column("statement", Text, nullable=False),
    Column("signature", LargeBinary(32), nullable=False),
)

cost_adjustment: Final = Table(
    "cost_adjustment",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("month", String(7), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("reason", String(TEXT_LENGTH), nullable=False),
    *(Column(name, String(TEXT_LENGTH)) for name in ADJUSTED_KEYS),
    Column("currency", String(3), nullable=False),
    Column("nano", BigInteger, nullable=False),
    Index(None, "month"),
)

held_object: Final = Table(
    "held_object",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("provider", String(255), primary_key=True),
    Column("dialect", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("team", String(255), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("model", String(512)),
    Column("parent", String(128)),
    # When the usage of a batch was put into a usage row: it is done once.
    Column("usage_recorded_at", Instant),
    # Of a file of requests, what they may come to: `core.jobs.UpperBound`.
    Column("asked_answers", BigInteger),
    Column("asked_input", BigInteger),
    Column("asked_output", BigInteger),
    Column("asked_calls", String(TEXT_LENGTH)),
    Column("model_asked", String(512)),
    Index(None, "team", "dialect", "kind", "created_at", "id"),
)
"""Files, batches and jobs at providers, and the team that each belongs to: see `core.objects`."""

admin_log: Final = Table(
    "admin_log",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(255), nullable=False),
    Column("proof", String(16), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(255), nullable=False),
    Column("team", String(255)),
    Column("outcome", String(16), nullable=False),
    Column("before", Text),
    Column("after", Text),
    Index(None, "at"),
)
"""What administrators did, before and after as JSON; see `core.administration.AdminEntry`."""

admin_session: Final = Table(
    "admin_session",
    metadata,
    # SHA-256 of what stands in the cookie.
    Column("digest", LargeBinary(32), primary_key=True),
    Column("subject", String(255), nullable=False),
    Column("proof", String(16), nullable=False),
    Column("groups", Names, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "subject"),
)

replica: Final = Table(
    "replica",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("version", String(64), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("policy_version", String(255), nullable=False),
    Column("problems", Names, nullable=False),
)
"""Processes that serve, as they last said themselves."""
