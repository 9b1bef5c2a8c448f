"""Tools, the choice among them, and the answer's format, read from a request.

`strict` left out: the API then closes a function's schema as well as it can. No other dialect does so, and a schema
that was not written for it would be refused there, so it is no wish for strictness here.

Invariants
- A namespace is as many tools as it holds: see `namespaces`.
- A tool that the provider runs itself is a ServerTool, kept as it came; to force one is noted as such, too.
- `allowed_tools` with mode `auto` means that only those tools are on offer: so only those are.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.edits import Path
from gateway.core.messages import ResponseFormat, ServerTool, Tool, ToolChoice
from gateway.dialects.claims import Claims, Ledger, wrong
from gateway.dialects.openai_chat.tools_in import read_grammar
from gateway.dialects.openai_responses.namespaces import joined

AnyTool = Tool | ServerTool


def read_tools(claims: Claims, ledger: Ledger) -> tuple[AnyTool, ...]:
    """Of a request, or of an item of its input that offers more."""
    items = claims.items("tools") or ()
    tools: list[AnyTool] = []
    for number, item in enumerate(items):
        at = (*claims.at("tools"), number)
        if type(item) is dict and item.get("type") == "namespace":
            tools += _namespace(Claims(item, at, ledger), ledger)
        else:
            tools.append(_tool(item, at, ledger))
    return tuple(tools)


def _namespace(claims: Claims, ledger: Ledger) -> list[AnyTool]:
    """Its tools, each by its joined name; what the namespace says of itself, its first tool says."""
    claims.any("type")
    name, description = claims.text("name"), claims.text("description")
    if name is None:
        raise wrong(claims.at("name"), "must be a string")
    tools: list[AnyTool] = []
    for number, item in enumerate(claims.items("tools") or ()):
        tool = _tool(item, (*claims.at("tools"), number), ledger)
        if isinstance(tool, Tool):
            told = [text for text in (None if tools else description, tool.description) if text]
            tool = msgspec.structs.replace(tool, name=joined(name, tool.name), description="\n\n".join(told) or None)
        tools.append(tool)
    claims.leave()
    return tools


def _tool(item: Any, at: Path, ledger: Ledger) -> AnyTool:
    claims = Claims(item, at, ledger)
    kind = claims.text("type") or "function"
    if kind not in {"function", "custom"}:
        ledger.note("server_tool", at)
        return ServerTool(dialect="openai_responses", type=kind, value=item, at=at)
    ledger.note("tools", at)
    name = claims.text("name")
    if name is None:
        raise wrong(claims.at("name"), "must be a string")
    description = claims.text("description")
    for extra in ("defer_loading", "async"):
        if claims.any(extra):
            ledger.unclaimed.append(claims.at(extra))
    if kind == "custom":
        ledger.note("custom_tool", at)
        form = claims.inside("format")
        grammar = read_grammar(form, form, claims.at("format"), ledger)
        tool = Tool(name=name, description=description, custom=True, grammar=grammar, at=at)
    else:
        strict = claims.flag("strict")
        if strict:
            ledger.note("tool_strict", claims.at("strict"))
        schema = claims.object("parameters")
        tool = Tool(name=name, description=description, schema=schema, strict=strict, at=at)
    claims.leave()
    return tool


def read_tool_choice(
    claims: Claims, ledger: Ledger, tools: tuple[AnyTool, ...]
) -> tuple[ToolChoice | None, tuple[AnyTool, ...]]:
    """(the choice, the tools on offer)."""
    choice = claims.any("tool_choice")
    at = claims.at("tool_choice")
    match choice:
        case None:
            return None, tools
        case "auto":
            return ToolChoice(mode="auto"), tools
        case "none":
            if tools:
                ledger.note("tool_choice", at)
            return ToolChoice(mode="none"), tools
        case "required":
            ledger.note("tool_choice", at)
            return ToolChoice(mode="required"), tools
        case {"type": "function" | "custom", "name": str(named)}:
            ledger.note("tool_choice_named", at)
            return ToolChoice(mode="named", names=(named,)), tools
        case {"type": "allowed_tools", "mode": "auto" | "required" as mode, "tools": list(allowed)}:
            names = tuple(filter(None, map(_name, allowed)))
            if mode == "required":
                ledger.note("tool_choice_allowed", at)
                return ToolChoice(mode="named", names=names), tools
            return ToolChoice(mode="auto"), tuple(tool for tool in tools if offered_as(tool) in names)
        case {"type": str(hosted)}:
            # Its name is its type; what else it says (an MCP server's label) has no place.
            ledger.note("server_tool", at)
            ledger.unclaimed += [(*at, member) for member in choice if member != "type"]
            return ToolChoice(mode="named", names=(hosted,)), tools
        case _:
            raise wrong(at, "must be auto, none, required, or name a tool")


def _name(allowed: Any) -> str | None:
    match allowed:
        case {"name": str(name)} | {"type": str(name)}:
            return name
        case _:
            return None


def offered_as(tool: AnyTool) -> str:
    """The name by which a choice names it."""
    return tool.type if isinstance(tool, ServerTool) else tool.name


def read_text_format(text: Claims | None, ledger: Ledger) -> ResponseFormat | None:
    """`text.format`: `text`, `json_object`, or `json_schema` with its schema beside the type."""
    inside = None if text is None else text.inside("format")
    if text is None or inside is None:
        return None
    at = text.at("format")
    kind = inside.text("type")
    match kind:
        case "json_schema":
            ledger.note("json_schema", at)
            schema = inside.object("schema")
            wish = ResponseFormat(
                kind="json_schema",
                schema={} if schema is None else schema,
                name=inside.text("name"),
                description=inside.text("description"),
                strict=inside.flag("strict"),
            )
        case "json_object":
            ledger.note("json_object", at)
            wish = ResponseFormat(kind="json_object")
        case "text":
            wish = ResponseFormat(kind="text")
        case _:
            raise wrong(inside.at("type"), "must be text, json_object or json_schema")
    inside.leave()
    return wish
