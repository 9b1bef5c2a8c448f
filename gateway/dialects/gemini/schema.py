"""Gemini's `Schema`, a subset of OpenAPI 3.0, as JSON Schema.

Source: the `Schema` message of the Gemini API. Differences: types in upper case or as numbers, `nullable` instead of a
null type, `propertyOrdering` instead of the order of members, whole numbers as strings, `example`. A schema that is
JSON Schema already comes out equal.
"""

from __future__ import annotations

from typing import Any

from gateway.dialects.gemini.field_case import camel, enum_word

_MAPS = frozenset({"properties", "$defs", "defs", "patternProperties"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_SINGLES = frozenset({"items", "additionalProperties", "not"})
_COUNTS = frozenset({"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})
_TYPES = ("TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL")
"""By their numbers in Google's protocol buffers."""
_RENAMED = {"defs": "$defs", "ref": "$ref"}
_OURS = (
    _MAPS
    | _LISTS
    | _SINGLES
    | _COUNTS
    | {"propertyOrdering", "nullable", "type", "format", "enum", "example", "default", "required"}
)
_KNOWN = _OURS | _RENAMED.keys()


def json_schema(schema: Any) -> Any:
    """`schema` as JSON Schema; what is no object (`true`, say) comes back as it is."""
    if type(schema) is not dict:
        return schema
    made: dict[str, Any] = {}
    nullable = False
    order: list[Any] = []
    for name, value in schema.items():
        known = camel(name)
        if known not in _KNOWN:
            made[name] = value
        elif known == "nullable":
            nullable = value is True
        elif known == "propertyOrdering":
            order = value if type(value) is list else []
        elif known == "type":
            made["type"] = _type_name(value)
        elif known == "format" and value == "enum":
            continue  # says only that `enum` is there
        elif known == "example":
            made["examples"] = [value]
        elif known in _COUNTS and type(value) is str and value.isdecimal():
            made[known] = int(value)
        elif known in _MAPS and type(value) is dict:
            made[_RENAMED.get(known, known)] = {key: json_schema(inner) for key, inner in value.items()}
        elif known in _LISTS and type(value) is list:
            made[known] = [json_schema(inner) for inner in value]
        elif known in _SINGLES:
            made[known] = json_schema(value)
        else:
            made[_RENAMED.get(known, known)] = value
    if order and type(made.get("properties")) is dict:
        made["properties"] = _ordered(made["properties"], order)
    if made.get("type") is None:
        made.pop("type", None)
    return _with_null(made) if nullable else made


def _type_name(value: Any) -> Any:
    value = enum_word(value, _TYPES)
    if type(value) is str:
        return None if value == "TYPE_UNSPECIFIED" else value.lower()
    return [_type_name(one) for one in value] if type(value) is list else value


def _ordered(properties: dict[str, Any], order: list[Any]) -> dict[str, Any]:
    first = {name: properties[name] for name in order if type(name) is str and name in properties}
    return {**first, **properties}


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if type(kind) is str and kind != "null":
        schema["type"] = [kind, "null"]
        if type(schema.get("enum")) is list and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    elif kind is None and type(schema.get("anyOf")) is list:
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    return schema
