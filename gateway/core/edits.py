"""Changes to a request, as values.

Promise: an edit changes its own path and nothing else: unknown fields, key order and big integers elsewhere
survive byte for byte, and without edits the very bytes received are sent.

The list of edits is the answer to "what did the gateway change?".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

Path = tuple[str | int, ...]


class _Removed:
    def __repr__(self) -> str:
        return "REMOVED"


REMOVED: Final = _Removed()
"""As an edit's value: take the member, or the entry of an array, out. Paths count entries as they were received."""


_NAMES: Final[Any] = object()
"""As the last step of a path: the new names of an object's members."""


class Before(msgspec.Struct, frozen=True):
    """As an edit's value: put `entry` before the entries of the array at `at`, once all other edits are made."""

    entry: Any

    def __repr__(self) -> str:
        return "Before(…)"


class Renamed(msgspec.Struct, frozen=True):
    """As an edit's value: call the member at `at` by `name`, in its place, once all other edits are made.

    Where the object has that name already, the new one is told apart by a number behind it.
    """

    name: str

    def __repr__(self) -> str:
        return "Renamed(…)"


class Edit(msgspec.Struct, frozen=True):
    """Set `at` to `value` (or take it out), asked for by the stage `by`. The value never shows in a repr.

    Neither does a name that is to go.
    """

    at: Path
    value: Any
    by: str

    def __repr__(self) -> str:
        shown = (*self.at[:-1], "…") if type(self.value) is Renamed else self.at
        return f"Edit(at={dotted(shown)!r}, by={self.by!r})"


def dotted(path: Path) -> str:
    """A path as people write it: `messages[0].content`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


def apply_edits(body: bytes, edits: Iterable[Edit]) -> bytes:
    """`body` with every edit made, in order; a missing last member is added, a missing way to it raises KeyError."""
    edits = tuple(edits)
    if not edits:
        return body
    by_path, names = _parted(edits)
    first = [(path, value) for path, value in by_path.items() if type(value) is Before]
    for path, _ in first:
        del by_path[path]
    if names:
        body = _splice(body, {**by_path, **{(*path, _NAMES): own for path, own in names.items()}})
    elif {1}.issuperset(map(len, by_path)):  # what nearly all requests need
        body = _with_members(body, by_path) if by_path else body
    else:
        body = _splice(body, by_path)
    for path, before in first:
        body = _put_first(body, path, before.entry)
    return body


def edited(tree: dict[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """The tree with every edit made, of which none takes anything out.

    What no edit touches is shared with the original, which stays as it was.
    """
    by_path, names = _parted(edits)
    late = []
    for path, value in by_path.items():
        if type(value) is Before:
            late.append((path, value))
        else:
            tree = with_value(tree, path, value)
    if names:
        tree = _with_names(tree, names)
    for path, value in late:
        tree = with_value(tree, path, value)
    return tree


def _parted(edits: Iterable[Edit]) -> tuple[dict[Path, Any], dict[Path, dict[str, str]]]:
    """(values by path, for each object by its path the new names of its members); of two for one place the later."""
    values: dict[Path, Any] = {}
    names: dict[Path, dict[str, str]] = {}
    for edit in edits:
        if type(edit.value) is Renamed:
            names.setdefault(edit.at[:-1], {})[str(edit.at[-1])] = edit.value.name
        else:
            values[edit.at] = edit.value
    return values, names


def with_value(node: Any, path: Path, value: Any) -> Any:
    """`node` with another value at `path`; nothing but the way to it is copied."""
    if not path:
        assert value is not REMOVED
        return [value.entry, *node] if type(value) is Before else value
    step, inner = path[0], path[1:]
    if isinstance(step, int):
        entries = list(node)
        entries[step] = with_value(entries[step], inner, value)
        return entries
    return {**node, step: with_value(node.get(step), inner, value)}


def _with_names(node: Any, names: dict[Path, dict[str, str]]) -> Any:
    """`node` with members called otherwise, on each level after the levels below it."""
    below: dict[str | int, dict[Path, dict[str, str]]] = {}
    for path, own in names.items():
        if path:
            below.setdefault(path[0], {})[path[1:]] = own
    if type(node) is list:
        return [_with_names(entry, below[place]) if place in below else entry for place, entry in enumerate(node)]
    if type(node) is not dict:
        return node  # an earlier edit put something else here
    members = {name: _with_names(value, below[name]) if name in below else value for name, value in node.items()}
    return _renamed(members, names.get((), {}))


def _renamed(members: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The members in their order; none takes the place of another."""
    taken = members.keys() - names.keys()
    uses: dict[str, int] = {}
    renamed = {}
    for name, value in members.items():
        wanted = called = names.get(name, name)
        while name in names and called in taken:
            uses[wanted] = uses.get(wanted, 1) + 1
            called = f"{wanted}_{uses[wanted]}"
        taken.add(called)
        renamed[called] = value
    return renamed


def _put_first(raw: bytes | msgspec.Raw, path: Path, entry: Any) -> bytes:
    if not path:
        return _encode([entry, *_items(raw)])
    if isinstance(path[0], int):
        items = _items(raw)
        items[path[0]] = msgspec.Raw(_put_first(items[path[0]], path[1:], entry))
        return _encode(items)
    members = _members(raw)
    members[path[0]] = msgspec.Raw(_put_first(members[path[0]], path[1:], entry))
    return _encode(members)


def _with_members(raw: bytes, values: dict[Path, Any]) -> bytes:
    members = _members(raw)
    for (name,), value in values.items():
        if value is REMOVED:
            members.pop(name, None)  # type: ignore[arg-type]
        else:
            members[name] = msgspec.Raw(_encode(value))  # type: ignore[index]
    return _encode(members)


def _splice(raw: bytes | msgspec.Raw, edits: dict[Path, Any]) -> bytes:
    if () in edits:
        return _encode(edits[()])
    names = edits.pop((_NAMES,), None)
    below: dict[str | int, dict[Path, Any]] = {}
    for path, value in edits.items():
        below.setdefault(path[0], {})[path[1:]] = value
    if isinstance(next(iter(below), None), int):
        items = _items(raw)
        removed = {step for step, inner in below.items() if inner.get(()) is REMOVED}
        for step, inner in below.items():
            assert isinstance(step, int)
            if step not in removed:
                items[step] = msgspec.Raw(_splice(items[step], inner))
        return _encode([item for step, item in enumerate(items) if step not in removed] if removed else items)
    members = _members(raw)
    for step, inner in below.items():
        assert isinstance(step, str)
        if () in inner and inner[()] is REMOVED:
            members.pop(step, None)
        elif () in inner:
            members[step] = msgspec.Raw(_encode(inner[()]))
        else:
            members[step] = msgspec.Raw(_splice(members[step], inner))
    return _encode(_renamed(members, names) if names else members)
