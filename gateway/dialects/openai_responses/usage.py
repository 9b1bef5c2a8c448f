"""Usage between the wire and `core.usage`, whose convention is this API's own.

Calls of tools stand beside the tokens only at xAI (`server_side_tool_usage_details`); OpenAI counts searches of the web
beside its usage (`tool_usage`), and what else it bills by the call are items of the output.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from gateway.core.usage import NO_CALLS, Calls, Usage, calls_or_none, count
from gateway.dialects.billed_calls import calls_counted
from gateway.dialects.openai_chat.usage import counted_apart

_BY_ITEM: Final = {
    **dict.fromkeys(("web_search_call", "x_search_call"), "web_search"),
    "file_search_call": "file_search",
    "image_generation_call": "image",
}
_RUNS: Final = frozenset({"code_interpreter_call", "shell_call"})


def read_usage(response: dict[str, Any], seen: Calls = NO_CALLS) -> Usage | None:
    """None where the response counts no tokens. `seen`: calls among items that came before, in a stream."""
    tree, service_tier = response.get("usage"), response.get("service_tier")
    if type(tree) is not dict or (tree.get("input_tokens") is None and tree.get("output_tokens") is None):
        return None
    read, written = counted_apart(tree, "input_tokens_details"), counted_apart(tree, "output_tokens_details")
    spent, made = count(tree.get("input_tokens")), count(tree.get("output_tokens"))
    reasoning = count(written.get("reasoning_tokens"))
    if reasoning and count(tree.get("total_tokens")) == spent + made + reasoning:
        made += reasoning  # left out of the output, as xAI does in chat completions; the total tells
    return Usage(
        input_tokens=spent,
        output_tokens=made,
        cached_tokens=count(read.get("cached_tokens")),
        cache_write_tokens=count(read.get("cache_write_tokens")),
        reasoning_tokens=reasoning,
        input_audio_tokens=count(read.get("audio_tokens")),
        output_audio_tokens=count(written.get("audio_tokens")),
        service_tier=service_tier if type(service_tier) is str else None,
        calls=_calls(response, tree, seen),
    )


def calls_in(items: Iterable[Any]) -> Calls:
    """What is billed of output items: each search, and each container once, however many programs ran in it."""
    found: dict[str, int] = {}
    containers: set[str] = set()
    for item in items:
        if type(item) is not dict or type(kind := item.get("type")) is not str or item.get("status") == "failed":
            continue
        if kind in _RUNS:
            environment = item.get("environment")
            held = environment if type(environment) is dict else item
            if kind == "code_interpreter_call" or held.get("container_id") is not None:
                containers.add(str(held.get("container_id")))
        elif kind in _BY_ITEM and not _only_reads(item):
            found[_BY_ITEM[kind]] = found.get(_BY_ITEM[kind], 0) + 1
    return Calls(**found, code_session=len(containers))


def _only_reads(item: dict[str, Any]) -> bool:
    """Whether a call opens a page that an earlier search found, or looks into it: only searches are billed."""
    action = item.get("action")
    return type(action) is dict and action.get("type") not in (None, "search")


def _calls(response: dict[str, Any], usage: dict[str, Any], seen: Calls) -> Calls | None:
    if (counted := calls_counted(usage)) is not None or "server_side_tool_usage_details" in usage:
        return counted
    output = response.get("output")
    calls = calls_in(output) if type(output) is list and output else seen
    searches = counted_apart(counted_apart(response, "tool_usage"), "web_search").get("num_requests")
    if type(searches) is int:
        calls = msgspec.structs.replace(calls, web_search=count(searches))
    return calls_or_none(calls)


def usage_body(usage: Usage) -> dict[str, Any]:
    """`usage` as a response shows it."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_tokens,
    }
