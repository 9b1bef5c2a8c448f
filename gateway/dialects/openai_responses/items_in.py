"""A request's input items, read into messages.

Invariants
- What the model said in one go (reasoning, messages, calls) is one assistant message, its parts in the items' order;
  results that came together are one message of role `tool`, each named after the call it answers.
- Ids that carry sealed state are opened, in calls and in results alike. Sealed reasoning counts once, whether it came
  back in a reasoning item, in a call's id, or in both; the unsigned copy of it that was shown is left out.
- A reasoning item of the API's own is kept whole, as its provider state.
- An item without a canonical form is Opaque, in its place.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.edits import Path
from gateway.core.messages import (
    AnyPart,
    Media,
    Message,
    Opaque,
    ProviderState,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from gateway.dialects.adapting import note_arguments
from gateway.dialects.claims import Claims, Ledger, wrong
from gateway.dialects.openai_responses.calls import NAMES, call_state, members_of
from gateway.dialects.openai_responses.ids import is_ours
from gateway.dialects.openai_responses.namespaces import joined
from gateway.dialects.openai_responses.parts_in import read_content
from gateway.dialects.openai_responses.reasoning import provider_state_of, text_of, unsealed
from gateway.dialects.openai_responses.tools_in import AnyTool, offered_as, read_tools
from gateway.dialects.state_in_ids import unseal

PHASE: Final = "phase"
"""The kind of provider state of a text whose message says which phase of the turn it belongs to."""

_ROLES: Final[dict[str, Role]] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "developer": "developer",
}


def read_items(items: list[Any], ledger: Ledger) -> tuple[list[Message], dict[str, AnyTool]]:
    """The messages, and the tools that items offer, by name: of two of one name the later. Raises BadParameter."""
    reader = _Reader(ledger)
    for number, item in enumerate(items):
        reader.read(item, ("input", number))
    return reader.messages(), reader.tools


class _Reader:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._groups: list[tuple[Role, Path, list[AnyPart]]] = []
        self._begun = False
        self.tools: dict[str, AnyTool] = {}
        self._calls: dict[str, ToolCall] = {}
        self._sealed: set[ProviderState] = set()

    def messages(self) -> list[Message]:
        return [Message(role=role, parts=tuple(parts), at=at) for role, at, parts in self._groups]

    def read(self, item: Any, at: Path) -> None:
        claims = Claims(item, at, self._ledger)
        kind = claims.text("type") or ("message" if claims.has("role") else "item_reference")
        match kind:
            case "message":
                self._message(claims, at)
            case "function_call" | "custom_tool_call":
                self._call(item, claims, at, custom=kind == "custom_tool_call")
            case "function_call_output" | "custom_tool_call_output":
                self._result(claims, at, custom=kind == "custom_tool_call_output")
            case "reasoning":
                self._reasoning(item, claims, at)
            case "additional_tools":
                for member in ("id", "role", "status"):
                    claims.any(member)
                self.tools.update({offered_as(tool): tool for tool in read_tools(claims, self._ledger)})
            case "image_generation_call" if is_ours(item.get("id")) and type(item.get("result")) is str:
                self._drawn(claims, at)
            case _:
                self._ledger.note("server_state" if kind == "item_reference" else "opaque_part", at)
                self._group("assistant", at).append(Opaque(dialect="openai_responses", value=item, at=at))
                return
        claims.leave()

    def _group(self, role: Role, at: Path) -> list[AnyPart]:
        """The parts of the message that an item of this role belongs to."""
        self._begun = self._begun or role not in {"system", "developer"}
        if role in {"assistant", "tool"} and self._groups and self._groups[-1][0] == role:
            return self._groups[-1][2]
        parts: list[AnyPart] = []
        self._groups.append((role, at, parts))
        return parts

    def _message(self, claims: Claims, at: Path) -> None:
        role = _ROLES.get(claims.text("role") or "")
        if role is None:
            raise wrong(claims.at("role"), "must be one of " + ", ".join(_ROLES))
        claims.any("id")
        claims.any("status")
        parts = read_content(claims.any("content"), claims.at("content"), self._ledger)
        phase = claims.text("phase", "reasoning_replay")
        if phase:
            mark = ProviderState("openai_responses", PHASE, phase)
            parts = [
                msgspec.structs.replace(part, provider_state=mark) if isinstance(part, Text) else part for part in parts
            ]
        group = self._group(role, at)
        if role in {"system", "developer"}:
            self._ledger.note("system_mid_conversation" if self._begun else "system", at)
        if role == "assistant":
            parts = [part for part in parts if not isinstance(part, Text) or part.text]
        group += parts

    def _call(self, item: dict[str, Any], claims: Claims, at: Path, *, custom: bool) -> None:
        self._ledger.note("tool_calls", at)
        if custom:
            self._ledger.note("custom_tool", at)
        for member in ("id", "status", *NAMES):
            claims.any(member)
        namespace = item.get("namespace")
        if type(namespace) is str and namespace:
            item = {name: value for name, value in item.items() if name != "namespace"}
        self._ledger.unclaimed += [claims.at(name) for name in members_of(item)]
        name = claims.required_text("name")
        sealed = unseal(claims.required_text("call_id"))
        call = ToolCall(
            id=sealed.id,
            name=joined(namespace, name) if type(namespace) is str and namespace else name,
            arguments=claims.text("input" if custom else "arguments") or "",
            provider_state=sealed.provider_state or call_state(item),
            custom=custom,
            at=at,
        )
        if not custom:
            note_arguments(call.arguments, at, self._ledger)
        self._calls[call.id] = call
        group = self._group("assistant", at)
        self._put_sealed(sealed.reasoning, group, (*at, "call_id"), at)
        group.append(call)

    def _put_sealed(self, parts: tuple[Reasoning, ...], group: list[AnyPart], noted: Path, at: Path) -> None:
        for part in parts:
            if part.provider_state is None or part.provider_state in self._sealed:
                continue
            self._sealed.add(part.provider_state)
            self._ledger.note("reasoning_replay", noted)
            for place, copy in enumerate(group):
                if isinstance(copy, Reasoning) and copy.provider_state is None and copy.text == part.text:
                    del group[place]
                    break
            group.append(msgspec.structs.replace(part, at=at))

    def _reasoning(self, item: dict[str, Any], claims: Claims, at: Path) -> None:
        for name in ("summary", "content", "status"):
            claims.any(name)
        item_id = claims.text("id")
        encrypted = claims.text("encrypted_content")
        group = self._group("assistant", at)
        sealed = unsealed(encrypted)
        if sealed:
            self._put_sealed(sealed, group, at, at)
            return
        self._ledger.note("reasoning_replay", at)
        provider_state = None if sealed is not None or is_ours(item_id) else provider_state_of(item)
        group.append(Reasoning(text=text_of(item), provider_state=provider_state, id=item_id, at=at))

    def _result(self, claims: Claims, at: Path, *, custom: bool) -> None:
        self._ledger.note("tool_results", at)
        for member in ("id", "status", "namespace"):
            claims.any(member)
        if claims.any("caller") not in (None, {"type": "direct"}):
            self._ledger.unclaimed.append(claims.at("caller"))
        call_id = unseal(claims.required_text("call_id")).id
        call = self._calls.get(call_id)
        parts: list[Text | Media | Opaque] = []
        for part in read_content(claims.any("output"), claims.at("output"), self._ledger):
            if isinstance(part, Media):
                self._ledger.note("tool_result_media", part.at)
            if not isinstance(part, (Text, Media, Opaque)):
                raise wrong(part.at, "cannot stand in a tool's result")
            if not isinstance(part, Text) or part.text:
                parts.append(part)
        told = claims.text("name")
        name = told if call is None else call.name
        self._group("tool", at).append(ToolResult(call_id=call_id, name=name, parts=tuple(parts), custom=custom, at=at))

    def _drawn(self, claims: Claims, at: Path) -> None:
        """An image that another provider's model drew, shown as an item of ours."""
        self._ledger.note("image_data", at)
        claims.any("id")
        claims.any("status")
        encoding = claims.text("output_format") or "png"
        self._group("assistant", at).append(
            Media(kind="image", data=claims.text("result"), media_type=f"image/{encoding}", at=at)
        )
