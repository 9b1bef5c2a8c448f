"""Ids of calls, for those who refuse one that was there before: servers that number the calls of each answer from 0
give the same ones again and again, and some give none.

Invariants
- An id that is there once stays as it is, and so does the first of several.
- A result goes to the call before it that waits for one of this id longest.
"""

from __future__ import annotations

from collections import deque

import msgspec

from gateway.core.messages import AnyPart, Conversation, ToolCall, ToolResult
from gateway.dialects.passports import short_id


def with_distinct_ids(conversation: Conversation) -> Conversation:
    """The conversation itself where there is nothing to tell apart."""
    ids = [part.id for message in conversation.messages for part in message.parts if isinstance(part, ToolCall)]
    if len(set(ids)) == len(ids) and "" not in ids:
        return conversation
    told: dict[str, deque[str]] = {}
    seen: set[str] = set()
    messages = []
    for message in conversation.messages:
        parts: list[AnyPart] = []
        for part in message.parts:
            if isinstance(part, ToolCall):
                own = part.id
                if not own or own in seen:
                    own = f"call_{short_id(f'{part.id} {len(seen)}', 22)}"
                seen.add(own)
                told.setdefault(part.id, deque()).append(own)
                parts.append(msgspec.structs.replace(part, id=own))
            elif isinstance(part, ToolResult) and (waiting := told.get(part.call_id)):
                parts.append(msgspec.structs.replace(part, call_id=waiting.popleft()))
            else:
                parts.append(part)
        messages.append(msgspec.structs.replace(message, parts=tuple(parts)))
    return msgspec.structs.replace(conversation, messages=tuple(messages))
