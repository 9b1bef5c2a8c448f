"""A value that satisfies a JSON Schema, always the same one.

Understands type (also a list, also Gemini's upper case), enum, const, properties and required, items, minItems,
minLength, minimum, anyOf, oneOf, allOf, $ref into the same document and nullable. Formats: date, date-time, email,
uri, uuid. `pattern` is not understood.
"""

from __future__ import annotations

from typing import Any

_MAX_DEPTH = 12
_FORMATS = {
    "date": "2026-01-02",
    "date-time": "2026-01-02T03:04:05Z",
    "time": "03:04:05Z",
    "email": "someone@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "192.0.2.1",
}


def sample(schema: Any, words: str = "sample") -> Any:
    """A value for `schema`; strings are `words` where nothing else is asked."""
    return _sample(schema, schema if isinstance(schema, dict) else {}, words, _MAX_DEPTH)


def _sample(schema: Any, root: dict[str, Any], words: str, depth: int) -> Any:
    if not isinstance(schema, dict) or depth == 0:
        return None
    if isinstance(reference := schema.get("$ref"), str):
        return _sample(_resolve(reference, root), root, words, depth - 1)
    if "const" in schema:
        return schema["const"]
    if isinstance(choices := schema.get("enum"), list) and choices:
        return choices[0]
    for key in ("anyOf", "oneOf", "any_of"):
        if isinstance(options := schema.get(key), list) and options:
            return _sample(options[0], root, words, depth - 1)
    if isinstance(parts := schema.get("allOf"), list) and parts:
        merged: dict[str, Any] = {}
        for part in parts:
            value = _sample(part, root, words, depth - 1)
            if not isinstance(value, dict):
                return value
            merged |= value
        return merged
    return _sample_type(schema, root, words, depth)


def _sample_type(schema: dict[str, Any], root: dict[str, Any], words: str, depth: int) -> Any:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    if not isinstance(kind, str):
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    match kind.lower():
        case "object":
            properties = schema.get("properties") or {}
            required = schema.get("required")
            names = required if isinstance(required, list) else list(properties)
            return {name: _sample(properties.get(name, {}), root, words, depth - 1) for name in names}
        case "array":
            length = max(1, _whole(schema.get("minItems"), 1))
            return [_sample(schema.get("items", {}), root, words, depth - 1) for _ in range(length)]
        case "integer":
            return max(1, _whole(schema.get("minimum"), 1), _whole(schema.get("exclusiveMinimum"), 0) + 1)
        case "number":
            return max(1.5, float(_whole(schema.get("minimum"), 1)))
        case "boolean":
            return True
        case "null":
            return None
        case _:
            text = _FORMATS.get(str(schema.get("format")), words)
            return text.ljust(_whole(schema.get("minLength"), 0), "x")[: _whole(schema.get("maxLength"), 1 << 20)]


def _resolve(reference: str, root: dict[str, Any]) -> Any:
    node: Any = root
    for name in reference.removeprefix("#").split("/"):
        if name:
            node = node.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
    return node


def _whole(value: Any, otherwise: int) -> int:
    """Numbers also come as text (Gemini's int64 fields)."""
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else otherwise
