"""Who asks. OpenAI answers a conversation whatever its last words are; others want a user's turn to end it.

System text that ends a conversation, behind the model's own words or behind nobody's, is what is asked: "Now sum up."
Where only a user can ask, it goes as the user's turn, and that is declared. In a prompt of several system messages and
no turn, the last one asks.
"""

from __future__ import annotations

import msgspec

from gateway.core.messages import Conversation

SYSTEM = ("system", "developer")


def asked(conversation: Conversation) -> tuple[Conversation, str | None]:
    """The conversation with such system text as the user's, and the feature that is approximated by it, if any."""
    messages = conversation.messages
    if not messages or messages[-1].role not in SYSTEM:
        return conversation, None
    turns = [number for number, message in enumerate(messages) if message.role not in SYSTEM]
    if turns and messages[turns[-1]].role != "assistant":
        return conversation, None
    first = turns[-1] + 1 if turns else len(messages) - 1
    told = tuple(msgspec.structs.replace(message, role="user") for message in messages[first:])
    feature = "system_mid_conversation" if turns else "system"
    return msgspec.structs.replace(conversation, messages=(*messages[:first], *told)), feature
