"""What xAI's Responses API refuses of OpenAI's, and how such a request is told to it: translated, as if it were of
another dialect.

xAI knows functions and tools of its own alone. A freeform tool becomes a function of one text (`dialects.freeform`), a
tool in a namespace one of a joined name (`namespaces`); the client reads their calls as it offered them. Codex sends
both in every request.

Sources: xAI's answers of 2026-06 to 2026-09 as its users report them (github.com: maximhq/bifrost#5428 and
router-for-me/CLIProxyAPI#3704 for tools and items, 422; lidge-jun/opencodex#2239 for `external_web_access`, 400, and
for members that are null, 400 or 422).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.edits import dotted
from gateway.core.messages import Conversation, ServerTool, Tool
from gateway.dialects.freeform import as_function
from gateway.dialects.losses import Verdict
from gateway.errors import DialectCannotCarry

LIVE: Final = "external_web_access"
"""Of a search: false asks for what OpenAI has stored of the web, and nothing else."""

APPROXIMATES: Final[dict[str, Verdict]] = {
    "custom_tool": "approximates",
    "custom_tool_grammar": "approximates",
    "tool_arguments": "approximates",
}
"""Where xAI's column differs from OpenAI's."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def takes(tree: dict[str, Any]) -> bool:
    """Whether xAI takes the request as it is. Trusts no type in it."""
    tools, items = tree.get("tools"), tree.get("input")
    return not (
        any(map(_is_foreign_tool, tools if type(tools) is list else ()))
        or any(map(_is_foreign_item, items if type(items) is list else ()))
    )


def _is_foreign_tool(tool: Any) -> bool:
    match tool:
        case {"type": "custom" | "namespace"}:
            return True
        case {"external_web_access": _}:
            return True
        case _:
            return False


def _is_foreign_item(item: Any) -> bool:
    match item:
        # xAI tells of searches of its own as `custom_tool_call`, without an output: alone they are none of ours.
        case {"type": "custom_tool_call_output" | "additional_tools"} | {"type": "function_call", "namespace": str()}:
            return True
        case {"type": "reasoning"}:
            return None in item.values()
        case _:
            return False


def told(conversation: Conversation) -> Conversation:
    """The conversation with tools that xAI takes.

    A search that must not leave OpenAI's store is left out, which is declared: Codex offers it unasked. Raises
    DialectCannotCarry for what is kept at the provider: it would be kept in other words.
    """
    if (at := conversation.features.get("server_state")) is not None:
        raise DialectCannotCarry(
            f"{dotted(at)} cannot go to a model of xAI with a request that has to be told it in other words, as tools "
            "and calls of type custom or in a namespace have: xAI would keep those words. Leave one of the two out.",
            param=dotted(at),
        )
    kept: list[Tool | ServerTool] = []
    lost = list(conversation.unclaimed)
    for tool in conversation.tools:
        match tool:
            case Tool():
                kept.append(as_function(tool))
            case ServerTool(value={"external_web_access": False}):
                lost.append(tool.at)
            case ServerTool(value={"external_web_access": _}):
                value = {name: value for name, value in tool.value.items() if name != LIVE}
                kept.append(msgspec.structs.replace(tool, value=value))
            case ServerTool():
                kept.append(tool)
    features = conversation.features
    if not any(isinstance(tool, ServerTool) for tool in kept):
        features = {feature: at for feature, at in features.items() if feature != "server_tool"}
    return msgspec.structs.replace(conversation, tools=tuple(kept), unclaimed=tuple(lost), features=features)


def reasoning_item(text: str) -> msgspec.Raw:
    """A reasoning item of xAI's own, without the members that Codex sends back as null."""
    item = _decode(text)
    if type(item) is not dict or None not in item.values():
        return msgspec.Raw(text.encode())
    return msgspec.Raw(_encode({name: value for name, value in item.items() if value is not None}))
