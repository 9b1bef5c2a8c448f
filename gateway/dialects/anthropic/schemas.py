"""JSON Schema as Claude's structured output takes it: every object closed to members that it does not name."""

from __future__ import annotations

from typing import Any


def closed(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """`schema` with `additionalProperties: false` where objects left it open, and whether that changed anything.

    A narrowing: whatever fits the result fits `schema` too. Objects that say `additionalProperties` themselves, and
    those that name no members (free maps), stay as they are.
    """
    result = _closed(schema)
    return result, result is not schema


def _closed(node: Any) -> Any:
    """The node itself where nothing below it changes."""
    if type(node) is list:
        items = [_closed(item) for item in node]
        return items if any(new is not old for new, old in zip(items, node, strict=True)) else node
    if type(node) is not dict:
        return node
    members = {name: _below(name, value) for name, value in node.items()}
    changed = any(members[name] is not value for name, value in node.items())
    if node.get("type") == "object" and type(node.get("properties")) is dict and "additionalProperties" not in node:
        members["additionalProperties"] = False
        changed = True
    return members if changed else node


def _below(keyword: str, value: Any) -> Any:
    if keyword in _VALUES:
        return value
    if keyword in _NAMED_SCHEMAS and type(value) is dict:
        schemas = {name: _closed(schema) for name, schema in value.items()}
        return schemas if any(schemas[name] is not schema for name, schema in value.items()) else value
    return _closed(value)


# Keywords whose content is data, and those whose members are names chosen by the schema's author.
_VALUES = frozenset(("const", "default", "enum", "example", "examples", "required"))
_NAMED_SCHEMAS = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))
