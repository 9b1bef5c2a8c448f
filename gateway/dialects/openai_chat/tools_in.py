"""Tools, the choice among them, and the answer's format, read from a request.

Invariants
- A tool that the provider runs itself is a ServerTool, kept as it came.
- `allowed_tools` with mode `auto` means that only those tools are on offer: so only those are.
- The legacy `functions` and `function_call` are read as tools and a choice.
"""

from __future__ import annotations

from typing import Any

from gateway.core.edits import Path
from gateway.core.messages import Dialect, Grammar, ResponseFormat, ServerTool, Tool, ToolChoice
from gateway.dialects.claims import Claims, Ledger, wrong
from gateway.dialects.openai_chat.parts_in import cache_mark

AnyTool = Tool | ServerTool


def read_tools(claims: Claims, ledger: Ledger, dialect: Dialect) -> tuple[AnyTool, ...]:
    tools: list[AnyTool] = []
    for name in ("tools", "functions"):
        for number, item in enumerate(claims.items(name) or ()):
            at = (*claims.at(name), number)
            if name == "functions":
                tools.append(_function(Claims(item, at, ledger), at, ledger))
            else:
                tools.append(_tool(item, at, ledger, dialect))
    return tuple(tools)


def _tool(item: Any, at: Path, ledger: Ledger, dialect: Dialect) -> AnyTool:
    claims = Claims(item, at, ledger)
    kind = claims.text("type") or "function"
    inside = claims.inside(kind) if kind in {"function", "custom"} else None
    if kind == "function" and inside is not None:
        tool = _function(inside, at, ledger, claims)
        claims.leave()
        return tool
    if kind == "custom" and inside is not None:
        ledger.note("tools", at)
        ledger.note("custom_tool", at)
        name = inside.text("name")
        if name is None:
            raise wrong(inside.at("name"), "must be a string")
        form = inside.inside("format")
        described = form if form is None or not form.has("grammar") else form.inside("grammar")
        grammar = read_grammar(form, described, inside.at("format"), ledger)
        custom = Tool(name=name, description=inside.text("description"), custom=True, grammar=grammar, at=at)
        inside.leave()
        claims.leave()
        return custom
    if kind in {"function", "custom"}:
        raise wrong(claims.at(kind), "must be an object")
    ledger.note("server_tool", at)
    return ServerTool(dialect=dialect, type=kind, value=item, at=at)


def read_grammar(form: Claims | None, described: Claims | None, at: Path, ledger: Ledger) -> Grammar | None:
    """What a freeform tool's `format` holds its input to. `described` is the object with syntax and definition."""
    if form is None or described is None or (kind := form.text("type")) == "text":
        return None
    ledger.note("custom_tool_grammar", at)
    syntax, definition = described.text("syntax"), described.text("definition")
    if kind != "grammar" or syntax is None or definition is None:
        raise wrong(at, "must be text, or a grammar with its syntax and definition")
    described.leave()
    if described is not form:
        form.leave()
    return Grammar(syntax, definition)


def _function(inside: Claims, at: Path, ledger: Ledger, around: Claims | None = None) -> Tool:
    ledger.note("tools", at)
    name = inside.text("name")
    if name is None:
        raise wrong(inside.at("name"), "must be a string")
    strict = inside.flag("strict")
    if strict:
        ledger.note("tool_strict", inside.at("strict"))
    tool = Tool(
        name=name,
        description=inside.text("description"),
        schema=inside.object("parameters"),
        strict=strict,
        cache=cache_mark(inside if around is None else around),
        at=at,
    )
    inside.leave()
    return tool


def read_tool_choice(
    claims: Claims, ledger: Ledger, tools: tuple[AnyTool, ...]
) -> tuple[ToolChoice | None, tuple[AnyTool, ...]]:
    """(the choice, the tools on offer)."""
    name = "tool_choice" if claims.has("tool_choice") else "function_call"
    choice = claims.any(name)
    at = claims.at(name)
    match choice:
        case None:
            return None, tools
        case "auto":
            return ToolChoice(mode="auto"), tools
        case "none":
            if tools:
                ledger.note("tool_choice", at)
            return ToolChoice(mode="none"), tools
        case "required" | "any":
            ledger.note("tool_choice", at)
            return ToolChoice(mode="required"), tools
        case {"function": {"name": str(named)}} | {"custom": {"name": str(named)}} | {"name": str(named)}:
            ledger.note("tool_choice_named", at)
            return ToolChoice(mode="named", names=(named,)), tools
        case {"type": "allowed_tools", "allowed_tools": {"mode": "auto" | "required" as mode, "tools": list(allowed)}}:
            names = tuple(filter(None, map(_name, allowed)))
            if mode == "required":
                ledger.note("tool_choice_allowed", at)
                return ToolChoice(mode="named", names=names), tools
            offered = tuple(tool for tool in tools if isinstance(tool, ServerTool) or tool.name in names)
            return ToolChoice(mode="auto"), offered
        case _:
            raise wrong(at, "must be auto, none, required, or name a tool")


def _name(allowed: Any) -> str | None:
    match allowed:
        case {"function": {"name": str(name)}} | {"custom": {"name": str(name)}} | {"name": str(name)}:
            return name
        case _:
            return None


def read_response_format(claims: Claims, ledger: Ledger) -> ResponseFormat | None:
    """`text`, `json_object`, `json_schema`; a schema beside the type (llama.cpp) counts too."""
    inside = claims.inside("response_format")
    if inside is None:
        return None
    at = claims.at("response_format")
    kind = inside.text("type")
    if kind == "json_schema" or (kind == "json_object" and inside.has("schema")):
        ledger.note("json_schema", at)
        described = inside.inside("json_schema") or inside
        schema = described.object("schema")
        wish = ResponseFormat(
            kind="json_schema",
            schema={} if schema is None else schema,
            name=described.text("name"),
            description=described.text("description"),
            strict=described.flag("strict"),
        )
        if described is not inside:
            described.leave()
        inside.leave()
        return wish
    inside.any("json_schema")  # null, as some SDKs send it
    inside.leave()
    if kind == "json_object":
        ledger.note("json_object", at)
        return ResponseFormat(kind="json_object")
    if kind == "text":
        return ResponseFormat(kind="text")
    raise wrong(inside.at("type"), "must be text, json_object or json_schema")
