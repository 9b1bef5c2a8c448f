"""A choice among several tools, for dialects whose choice names one tool or none."""

from __future__ import annotations

from gateway.core.messages import Conversation, ServerTool, Tool


def offered(conversation: Conversation) -> tuple[Tool | ServerTool, ...]:
    """The tools to offer: where several are allowed, those alone, so that to demand any tool is to demand one of them.

    What the provider runs itself stays.
    """
    choice = conversation.tool_choice
    if choice is None or len(choice.names) < 2:
        return conversation.tools
    return tuple(tool for tool in conversation.tools if isinstance(tool, ServerTool) or tool.name in choice.names)
