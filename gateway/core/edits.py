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


class InsertBefore(msgspec.Struct, frozen=True):
    """As an edit's value: put `entry` before the entries of the array at `at`, once all other edits are made."""

    entry: Any

    def __repr__(self) -> str:
        return "InsertBefore(…)"


class Renamed(msgspec.Struct, frozen=True):
    """As an edit's value: call the member at `at` by `name`, in its place, once all other edits are made.

    Where the object has that name already, the new one is told apart by a number behind it.
    """

    name: str

    def __repr__(self) -> str:
        return "Renamed(…)"


class Edit(msgspec.Struct, frozen=True, gc=False):
    """Set `at` to `value` (or take it out), asked for by the stage `by`. The value never shows in a repr.

    Neither does a name that is to go. It is part of no circle, and a request may have a hundred thousand.
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
    first = [(path, value) for path, value in by_path.items() if type(value) is InsertBefore]
    for path, _ in first:
        del by_path[path]
    if not names and {1}.issuperset(map(len, by_path)):  # what nearly all requests need
        body = _with_members(body, by_path) if by_path else body
    else:
        body = _encode(_spliced(body, _ways({**by_path, **{(*path, _NAMES): own for path, own in names.items()}})))
    for path, before in first:
        body = _put_first(body, path, before.entry)
    return body


def edited(tree: dict[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """The tree with every edit made, of which none takes anything out.

    What no edit touches is shared with the original, which stays as it was.
    """
    by_path, names = _parted(edits)
    first = {path: value for path, value in by_path.items() if type(value) is InsertBefore}
    tree = _with_values(tree, _ways({path: value for path, value in by_path.items() if path not in first}))
    if names:
        tree = _with_names(tree, names)
    made: dict[str, Any] = _with_values(tree, _ways(first))
    return made


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


class _Way(dict[Any, Any]):
    """What edits change of one object or array: by the next step the value, or another way."""

    __slots__ = ()


def _ways(values: dict[Path, Any]) -> Any:
    """All paths as one tree, so that a request is gone through once, whatever their number.

    Whoever changes a place as a whole counts, not who changes something in it.
    """
    whole = _Way()
    for path, value in values.items():
        if not path:
            return value
        way = whole
        for step in path[:-1]:
            following = way.setdefault(step, _Way())
            if type(following) is not _Way:
                break
            way = following
        else:
            way[path[-1]] = value
    return whole


def _with_values(node: Any, way: Any) -> Any:
    """`node` with other values; nothing but the way to them is copied."""
    if type(way) is not _Way:
        assert way is not REMOVED
        return [way.entry, *node] if type(way) is InsertBefore else way
    if not way:
        return node
    made: Any = list(node) if type(node) is list else {**node}
    for step, inner in way.items():
        if type(inner) is _Way or type(inner) is InsertBefore:
            made[step] = _with_values(made[step] if type(made) is list else made.get(step), inner)
        else:
            assert inner is not REMOVED
            made[step] = inner
    return made


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


def _spliced(raw: bytes | msgspec.Raw, way: Any) -> Any:
    """What `raw` becomes, taken apart no further than edits reach into it."""
    if type(way) is not _Way:
        return way
    names = way.pop(_NAMES, None)
    if isinstance(next(iter(way), None), int):
        items: list[Any] = _items(raw)
        removed = set()
        for step, inner in way.items():
            if type(inner) is _Way:
                items[step] = _spliced(items[step], inner)
            elif inner is REMOVED:
                removed.add(step)
            else:
                items[step] = inner
        return [item for step, item in enumerate(items) if step not in removed] if removed else items
    members: dict[Any, Any] = _members(raw)
    for step, inner in way.items():
        assert isinstance(step, str)
        if type(inner) is _Way:
            members[step] = _spliced(members[step], inner)
        elif inner is REMOVED:
            members.pop(step, None)
        else:
            members[step] = inner
    return _renamed(members, names) if names else members
