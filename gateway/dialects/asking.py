"""Who asks. OpenAI answers a conversation whatever its last words are; others want a user's turn to end it.

System text that ends a conversation, behind the model's own words or behind nobody's, is what is asked: "Now sum up."
Where only a user can ask, it goes as the user's turn, and that is declared. In a prompt of several system messages and
no turn, the last one asks.

A user's turn at the end that says nothing asks for an answer all the same; some take none that is empty. What stands
before it then asks in its stead, unless that is the model's own turn, which would be continued, or nothing at all.
"""

from __future__ import annotations

import msgspec

from gateway.core.edits import dotted
from gateway.core.messages import Conversation, Message, Text
from gateway.errors import DialectCannotCarry

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


def ending_in_words(conversation: Conversation) -> Conversation:
    """The conversation without a user's turn at its end that says nothing.

    Raises DialectCannotCarry where nothing is left that could ask in its stead.
    """
    messages = conversation.messages
    last = len(messages)
    while last and messages[last - 1].role in SYSTEM:
        last -= 1
    ends = last
    while ends and says_nothing(messages[ends - 1]):
        ends -= 1
    if ends == last:
        return conversation
    left = messages[:ends] + messages[last:]
    if not left or left[-1].role == "assistant":
        place = dotted(messages[last - 1].at)
        raise DialectCannotCarry(
            f"{place} is empty, and the model that is to answer takes no empty turn. Say something in it.", param=place
        )
    return msgspec.structs.replace(conversation, messages=left)


def says_nothing(message: Message) -> bool:
    """Whether this is a user's turn of blanks, or of nothing at all."""
    return message.role == "user" and all(isinstance(part, Text) and not part.text.strip() for part in message.parts)
