"""Containers, in which providers run programs that a model wrote: which one a request names, which one an answer tells.

What lies in one (files, what programs left behind) can be read by whoever names it. So it must be the team's own, as a
file must; and so must the history of a Responses request, where a tool runs programs: OpenAI goes on in the container
of an earlier call. Skills that were made outside are put into one by their name: only policy says whose they are.

Sources: the APIs' references of `container` (Anthropic's Messages, OpenAI's code interpreter and shell).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.core.messages import Dialect
from gateway.core.objects import Reference, is_object_id
from gateway.dialects.offered_tools import every_tool_offered

_RUN_PROGRAMS: Final[dict[Dialect, tuple[str, ...]]] = {
    "anthropic": ("code_execution_", "web_search_", "web_fetch_"),  # newer searches sort what they found by programs
    "openai_responses": ("code_interpreter", "shell"),
}
"""How the types of tools begin whose programs run at the provider."""
_MADE_OUTSIDE: Final = frozenset({"custom", "skill_reference"})
"""Types of skills that are somebody's own."""


def runs_programs(tree: dict[str, Any], dialect: Dialect) -> bool:
    """Whether the answer to a request may tell of a container."""
    if dialect not in _RUN_PROGRAMS:
        return False
    return tree.get("container") is not None or next(_tools(tree, dialect), None) is not None


def containers_named(tree: dict[str, Any], dialect: Dialect) -> Iterator[Reference]:
    """The containers, and the skills, that a request names; of a batch's own requests, too."""
    if dialect == "anthropic":
        for asked in (tree, *(_member(entry, "params") for entry in _objects(tree.get("requests")))):
            yield from _named(_member(asked, "container"), "id")
    elif dialect == "openai_responses":
        tools = list(_tools(tree, dialect))
        for entry in (*tools, *(_objects(tree.get("input")) if tools else ())):
            for node in (entry, entry.get("container"), entry.get("environment")):
                yield from _named(node, "container_id")


def containers_of(tree: Any) -> Iterator[str]:
    """Ids of the containers that a whole answer, or an event of a stream, says that programs ran in."""
    for node in (tree, _member(tree, "message"), _member(tree, "delta")):
        if is_object_id(told := _member(_member(node, "container"), "id")):
            yield told
    outputs = (_member(tree, "output"), _member(_member(tree, "response"), "output"))
    for item in (_member(tree, "item"), *(item for output in outputs for item in _objects(output))):
        for told in (_member(item, "container_id"), _member(_member(item, "environment"), "container_id")):
            if is_object_id(told):
                yield told


def _tools(tree: dict[str, Any], dialect: Dialect) -> Iterator[dict[str, Any]]:
    beginnings = _RUN_PROGRAMS.get(dialect)
    if beginnings is not None:
        for tool in every_tool_offered(tree):
            if type(kind := tool.get("type")) is str and kind.startswith(beginnings):
                yield tool


def _named(node: Any, member: str) -> Iterator[Reference]:
    """By its id alone, or by an object with that member."""
    named = node if type(node) is str else _member(node, member)
    if type(named) is str:
        yield Reference("container", named, "container")
    for skill in _objects(_member(node, "skills")):
        if skill.get("type") in _MADE_OUTSIDE:
            yield Reference("store", str(skill.get("skill_id")), "skills")


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    return (entry for entry in node if type(entry) is dict) if type(node) is list else iter(())


def _member(node: Any, name: str) -> Any:
    return node.get(name) if type(node) is dict else None
