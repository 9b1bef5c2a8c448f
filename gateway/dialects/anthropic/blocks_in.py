"""Messages and their content blocks, from a client's tree.

Invariants
- Tool results of a user turn become a message of role `tool`, before what else the turn says.
- A block type, or a source, that is not known here becomes Opaque, whole.
- Sealed ids are opened in calls and in results alike; reasoning found there stands before its call, and replaces
  the unsigned copies of itself that the client was shown.
- Citations are kept as pairs (dialect, value), as in answers.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.edits import Path
from gateway.core.messages import (
    AnyPart,
    CacheMark,
    Media,
    Message,
    Opaque,
    ProviderState,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
)
from gateway.dialects.anthropic.sources import claimed_media, media_of, search_result
from gateway.dialects.claims import Claims, Ledger, wrong
from gateway.dialects.state_in_ids import MARK, Sealed, unseal

_ROLES: Final = ("user", "assistant", "system")
_encode = msgspec.json.Encoder().encode


def system_message(claims: Claims, ledger: Ledger) -> Message | None:
    """The top-level `system`: a string or text blocks."""
    content = claims.any("system")
    if content is None or content in ("", []):
        return None
    ledger.note("system", ("system",))
    return Message(role="system", parts=tuple(_content(content, ("system",), ledger)), at=("system",))


def messages(items: list[Any], ledger: Ledger) -> list[Message]:
    """The messages in order; notes where the assistant is to continue its own text."""
    read: list[Message] = []
    for number, item in enumerate(items):
        at: Path = ("messages", number)
        claims = Claims(item, at, ledger)
        role = claims.text("role")
        if role not in _ROLES:
            raise wrong((*at, "role"), f"must be one of {', '.join(_ROLES)}")
        if not claims.has("content"):
            raise wrong((*at, "content"), "is missing")
        parts = _content(claims.any("content"), (*at, "content"), ledger)
        claims.leave()
        if role == "system":
            ledger.note("system_mid_conversation" if read else "system", at)
            read.append(Message(role="system", parts=tuple(parts), at=at))
        elif role == "assistant":
            read.append(Message(role="assistant", parts=tuple(_without_copies(parts)), at=at))
        else:
            results = tuple(part for part in parts if isinstance(part, ToolResult))
            rest = tuple(part for part in parts if not isinstance(part, ToolResult))
            if results:
                read.append(Message(role="tool", parts=results, at=at))
            if rest or not results:
                read.append(Message(role="user", parts=rest, at=at))
    if read and read[-1].role == "assistant" and read[-1].parts:
        ledger.note("assistant_prefill", read[-1].at)
    return read


def _content(content: Any, at: Path, ledger: Ledger) -> list[AnyPart]:
    if type(content) is str:
        return [Text(text=content, at=at)]
    if type(content) is not list:
        raise wrong(at, "must be a string or an array of blocks")
    parts: list[AnyPart] = []
    for number, block in enumerate(content):
        parts += _block(block, (*at, number), ledger)
    return parts


def _block(block: Any, at: Path, ledger: Ledger) -> list[AnyPart]:
    claims = Claims(block, at, ledger)
    kind = claims.text("type")
    part: AnyPart
    match kind:
        case "text":
            cache = cache_mark(claims)
            citations = claims.items("citations")
            if citations:
                ledger.note("citations_replay", claims.at("citations"))
            text = claims.required_text("text")
            part = Text(text=text, cache=cache, at=at, citations=tuple(("anthropic", one) for one in citations or ()))
        case "tool_use":
            return _tool_call(claims, at, ledger)
        case "tool_result":
            part = _tool_result(claims, at, ledger)
        case "thinking":
            ledger.note("reasoning_replay", at)
            signature = claims.text("signature")
            provider_state = ProviderState("anthropic", "signature", signature) if signature else None
            part = Reasoning(text=claims.required_text("thinking"), provider_state=provider_state, at=at)
        case "redacted_thinking":
            ledger.note("reasoning_replay", at)
            part = Reasoning(provider_state=ProviderState("anthropic", kind, claims.required_text("data")), at=at)
        case "image" | "document" if (media := media_of(block, at)) is not None:
            return [claimed_media(media, claims, cache_mark(claims), ledger)]
        case "search_result" if (found := search_result(block, claims, cache_mark(claims), at, ledger)) is not None:
            return [found]
        case "fallback":  # says which model wrote what follows, and is read by none
            ledger.unclaimed.append(at)
            return []
        case None:
            raise wrong((*at, "type"), "is missing")
        case _:
            ledger.note("opaque_part", at)
            return [Opaque(dialect="anthropic", value=block, at=at)]
    claims.leave()
    return [part]


def cache_mark(claims: Claims) -> CacheMark | None:
    """The member `cache_control` of a block, a tool, or the whole request."""
    control = claims.inside("cache_control", "cache_control")
    if control is None:
        return None
    control.text("type")  # `ephemeral`; there is no other
    mark = CacheMark(ttl=control.text("ttl"))
    control.leave()
    return mark


def _tool_call(claims: Claims, at: Path, ledger: Ledger) -> list[AnyPart]:
    ledger.note("tool_calls", at)
    sealed = opened(claims.required_text("id"))
    cache = cache_mark(claims)
    caller = claims.any("caller")
    if caller is not None and caller != {"type": "direct"}:
        ledger.unclaimed.append(claims.at("caller"))
    arguments = claims.object("input")
    call = ToolCall(
        id=sealed.id,
        name=claims.required_text("name"),
        arguments=_encode({} if arguments is None else arguments).decode(),
        provider_state=sealed.provider_state,
        cache=cache,
        at=at,
    )
    claims.leave()
    if sealed.reasoning:
        ledger.note("reasoning_replay", at)
    return [*(msgspec.structs.replace(part, at=at) for part in sealed.reasoning), call]


def _tool_result(claims: Claims, at: Path, ledger: Ledger) -> ToolResult:
    ledger.note("tool_results", at)
    content = claims.any("content")
    parts: list[Text | Media | Opaque] = []
    if content is not None:
        for part in _content(content, claims.at("content"), ledger):
            if not isinstance(part, Text | Media | Opaque):
                raise wrong(claims.at("content"), "holds a block that no tool result may hold")
            if isinstance(part, Media):
                ledger.note("tool_result_media", part.at)
            parts.append(part)
    is_error = claims.flag("is_error") or False
    if is_error:
        ledger.note("tool_result_error", claims.at("is_error"))
    return ToolResult(
        call_id=opened(claims.required_text("tool_use_id")).id,
        parts=tuple(parts),
        is_error=is_error,
        cache=cache_mark(claims),
        at=at,
    )


def opened(shown_id: str) -> Sealed:
    return unseal(shown_id) if MARK in shown_id else Sealed(shown_id)


def _without_copies(parts: list[AnyPart]) -> list[AnyPart]:
    """Reasoning from a sealed id also came as an unsigned block, where the client echoes both."""
    sealed = {part.text for part in parts if isinstance(part, Reasoning) and part.provider_state is not None}
    if not sealed:
        return parts
    return [
        part
        for part in parts
        if not (isinstance(part, Reasoning) and part.provider_state is None and part.text in sealed)
    ]
