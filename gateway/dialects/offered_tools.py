"""The tools that a client's request offers, wherever its dialect lets them stand.

A Responses request may offer them in its input, too, as items of type `additional_tools`: newer Codex does so for some
models, and with nothing at the usual place. So whoever asks a request's tree for tools asks here.

Source: Codex's change (github.com/openai/codex#27946), and requests that its users report.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

ITEM: Final = "additional_tools"


def tools_offered(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those of a request in any dialect; a namespace is one of them. Trusts no type in it."""
    tools = tree.get("tools")
    yield from _objects([tools] if type(tools) is dict else tools)  # Gemini takes one alone, too
    items = tree.get("input")
    if type(items) is list:
        for item in items:
            if type(item) is dict and item.get("type") == ITEM:
                yield from _objects(item.get("tools"))


def every_tool_offered(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same, and what its namespaces hold."""
    for tool in tools_offered(tree):
        yield tool
        if tool.get("type") == "namespace":
            yield from _objects(tool.get("tools"))


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    return (entry for entry in node if type(entry) is dict) if type(node) is list else iter(())
