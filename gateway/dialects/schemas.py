"""JSON Schemas of answers: with their description inside, for dialects that take nothing beside a schema; whether one
is such that OpenAI holds answers to it; and one for JSON of any kind.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.messages import Conversation, ResponseFormat, Text


def described_schema(wanted: ResponseFormat) -> dict[str, Any] | None:
    """The schema, with the format's description inside, where it has none of its own: models read it there too."""
    if wanted.schema is None or wanted.description is None or "description" in wanted.schema:
        return wanted.schema
    return {"description": wanted.description, **wanted.schema}


def json_wish(conversation: Conversation) -> ResponseFormat | None:
    """The wish for a form as OpenAI takes it: JSON of any kind only where the prompt says "json", as Gemini's and
    Mistral's clients need not; there it is asked for by a schema that any object follows.
    """
    wanted = conversation.response_format
    if wanted is None or wanted.kind != "json_object" or _says_json(conversation):
        return wanted
    return ResponseFormat(kind="json_schema", schema={"type": "object"}, strict=False)


def _says_json(conversation: Conversation) -> bool:
    return any(
        isinstance(part, Text) and "json" in part.text.lower()
        for message in conversation.messages
        for part in message.parts
    )


def held_strictly(wanted: ResponseFormat) -> bool | None:
    """`strict` as OpenAI takes it: a wish that this schema cannot have would be answered 400, and is left out.

    Claude and Gemini hold answers to any schema that they take; OpenAI to those alone whose objects are closed and name
    all their members as required ("Structured outputs: supported schemas").
    """
    if wanted.strict and not (type(wanted.schema) is dict and "properties" in wanted.schema and _strict(wanted.schema)):
        return None
    return wanted.strict


def _strict(node: Any) -> bool:
    if type(node) is not dict or node.keys() - _STRICT_KEYWORDS or node.get("format", "date") not in _STRICT_FORMATS:
        return False
    members = node.get("properties", {})
    if type(members) is not dict or type(node.get("required", [])) is not list:
        return False
    if "object" in _kinds(node) or members:
        required = {name for name in node.get("required", ()) if type(name) is str}
        if node.get("additionalProperties") is not False or required != members.keys():
            return False
    below = [*members.values()]
    for name in ("$defs", "definitions"):
        defined = node.get(name, {})
        below += defined.values() if type(defined) is dict else [defined]
    below += node.get("anyOf", ()) if type(node.get("anyOf", [])) is list else [None]
    below += [node["items"]] if "items" in node else []
    return all(map(_strict, below))


def _kinds(node: dict[str, Any]) -> tuple[Any, ...]:
    kind = node.get("type")
    return tuple(kind) if type(kind) is list else (kind,)


_STRICT_KEYWORDS: Final = frozenset(
    (
        *("type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref", "$defs"),
        *("definitions", "description", "title", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("multipleOf", "pattern", "format", "minItems", "maxItems"),
    )
)
_STRICT_FORMATS: Final = frozenset(
    ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
)
