"""JSON Schema as Claude's structured output takes it.

Every object is closed to members that it does not name, and bounds that the grammar behind the answer cannot hold
(`minimum`, `maxLength`, …) stand in the description, where the model reads them: the API answers 400 to both.

Source: "Structured outputs: JSON Schema limitations" of the API's documentation, and what Anthropic's own SDK (2.12)
makes of a schema before it sends it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

_encode = msgspec.json.Encoder().encode


def closed(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """`schema` with `additionalProperties: false` where objects left it open and bounds in words, and whether that
    changed anything.

    Objects that say `additionalProperties` themselves, and those that name no members (free maps), stay as they are.
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
    if "oneOf" in members and "anyOf" not in members:
        members["anyOf"] = members.pop("oneOf")  # the grammar knows one kind of choice
        changed = True
    bounds = [name for name in members if _is_bound(name, members[name])]
    if bounds:
        told = ", ".join(f"{name}: {_encode(members.pop(name)).decode()}" for name in bounds)
        said = members.get("description")
        members["description"] = f"{said} ({told})" if type(said) is str and said else told
        changed = True
    return members if changed else node


def _is_bound(keyword: str, value: Any) -> bool:
    if keyword == "format":
        return type(value) is str and value not in _FORMATS
    if keyword == "minItems":
        return value not in (0, 1)
    return keyword in _BOUNDS and type(value) in (int, float, bool)


def _below(keyword: str, value: Any) -> Any:
    if keyword in _VALUES:
        return value
    if keyword in _NAMED_SCHEMAS and type(value) is dict:
        schemas = {name: _closed(schema) for name, schema in value.items()}
        return schemas if any(schemas[name] is not schema for name, schema in value.items()) else value
    return _closed(value)


_BOUNDS: Final = frozenset(
    (
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
    )
)
_FORMATS: Final = frozenset(
    ("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid")
)
# Keywords whose content is data, and those whose members are names chosen by the schema's author.
_VALUES: Final = frozenset(("const", "default", "enum", "example", "examples", "required"))
_NAMED_SCHEMAS: Final = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))
