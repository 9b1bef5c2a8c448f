"""A prompt template put into a request, in the client's own dialect, as if the client had written it.

Promise: every stage below sees one request, in which the template stands like the rest: it is searched, cached, counted
and translated with it. Unknown fields, key order and big integers of the client's survive.

Invariants
- What does not change from request to request stands first: the template's instructions before the client's, the
  examples before the conversation. A provider's cache of prompts finds the same beginning every time.
- The client's own system text stays, behind the template's.
- A conversation that goes on at the provider (`previous_response_id`) has its examples already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from gateway.core.messages import Dialect
from gateway.core.prompts import Rendered
from gateway.errors import BadParameter

Members = dict[str, msgspec.Raw]

_SYSTEM_ROLES: Final = frozenset({"system", "developer"})

_members = msgspec.json.Decoder(Members).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_value = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def instructed(dialect: Dialect, body: bytes, prompt: Rendered) -> bytes:
    """The body of a chat request with the template in it; raises BadParameter where it cannot take one."""
    members = _members(body)
    _WAYS[dialect](members, prompt)
    return _encode(members)


def without_metadata(body: bytes, taken: Callable[[str], bool]) -> bytes:
    """The body without the members of `metadata` that are for the gateway; without `metadata` where none is left."""
    members = _members(body)
    kept = {name: value for name, value in _members(members["metadata"]).items() if not taken(name)}
    if kept:
        members["metadata"] = _raw(kept)
    else:
        del members["metadata"]
    return _encode(members)


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(_encode(value))


def _turns(prompt: Rendered, write: Callable[[str, str], Mapping[str, Any]]) -> list[msgspec.Raw]:
    """The examples, alternating."""
    return [
        _raw(write(role, text))
        for example in prompt.examples
        for role, text in (("user", example.user), ("assistant", example.assistant))
    ]


def _plain(role: str, text: str) -> Mapping[str, Any]:
    return {"role": role, "content": text}


def _listed(members: Members, name: str) -> list[msgspec.Raw]:
    try:
        return _items(members[name])
    except (KeyError, msgspec.ValidationError):
        raise BadParameter(f"'{name}' must be a list.", param=name) from None


def _after_system(items: list[msgspec.Raw], examples: list[msgspec.Raw]) -> list[msgspec.Raw]:
    """The client's leading system messages, the examples, the conversation."""
    leading = 0
    for item in items:
        value = _value(item)
        if type(value) is not dict or value.get("role") not in _SYSTEM_ROLES:
            break
        leading += 1
    return [*items[:leading], *examples, *items[leading:]]


def _messages(members: Members, prompt: Rendered) -> None:
    """Chat Completions and Mistral."""
    messages = _after_system(_listed(members, "messages"), _turns(prompt, _plain))
    if prompt.system:
        messages.insert(0, _raw({"role": "system", "content": prompt.system}))
    members["messages"] = _raw(messages)


def _responses(members: Members, prompt: Rendered) -> None:
    if prompt.system:
        own = _value(members["instructions"]) if "instructions" in members else None
        if own is not None and type(own) is not str:
            raise BadParameter("'instructions' must be text.", param="instructions")
        members["instructions"] = _raw(f"{prompt.system}\n\n{own}" if own else prompt.system)
    goes_on = any(_value(members[name]) for name in ("previous_response_id", "conversation") if name in members)
    if not prompt.examples or goes_on:
        return
    given = _value(members["input"]) if "input" in members else None
    items = [_raw(_plain("user", given))] if type(given) is str else _listed(members, "input")
    members["input"] = _raw(_after_system(items, _turns(prompt, _plain)))


def _anthropic(members: Members, prompt: Rendered) -> None:
    if prompt.system:
        block = {"type": "text", "text": prompt.system}
        own = _value(members["system"]) if "system" in members else None
        if not own:
            members["system"] = _raw(prompt.system)
        elif type(own) is str:
            members["system"] = _raw([block, {"type": "text", "text": own}])
        else:
            members["system"] = _raw([_raw(block), *_listed(members, "system")])
    members["messages"] = _raw([*_turns(prompt, _plain), *_listed(members, "messages")])


def _gemini(members: Members, prompt: Rendered) -> None:
    if any(_value(members[name]) for name in ("cachedContent", "cached_content") if name in members):
        raise BadParameter(
            "Content that the provider has cached cannot have a prompt template put before it.", param="cachedContent"
        )
    if prompt.system:
        name = "system_instruction" if "system_instruction" in members else "systemInstruction"
        own = _value(members[name]) if name in members else None
        part = {"text": prompt.system}
        if not own:
            members[name] = _raw({"parts": [part]})
        elif type(own) is str:
            members[name] = _raw({"parts": [part, {"text": own}]})
        elif type(own) is dict:
            inner = _members(members[name])
            inner["parts"] = _raw([_raw(part), *_one_or_many(inner, "parts")])
            members[name] = _raw(inner)
        else:
            raise BadParameter(f"'{name}' must be an object.", param=name)

    def turn(role: str, text: str) -> Mapping[str, Any]:
        return {"role": "model" if role == "assistant" else role, "parts": [{"text": text}]}

    if prompt.examples:
        members["contents"] = _raw([*_turns(prompt, turn), *_one_or_many(members, "contents")])


def _one_or_many(members: Members, name: str) -> list[msgspec.Raw]:
    """A repeated field, of which protobuf's JSON also takes a single entry bare."""
    if name not in members:
        return []
    raw = members[name]
    return _items(raw) if type(_value(raw)) is list else [raw]


_WAYS: Final[dict[Dialect, Callable[[Members, Rendered], None]]] = {
    "openai_chat": _messages,
    "mistral": _messages,
    "openai_responses": _responses,
    "anthropic": _anthropic,
    "gemini": _gemini,
}
