"""The policy's tables as JSON Schema (draft 2020-12), for editors: completion, a sentence about each key, red lines.

Promise: what the gateway loads, the schema accepts, so that an editor never strikes out what is right. The other way
round it is coarser: names that must exist and settings that contradict each other are told by `gateway policy check`.

Invariants
- Generated from the tables that the reader follows; there is no second list of keys.
- The reader takes every scalar as text, so a value that YAML reads as a number or a truth is accepted where text is.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.currencies import CURRENCIES
from gateway.policy import schema, shapes
from gateway.policy.units import BYTES, CALLS, SECONDS, TOKENS

Json = dict[str, Any]

_NUMBER: Final = r"[0-9]{1,12}(\.[0-9]{1,12})?"
_SCALAR: Final = ["string", "number", "boolean"]
_WORDS: Final = frozenset({"true", "false"})


def json_schema() -> Json:
    """The schema of one file of a policy folder; any of them may hold any part."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "LLM gateway policy",
        "description": "One file of a policy folder; all *.yaml below it are read as one.",
        **_schema(schema.PART),
    }


def _schema(shape: shapes.Shape) -> Json:
    match shape:
        case shapes.Table(keys=keys):
            return _table(keys)
        case shapes.NamedTables(item=item, name=name):
            names = {"maxLength": name.longest} | ({"pattern": f"^(?:{name.pattern})$"} if name.pattern else {})
            return {"type": ["object", "null"], "propertyNames": names, "additionalProperties": _schema(item)}
        case shapes.ListOf(item=item, least=least):
            return {"type": "array", "items": _schema(item)} | ({"minItems": least} if least else {})
        case shapes.WordOrTable(scalar=scalar, table=table):
            return {"anyOf": [_schema(scalar), _schema(table)]}
        case _:
            return _scalar(shape)


def _table(keys: dict[str, shapes.Key]) -> Json:
    properties = {name: {"description": key.help, **_schema(key.shape)} for name, key in keys.items()}
    required = [name for name, key in keys.items() if key.required]
    table: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return table | ({"required": required} if required else {})


def _scalar(shape: shapes.Shape) -> Json:
    match shape:
        case shapes.Choice(values=values):
            return {"enum": [*values, *(int(value) for value in values if value.isdigit())]}
        case shapes.Text(longest=longest, pattern=pattern):
            return {"type": _SCALAR, "maxLength": longest} | ({"pattern": f"^(?:{pattern})$"} if pattern else {})
        case shapes.Integer(least=least, most=most):
            return {"type": "integer", "minimum": least, "maximum": most}
        case shapes.Boolean():
            return {"enum": [True, False, *sorted(_WORDS)]}
        case shapes.Duration():
            return _unit("|".join(SECONDS), "30s")
        case shapes.Size():
            return _unit("|".join(BYTES), "64 KiB")
        case shapes.Currency():
            return {"enum": [*CURRENCIES]}
        case shapes.Amount():
            return _unit("[A-Z]{3}", "500 CHF")
        case shapes.TokenPrice():
            return _unit(f"[A-Z]{{3}}/({'|'.join(TOKENS)})", "0.25 USD/Mtok")
        case shapes.CallAmount():
            return _unit(f"[A-Z]{{3}}/({'|'.join(CALLS)})", "10 USD/kcall")
        case shapes.Day():
            return {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-10-01"]}
        case shapes.Address():
            return {"type": "string", "pattern": "^https?://"}
        case shapes.SecretText() | shapes.FileName():
            return {"type": "string"}
        case _:
            return {"type": _SCALAR}  # the reader holds it to more than an editor needs to know


def _unit(units: str, example: str) -> Json:
    return {"type": "string", "pattern": rf"^\s*{_NUMBER} *({units})\s*$", "examples": [example]}
