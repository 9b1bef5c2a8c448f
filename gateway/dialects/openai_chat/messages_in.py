"""A request's messages, read.

Invariants
- Results that came together stand in one message; each is named after the call it answers.
- Ids that carry sealed state are opened, in calls and in results alike; the reasoning sealed into a message's first
  call stands at the message's head, as it did in the answer, and takes the place of an unsigned echo of it.
- The legacy `function_call` and `function` messages become calls and results with ids of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gateway.core.edits import Path
from gateway.core.messages import (
    AnyPart,
    Dialect,
    Media,
    Message,
    Opaque,
    Reasoning,
    Refusal,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from gateway.dialects.adapting import note_arguments
from gateway.dialects.claims import Claims, Ledger, wrong
from gateway.dialects.openai_chat.parts_in import PartReader, read_part
from gateway.dialects.state_in_ids import unseal

_ROLES: Final[Mapping[str, Role]] = {
    "system": "system",
    "developer": "developer",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


def read_messages(
    items: list[Any], ledger: Ledger, dialect: Dialect, part_readers: Mapping[str, PartReader]
) -> tuple[Message, ...]:
    """Raises BadParameter."""
    reader = _Reader(ledger, dialect, part_readers)
    for number, item in enumerate(items):
        reader.read(Claims(item, ("messages", number), ledger), ("messages", number), number == len(items) - 1)
    return tuple(reader.messages)


class _Reader:
    def __init__(self, ledger: Ledger, dialect: Dialect, part_readers: Mapping[str, PartReader]) -> None:
        self.messages: list[Message] = []
        self._ledger = ledger
        self._dialect = dialect
        self._part_readers = part_readers
        self._begun = False
        self._calls: dict[str, ToolCall] = {}
        self._unanswered: list[ToolCall] = []
        """Legacy calls, which are answered by name."""

    def read(self, claims: Claims, at: Path, last: bool) -> None:
        word = claims.text("role")
        role = _ROLES.get(word or "")
        if role is None:
            raise wrong(claims.at("role"), "must be one of " + ", ".join(_ROLES))
        self._begun = self._begun or role not in {"system", "developer"}
        if role == "tool":
            self._read_result(claims, at, legacy=word == "function")
            claims.leave()
            return
        if role == "assistant":
            parts = self._assistant(claims, at)
            if claims.flag("prefix") and last:
                self._ledger.note("assistant_prefill", at)
        else:
            parts = self._content(claims)
            if role != "user":
                self._ledger.note("system_mid_conversation" if self._begun else "system", at)
        name = claims.text("name") or None
        if name is not None:
            self._ledger.note("participant_name", claims.at("name"))
        self.messages.append(Message(role=role, parts=tuple(parts), name=name, at=at))
        claims.leave()

    def _content(self, claims: Claims) -> list[AnyPart]:
        content = claims.any("content")
        at = claims.at("content")
        match content:
            case None:
                return []
            case str():
                return [Text(text=content, at=at)]
            case list():
                return [
                    read_part(item, (*at, number), self._ledger, self._dialect, self._part_readers)
                    for number, item in enumerate(content)
                ]
            case _:
                raise wrong(at, "must be a string or an array")

    def _assistant(self, claims: Claims, at: Path) -> list[AnyPart]:
        parts = [part for part in self._content(claims) if not (isinstance(part, Text) and not part.text)]
        if refusal := claims.text("refusal", "refusal_replay"):
            parts.append(Refusal(text=refusal, at=claims.at("refusal")))
        if claims.has("audio"):
            parts.append(Opaque(dialect=self._dialect, value=claims.any("audio", "opaque_part"), at=claims.at("audio")))
        parts = self._cited(claims, parts)
        calls: list[AnyPart] = []
        sealed: tuple[Reasoning, ...] = ()
        for number, item in enumerate(claims.items("tool_calls") or ()):
            self._ledger.note("tool_calls", claims.at("tool_calls"))
            call, before = self._call(item, (*claims.at("tool_calls"), number))
            if not calls:
                sealed = before
            else:
                calls.extend(before)
            calls.append(call)
        if claims.has("function_call"):
            calls.append(self._legacy_call(claims))
        if sealed:
            parts = [part for part in parts if not isinstance(part, Reasoning) or part.provider_state is not None]
        return [*self._reasoning(claims, sealed), *parts, *calls]

    def _cited(self, claims: Claims, parts: list[AnyPart]) -> list[AnyPart]:
        """The message's annotations, with its first text: they count letters of the whole content."""
        annotations = claims.items("annotations")
        if not annotations:
            return parts
        claims.any("annotations", "citations_replay")
        for place, part in enumerate(parts):
            if isinstance(part, Text):
                cited = msgspec.structs.replace(part, citations=tuple((self._dialect, one) for one in annotations))
                return [*parts[:place], cited, *parts[place + 1 :]]
        return parts

    def _reasoning(self, claims: Claims, sealed: tuple[Reasoning, ...]) -> list[AnyPart]:
        for name in ("reasoning_content", "reasoning"):
            echoed = claims.text(name)
            if echoed and not sealed:
                self._ledger.note("reasoning_replay", claims.at(name))
                claims.any("reasoning_content")
                claims.any("reasoning")
                return [Reasoning(text=echoed, at=claims.at(name))]
        return list(sealed)

    def _call(self, item: Any, at: Path) -> tuple[ToolCall, tuple[Reasoning, ...]]:
        claims = Claims(item, at, self._ledger)
        sealed = unseal(claims.text("id") or "")
        claims.any("index")
        custom = claims.text("type") == "custom"
        inside = claims.inside("custom" if custom else "function")
        name = None if inside is None else inside.text("name")
        if inside is None or name is None:
            raise wrong(at, "must name its function")
        arguments = inside.any("input" if custom else "arguments")
        if type(arguments) is dict:
            arguments = msgspec.json.encode(arguments).decode()
        if arguments is not None and type(arguments) is not str:
            raise wrong(inside.at("arguments"), "must be a string")
        inside.leave()
        claims.leave()
        if custom:
            self._ledger.note("custom_tool", at)
        else:
            note_arguments(arguments or "", at, self._ledger)
        if sealed.reasoning:
            self._ledger.note("reasoning_replay", (*at, "id"))
        call = ToolCall(
            id=sealed.id,
            name=name,
            arguments=arguments or "",
            provider_state=sealed.provider_state,
            custom=custom,
            at=at,
        )
        self._calls[call.id] = call
        return call, tuple(msgspec.structs.replace(part, at=at) for part in sealed.reasoning)

    def _legacy_call(self, claims: Claims) -> ToolCall:
        inside = claims.inside("function_call", "tool_calls")
        name = None if inside is None else inside.text("name")
        if inside is None or name is None:
            raise wrong(claims.at("function_call"), "must name its function")
        call = ToolCall(
            id=f"call_legacy_{len(self._calls)}",
            name=name,
            arguments=inside.text("arguments") or "",
            at=claims.at("function_call"),
        )
        note_arguments(call.arguments, call.at, self._ledger)
        inside.leave()
        self._calls[call.id] = call
        self._unanswered.append(call)
        return call

    def _read_result(self, claims: Claims, at: Path, *, legacy: bool) -> None:
        self._ledger.note("tool_results", at)
        name = claims.text("name") or None
        call_id = unseal(claims.text("tool_call_id") or "").id
        if legacy:
            waiting = [call for call in self._unanswered if call.name == name]
            if waiting:
                call_id = waiting[0].id
                self._unanswered.remove(waiting[0])
        call = self._calls.get(call_id)
        parts: list[Text | Media | Opaque] = []
        for part in self._content(claims):
            if isinstance(part, Media):
                self._ledger.note("tool_result_media", part.at)
            if isinstance(part, (Text, Media, Opaque)):
                parts.append(part)
            else:
                raise wrong(part.at, "cannot stand in a tool's result")
        result = ToolResult(
            call_id=call_id,
            name=name or (None if call is None else call.name),
            parts=tuple(part for part in parts if not (isinstance(part, Text) and not part.text)),
            custom=call is not None and call.custom,
            at=at,
        )
        before = self.messages[-1] if self.messages else None
        if before is not None and before.role == "tool":
            self.messages[-1] = msgspec.structs.replace(before, parts=(*before.parts, result))
        else:
            self.messages.append(Message(role="tool", parts=(result,), at=at))
