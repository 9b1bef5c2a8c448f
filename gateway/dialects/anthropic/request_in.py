"""A Messages request, from a client's tree to the canonical conversation.

Field by field after `MessageCreateParams` (versions 2023-06-01 and 2026-10-21) and its beta sister.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.messages import (
    Conversation,
    Media,
    Message,
    ReasoningWish,
    ResponseFormat,
    ServerTool,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.anthropic.blocks_in import cache_mark, messages, system_message
from gateway.dialects.claims import Claims, Ledger, checked_count, wrong
from gateway.dialects.codec import Envelope
from gateway.errors import BadParameter

MAX_STOPS = 64
MAX_TOOLS = 4096
MAX_MODEL_NAME = 512


def read_envelope(tree: dict[str, Any]) -> Envelope:
    """The fields that cost or endanger, checked; the messages are not walked. Raises BadParameter.

    `max_tokens` may be 0: the API then fills its prompt cache and writes nothing.
    """
    model = tree.get("model")
    if type(model) is not str or not model or len(model) > MAX_MODEL_NAME:
        raise BadParameter(f"model must be a name of 1 to {MAX_MODEL_NAME} characters.", param="model")
    turns = tree.get("messages")
    if type(turns) is not list or not turns:
        raise BadParameter("messages must be an array with at least one message.", param="messages")
    stream = tree.get("stream")
    if stream is not None and type(stream) is not bool:
        raise BadParameter("stream must be true or false.", param="stream")
    for name, most in (("stop_sequences", MAX_STOPS), ("tools", MAX_TOOLS)):
        items = tree.get(name)
        if items is not None and (type(items) is not list or len(items) > most):
            raise BadParameter(f"{name} must be an array of at most {most} entries.", param=name)
    thinking = tree.get("thinking")
    if type(thinking) is dict:
        budget = thinking.get("budget_tokens")
        if budget is not None and (type(budget) is not int or not 0 <= budget < 2**31):
            raise BadParameter("thinking.budget_tokens must be a whole number.", param="thinking.budget_tokens")
    return Envelope(
        model=model,
        stream=stream is True,
        # A Messages stream always tells its usage.
        include_usage=True,
        max_output_tokens=checked_count(tree, "max_tokens", least=0),
    )


def read_request(tree: dict[str, Any], envelope: Envelope) -> Conversation:
    """The whole request; raises BadParameter where a field has a wrong type."""
    ledger = Ledger()
    claims = Claims(tree, (), ledger)
    claims.text("model")
    claims.flag("stream")
    system = system_message(claims, ledger)
    turns = messages(claims.items("messages") or [], ledger)
    if (mark := cache_mark(claims)) is not None:
        _mark_last(turns, mark)
    choice, parallel = _tool_choice(claims, ledger)
    config = claims.inside("output_config")
    response_format = _response_format(claims, config)
    reasoning = _reasoning(claims, config, ledger)
    if config is not None:
        config.leave()
    user = None
    if (metadata := claims.inside("metadata")) is not None:
        user = metadata.text("user_id", "user")
        metadata.leave()
    tier = claims.text("service_tier")
    if tier not in (None, "auto"):
        ledger.note("service_tier", ("service_tier",))
    stops = claims.items("stop_sequences")
    if stops:
        ledger.note("stop", ("stop_sequences",))
        if not all(type(stop) is str for stop in stops):
            raise wrong(("stop_sequences",), "must be an array of strings")
    _without_canonical_form(claims)
    conversation = Conversation(
        model=envelope.model,
        messages=tuple(turns if system is None else [system, *turns]),
        stream=envelope.stream,
        include_usage=envelope.include_usage,
        tools=_tools(claims, ledger),
        tool_choice=choice,
        parallel_tool_calls=parallel,
        response_format=response_format,
        reasoning=reasoning,
        max_output_tokens=claims.integer("max_tokens", "max_output_tokens"),
        temperature=claims.number("temperature", "temperature"),
        top_p=claims.number("top_p", "top_p"),
        top_k=claims.integer("top_k", "top_k"),
        stop=tuple(stops or ()),
        user=user,
        service_tier=tier,
        features=ledger.features,
        further=ledger.further,
        unclaimed=(),
    )
    claims.leave()
    return msgspec.structs.replace(conversation, unclaimed=tuple(ledger.unclaimed))


def _without_canonical_form(claims: Claims) -> None:
    """Fields that only this dialect has; the table says whether they may be lost."""
    claims.any("container", "server_state")
    claims.any("thread", "server_state")
    claims.any("compaction", "compaction")
    claims.any("context_management", "context_management")
    claims.text("inference_geo", "data_residency")
    claims.any("diagnostics", "include")
    if claims.text("speed") == "fast":
        claims.any("speed", "service_tier")
    for name in ("betas", "anthropic_beta", "anthropic_version"):
        claims.any(name, "betas")


def _mark_last(turns: list[Message], mark: Any) -> None:
    """The top-level cache mark stands for one on the last block that can bear it."""
    if turns and turns[-1].parts:
        last = turns[-1]
        part = last.parts[-1]
        if isinstance(part, Text | Media | ToolCall | ToolResult) and part.cache is None:
            marked = msgspec.structs.replace(part, cache=mark)
            turns[-1] = msgspec.structs.replace(last, parts=(*last.parts[:-1], marked))


def _tools(claims: Claims, ledger: Ledger) -> tuple[Tool | ServerTool, ...]:
    tools: list[Tool | ServerTool] = []
    for number, item in enumerate(claims.items("tools") or ()):
        at = ("tools", number)
        tool = Claims(item, at, ledger)
        kind = tool.text("type")
        if kind not in (None, "custom"):
            ledger.note("server_tool", at)
            tools.append(ServerTool(dialect="anthropic", type=kind, value=item, at=at))
            continue
        ledger.note("tools", at)
        name = tool.text("name")
        if not name:
            raise wrong((*at, "name"), "is missing")
        strict = tool.flag("strict")
        if strict:
            ledger.note("tool_strict", (*at, "strict"))
        tools.append(
            Tool(
                name=name,
                description=tool.text("description"),
                schema=tool.object("input_schema"),
                strict=strict,
                cache=cache_mark(tool),
                at=at,
            )
        )
        tool.leave()
    for number, server in enumerate(claims.items("mcp_servers") or ()):
        where = ("mcp_servers", number)
        ledger.note("server_tool", where)
        tools.append(ServerTool(dialect="anthropic", type="mcp_servers", value=server, at=where))
    return tuple(tools)


def _tool_choice(claims: Claims, ledger: Ledger) -> tuple[ToolChoice | None, bool | None]:
    """The choice, and whether calls may come in parallel."""
    choice = claims.inside("tool_choice")
    if choice is None:
        return None, None
    kind = choice.text("type")
    serial = choice.flag("disable_parallel_tool_use")
    if serial:
        ledger.note("parallel_tool_calls", choice.at("disable_parallel_tool_use"))
    parallel = None if serial is None else not serial
    canonical: ToolChoice
    match kind:
        case "auto":
            canonical = ToolChoice(mode="auto")
        case "none":
            ledger.note("tool_choice", ("tool_choice",))
            canonical = ToolChoice(mode="none")
        case "any":
            ledger.note("tool_choice", ("tool_choice",))
            canonical = ToolChoice(mode="required")
        case "tool":
            ledger.note("tool_choice_named", ("tool_choice",))
            name = choice.text("name")
            if not name:
                raise wrong(("tool_choice", "name"), "is missing")
            canonical = ToolChoice(mode="named", names=(name,))
        case _:
            raise wrong(("tool_choice", "type"), "must be auto, any, tool or none")
    choice.leave()
    return canonical, parallel


def _response_format(claims: Claims, config: Claims | None) -> ResponseFormat | None:
    """`output_config.format`, or the older `output_format` that betas still use."""
    if config is not None and config.has("format"):
        wanted = config.inside("format", "json_schema")
    else:
        wanted = claims.inside("output_format", "json_schema")
    if wanted is None:
        return None
    kind, schema = wanted.text("type"), wanted.object("schema")
    if kind != "json_schema" or schema is None:
        raise wrong(wanted.at("type"), "must be json_schema, with a schema beside it")
    wanted.leave()
    return ResponseFormat(kind="json_schema", schema=schema, strict=True)  # as Claude always holds to it


def _reasoning(claims: Claims, config: Claims | None, ledger: Ledger) -> ReasoningWish | None:
    effort = None if config is None else config.text("effort", "reasoning")
    thinking = claims.inside("thinking", "reasoning")
    if thinking is None:
        return None if effort is None else ReasoningWish(effort=effort)
    display = thinking.text("display")
    show = None if display is None else display == "summarized"
    wish: ReasoningWish
    match thinking.text("type"):
        case "enabled":
            budget = thinking.integer("budget_tokens")
            # Models that take budgets show their thoughts unless told not to, and clients of this shape read them.
            wish = ReasoningWish(enabled=True, budget_tokens=budget, effort=effort, show=show is not False)
        case "adaptive":
            wish = ReasoningWish(enabled=True, budget_tokens=-1, effort=effort, show=show)
        case "disabled" | "between_tools":
            # `between_tools` is thinking off, with progress notes shown as thinking.
            wish = ReasoningWish(enabled=False, effort=effort, show=show)
        case _:
            # A type newer than this code: the wish to think is sure, its measure is not.
            ledger.unclaimed.append(thinking.at("type"))
            wish = ReasoningWish(enabled=True, effort=effort, show=show)
    thinking.leave()
    return wish
