"""The tools that a client's request offers, wherever its dialect lets them stand.

A Responses request may offer them in its input, too, as items of type `additional_tools`: newer Codex does so for some
models, and with nothing at the usual place. So whoever asks a request's tree for tools asks here.

Source: Codex's change (github.com/openai/codex#27946), and requests that its users report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

ITEM: Final = "additional_tools"


def tools_offered(tree: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Those of a request in any dialect; a namespace is one of them. Trusts no type in it."""
    tools, items = tree.get("tools"), tree.get("input")
    return () if tools is None and type(items) is not list else _tools(tools, items)


def every_tool_offered(tree: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The same, and what its namespaces hold. Several stages ask, and most requests offer none."""
    tools = tools_offered(tree)
    return _with_those_within(tools) if tools else ()


def _tools(tools: Any, items: Any) -> Iterator[dict[str, Any]]:
    yield from _objects([tools] if type(tools) is dict else tools)  # Gemini takes one alone, too
    for item in items if type(items) is list else ():
        if type(item) is dict and item.get("type") == ITEM:
            yield from _objects(item.get("tools"))


def _with_those_within(tools: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for tool in tools:
        yield tool
        if tool.get("type") == "namespace":
            yield from _objects(tool.get("tools"))


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    return (entry for entry in node if type(entry) is dict) if type(node) is list else iter(())
