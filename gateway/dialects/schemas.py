"""JSON Schemas of answers, for dialects that take a schema and nothing beside it."""

from __future__ import annotations

from typing import Any

from gateway.core.messages import ResponseFormat


def described_schema(wanted: ResponseFormat) -> dict[str, Any] | None:
    """The schema, with the format's description inside, where it has none of its own: models read it there too."""
    if wanted.schema is None or wanted.description is None or "description" in wanted.schema:
        return wanted.schema
    return {"description": wanted.description, **wanted.schema}
