"""Parts of answers that their provider keeps: which a request names instead of sending them, which an answer tells.

- Responses: the items of an answer. `item_reference`, or an id alone, stands for one; so do a picture of which only the
  id is sent, the approval of a call that stands elsewhere, and reasoning without its encrypted content.
- Chat: what a model spoke, `{"audio": {"id"}}` in a later turn.
- Messages: the answer whose prompt `diagnostics.previous_message_id` has this one's compared with.

What is behind such an id reaches the model of whoever names it. So it must be the team's own.

Sources: the APIs' references of these fields; `Item with id 'rs_…' not found` is what OpenAI says of reasoning that it
does not keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from gateway.core.edits import REMOVED, Edit
from gateway.core.messages import Dialect
from gateway.core.objects import Reference, is_object_id
from gateway.dialects.codec import ANOTHER_TEAMS
from gateway.dialects.offered_tools import every_tool_offered
from gateway.dialects.openai_responses.ids import is_ours

_SHOWN_IN_PART: Final = frozenset({"web_search_call", "file_search_call", "code_interpreter_call", "mcp_list_tools"})
"""Calls of tools at the provider whose items may lack what the tool found: the provider may know it by the id."""
_OWN_TOOLS: Final = frozenset({"function", "custom"})
"""Types of tools that clients run."""
_NOBODYS: Final = {"reasoning": "rs_0", "image_generation_call": "ig_0"}
"""Ids to be sent in place of a foreign one, where an item must have one and its content stands in the request."""


class Pointer(msgspec.Struct, frozen=True):
    """An id that may stand for more than stands in the request. `without`: the edits that send it without
    what is another team's.
    """

    id: str
    without: tuple[Edit, ...]


def parts_named(tree: dict[str, Any], dialect: Dialect) -> Iterator[Reference]:
    """The parts of earlier answers without which a request would mean something else."""
    match dialect:
        case "openai_responses":
            yield from _items_named(tree)
        case "openai_chat":
            for place, message in enumerate(_objects(tree.get("messages"))):
                if message.get("role") == "assistant" and type(spoken := message.get("audio")) is dict:
                    yield Reference("item", str(spoken.get("id")), f"messages[{place}].audio")
        case _:
            pass


def pointers(tree: dict[str, Any], dialect: Dialect) -> Iterator[Pointer]:
    """Ids beside content that may stand for more than the content.

    Reasoning of which nothing but the id is sent goes out whole or not at all. The calls and messages behind it go out
    without their ids then: the API refuses those without the reasoning that they came with.
    """
    if dialect == "anthropic":
        previous = _member(tree.get("diagnostics"), "previous_message_id")
        if type(previous) is str:
            yield Pointer(previous, (Edit(("diagnostics", "previous_message_id"), None, ANOTHER_TEAMS),))
    items = tree.get("input")
    if dialect != "openai_responses" or type(items) is not list:
        return
    for number, item in enumerate(items):
        if type(item) is not dict or type(item_id := item.get("id")) is not str or is_ours(item_id):
            continue
        kind, at = item.get("type"), ("input", number)
        if kind == "reasoning" and not item.get("encrypted_content"):
            if item.get("content"):
                yield Pointer(item_id, (Edit((*at, "id"), _NOBODYS[kind], ANOTHER_TEAMS),))
            else:
                yield Pointer(item_id, (Edit(at, REMOVED, ANOTHER_TEAMS), *_ids_behind(items, number)))
        elif kind == "image_generation_call" and item.get("result"):
            yield Pointer(item_id, (Edit((*at, "id"), _NOBODYS[kind], ANOTHER_TEAMS),))
        elif kind in _SHOWN_IN_PART:
            yield Pointer(item_id, (Edit((*at, "id"), REMOVED, ANOTHER_TEAMS),))


def may_tell_parts(tree: dict[str, Any], dialect: Dialect) -> bool:
    """Whether the answer to a request may tell of parts that can be named later."""
    match dialect:
        case "openai_responses":
            # Of an answer that is not stored, what its provider's tools made is sent again by item.
            return tree.get("store") is not False or any(
                tool.get("type") not in _OWN_TOOLS for tool in every_tool_offered(tree)
            )
        case "openai_chat":
            return tree.get("audio") is not None
        case "anthropic":
            return tree.get("diagnostics") is not None
        case _:
            return False


def parts_of(tree: Any) -> Iterator[str]:
    """Ids of the parts that a whole answer, or an event of a stream, tells."""
    response = _member(tree, "response") or tree
    for item in _objects(_member(response, "output")):
        yield from _id_of(item)
    for choice in _objects(_member(tree, "choices")):
        for said in (choice.get("message"), choice.get("delta")):
            yield from _id_of(_member(said, "audio"))
    for message in (tree, _member(tree, "message")):
        if _member(message, "type") == "message":
            yield from _id_of(message)


def _items_named(tree: dict[str, Any]) -> Iterator[Reference]:
    items = list(_objects(tree.get("input")))
    goes_on = tree.get("previous_response_id") is not None or tree.get("conversation") is not None
    for item in items:
        match item.get("type"):
            case "item_reference":
                yield Reference("item", str(item.get("id")), "input")
            case None if "role" not in item:
                yield Reference("item", str(item.get("id")), "input")
            case "image_generation_call" if not item.get("result"):
                yield Reference("item", str(item.get("id")), "input")
            case "mcp_approval_response" if not goes_on:
                asked = item.get("approval_request_id")
                if not any(one.get("type") == "mcp_approval_request" and one.get("id") == asked for one in items):
                    yield Reference("item", str(asked), "input")


def _ids_behind(items: list[Any], number: int) -> Iterator[Edit]:
    """Takes out the ids of what the model said behind this reasoning."""
    for place in range(number + 1, len(items)):
        item = items[place]
        if type(item) is not dict or item.get("type") == "reasoning" or item.get("role", "assistant") != "assistant":
            return
        if "id" in item and item.get("type") in {"message", "function_call", "custom_tool_call"}:
            yield Edit(("input", place, "id"), REMOVED, ANOTHER_TEAMS)


def _id_of(node: Any) -> Iterator[str]:
    if is_object_id(told := _member(node, "id")):
        yield told


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    return (entry for entry in node if type(entry) is dict) if type(node) is list else iter(())


def _member(node: Any, name: str) -> Any:
    return node.get(name) if type(node) is dict else None
