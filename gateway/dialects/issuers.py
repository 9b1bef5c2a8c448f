"""Whose state a conversation holds: what only its issuer can read is carried to its issuer alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.core.messages import (
    AnyPart,
    Conversation,
    Dialect,
    Opaque,
    ProviderState,
    Reasoning,
    ServerTool,
    Text,
    ToolCall,
    ToolResult,
)


def carried_whole(
    conversation: Conversation, dialect: Dialect, readable: Callable[[ProviderState], bool] = lambda _: True
) -> set[str]:
    """Of reasoning_replay, citations_replay, opaque_part and server_tool: what is there, and all of it of `dialect`.

    `readable` says more of a provider state of this dialect: whether it is for who will read the request.
    A feature that is noted and has nothing in the conversation to bear it is lost, so it is not among them.
    """
    own: set[str] = set()
    foreign: set[str] = set()
    for part in every_part(conversation):
        match part:
            case Text() if part.citations:
                issued = any(issuer == dialect for issuer, _ in part.citations)
                (own if issued else foreign).add("citations_replay")
            case Reasoning():
                state = part.provider_state
                issued = state is not None and state.dialect == dialect and readable(state)
                (own if issued else foreign).add("reasoning_replay")
            case Opaque():
                (own if part.dialect == dialect else foreign).add("opaque_part")
            case _:
                pass
        # A text or a call is carried without its state, too; that loss is declared where the client saw the state.
        if isinstance(part, Text | ToolCall):
            state = part.provider_state
            if state is not None and state.dialect == dialect:
                own.add("reasoning_replay")
    for tool in conversation.tools:
        if isinstance(tool, ServerTool):
            (own if tool.dialect == dialect else foreign).add("server_tool")
    return own - foreign


def every_part(conversation: Conversation) -> Iterator[AnyPart]:
    """The parts of all messages, and those inside tool results."""
    for message in conversation.messages:
        for part in message.parts:
            yield part
            if isinstance(part, ToolResult):
                yield from part.parts
