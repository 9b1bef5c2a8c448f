"""Two policies, and what changes from one to the other, in words of those who answer for it.

Promise: every difference that the reader can see is told, once, with its place in the new folder (or the old one, for
what is gone), and whether it lets more through or less.

Invariants
- The walk follows the tables of the schema, so that a key which a later part adds is compared without being named here.
- No credential that is written out is ever shown; of one that comes from the environment, its name may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from gateway.core.edits import Path
from gateway.core.money import Money
from gateway.core.policy import matches
from gateway.policy import schema, shapes
from gateway.policy.load import Loaded
from gateway.policy.read import Reading, Reference
from gateway.policy.units import shown_duration

Effect = Literal["wider", "narrower", "changed"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "models": ("may use {}", "may no longer use {}"),
    "regions": ("may send to the region {}", "may no longer send to the region {}"),
    "operators": ("may send to the operator {}", "may no longer send to the operator {}"),
    "operations": ("may ask for {}", "may no longer ask for {}"),
    "targets": ("is answered by {}", "is no longer answered by {}"),
    "fallbacks": ("falls back to {}", "no longer falls back to {}"),
    "shadows": ("is mirrored to {}", "is no longer mirrored to {}"),
    "keys": ("has the key {}", "no longer has the key {}"),
    "tags": ("may be tagged {}", "may no longer be tagged {}"),
    "stores": ("may search the store {}", "may no longer search the store {}"),
    "prompts": ("may name the prompt {}", "may no longer name the prompt {}"),
}
"""Of lists: an entry that came, and one that went."""

BOUNDS: Final = frozenset({"models", "regions", "operators", "operations", "tags", "prompts", "stores"})
"""Lists that permit: one that is not written permits all that is permitted around it; `stores` none."""

BOUNDED: Final = frozenset({"organisation", "data_classes", "teams"})
"""Where they do; elsewhere, lists of these names say what an agreement is about, or when a route is taken."""

CEILINGS: Final = frozenset({"quotas", "budgets"})
"""Numbers below these keys let more through as they grow, and all through where they are missing."""

IDENTITY: Final = (
    ("provider", "model"),
    ("provider", "model", "since"),
    ("name",),
    ("period",),
    ("from", "to", "since"),
)
"""What tells the tables of a list apart, the first that all of them have, and each its own; else their place in it."""


class _Credential(msgspec.Struct, frozen=True):
    """One that is written out: told from others, and not shown."""

    text: str

    def __str__(self) -> str:
        return "a credential"

    __repr__ = __str__


class Change(msgspec.Struct, frozen=True):
    """One difference. `at` is `file:line`."""

    effect: Effect
    subject: str
    what: str
    at: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}"


class _Side(msgspec.Struct, frozen=True):
    """Both readings, as the walk needs them."""

    old: Reading
    new: Reading

    def at(self, path: Path) -> str:
        written = bool(path) and self.new.wrote(path[:-1], path[-1])
        mark = (self.new if written else self.old).mark(path)
        return f"{mark.file}:{mark.line}"


def changes(old: Loaded, new: Loaded) -> list[Change]:
    """All differences, in the order of the schema. Blocks."""
    with old.reading() as before, new.reading() as after:
        sides = _Side(before, after)
        return list(_tables(sides, schema.POLICY, (), "the policy", before.tree, after.tree))


def _tables(side: _Side, table: shapes.Table, path: Path, subject: str, old: Any, new: Any) -> Iterator[Change]:
    for name, key in table.keys.items():
        before, after = old.get(name), new.get(name)
        if before != after:
            yield from _values(side, key.shape, (*path, name), subject, before, after)


def _values(side: _Side, shape: shapes.Shape, path: Path, subject: str, old: Any, new: Any) -> Iterator[Change]:
    match shape:
        case shapes.Table():
            inner = str(path[-1]).replace("_", " ") if len(path) == 1 else f"{subject}, {path[-1]}"
            yield from _tables(side, shape, path, f"the {inner}" if len(path) == 1 else inner, old or {}, new or {})
        case shapes.NamedTables():
            yield from _named_tables(side, shape, path, subject, old or {}, new or {})
        case shapes.ListOf(item=shapes.Table() as item):
            yield from _records(side, item, path, subject, old or [], new or [])
        case shapes.ListOf(item=shapes.SecretText()):
            yield from _list(side, path, subject, _hidden(old), _hidden(new))
        case shapes.ListOf():
            yield from _list(side, path, subject, old, new)
        case shapes.SecretText():
            yield Change("changed", subject, "has another credential", side.at(path))
        case _:
            yield _scalar(side, path, subject, old, new)


def _named_tables(
    side: _Side, tables: shapes.NamedTables, path: Path, subject: str, old: Any, new: Any
) -> Iterator[Change]:
    around = "" if len(path) == 1 else f"{subject}, "
    for name in sorted({*old, *new}):
        called, below = f"{around}{tables.what} '{name}'", (*path, name)
        if name not in new:
            yield Change("narrower" if path == ("teams",) else "changed", called, "is gone", side.at(below))
        elif name not in old:
            effect: Effect = "wider" if path == ("teams",) else "changed"
            told = {key: value for key, value in new[name].items() if not _is_secret(tables.item.keys[key].shape)}
            yield Change(effect, called, f"is new{_summary(told)}", side.at(below))
        elif old[name] != new[name]:
            yield from _tables(side, tables.item, below, called, old[name], new[name])


def _is_secret(shape: shapes.Shape) -> bool:
    return isinstance(shape.item if isinstance(shape, shapes.ListOf) else shape, shapes.SecretText)


def _hidden(values: list[str | Reference] | None) -> list[_Credential | Reference] | None:
    return None if values is None else [_Credential(each) if isinstance(each, str) else each for each in values]


def _summary(tree: dict[str, Any]) -> str:
    told = "; ".join(f"{name} {shown(value)}" for name, value in tree.items())
    return f": {told}" if told else ""


def _list(side: _Side, path: Path, subject: str, old: list[Any] | None, new: list[Any] | None) -> Iterator[Change]:
    name, at = str(path[-1]), side.at(path)
    bounds = name in BOUNDS and path[0] in BOUNDED
    if old is None or new is None:
        what = f"{name}: {shown(new)}, where nothing was said" if old is None else f"{name}: no longer said"
        yield Change(_of_silence(path, said=old is None) if bounds else "changed", subject, what, at)
        return
    added, removed = name + ": {} is added", name + ": {} is taken out"
    came, went = (added, removed) if name in BOUNDS and not bounds else WORDS.get(name, (added, removed))
    for value in (value for value in new if value not in old):
        if bounds and name == "models" and (wider := _covering(old, value)):
            yield Change("changed", subject, f"models: {value} is named, which {wider} permitted", at)
        else:
            yield Change("wider" if bounds else "changed", subject, came.format(shown(value)), at)
    for value in (value for value in old if value not in new):
        if bounds and name == "models" and (wider := _covering(new, value)):
            yield Change("changed", subject, f"models: {value} is no longer named; {wider} permits it", at)
        else:
            yield Change("narrower" if bounds else "changed", subject, went.format(shown(value)), at)
    if len(old) == len(new) and set(old) == set(new):
        yield Change("changed", subject, f"{name}: the order is {shown(new)}", at)


def _of_silence(path: Path, *, said: bool) -> Effect:
    """Of a list that permits, and is written on one side only."""
    if path[-1] == "stores":
        return "wider" if said else "narrower"
    if path[-1] != "tags":
        return "narrower" if said else "wider"
    if path[0] != "organisation":
        return "changed"  # a level's own names stand in place of those around it
    return "wider" if said else "narrower"  # around it there are none


def _covering(patterns: list[Any], model: str) -> str | None:
    """The pattern that permits all that `model` does, where that is plain: `*`, or any for a name without wildcards."""
    return next(
        (each for each in patterns if each == "*" or (not {*"*?["} & {*model} and matches((each,), model))),
        None,
    )


def _records(side: _Side, item: shapes.Table, path: Path, subject: str, old: Any, new: Any) -> Iterator[Change]:
    identity = next((names for names in IDENTITY if _tells_apart(names, old) and _tells_apart(names, new)), ())

    def called(number: int, entry: Any) -> str:
        return "/".join(shown(entry[name]) for name in identity) if identity else f"entry {number + 1}"

    before = {called(number, entry): (number, entry) for number, entry in enumerate(old)}
    after = {called(number, entry): (number, entry) for number, entry in enumerate(new)}
    name = str(path[-1])
    came, went = WORDS.get(name, (name + ": {} is new", name + ": {} is gone"))
    limits = name in CEILINGS
    for key, (number, entry) in after.items():
        if key not in before:
            rest = {below: value for below, value in entry.items() if below not in identity}
            at = side.at((*path, number))
            yield Change("narrower" if limits else "changed", subject, came.format(key) + _summary(rest), at)
        elif before[key][1] != entry:
            yield from _tables(side, item, (*path, number), f"{subject}, {key}", before[key][1], entry)
    for key in (key for key in before if key not in after):
        yield Change("wider" if limits else "changed", subject, went.format(key), side.at(path))
    if [*before] != [*after] and before.keys() == after.keys():
        yield Change("changed", subject, f"{name}: the order is {', '.join(after)}", side.at(path))


def _tells_apart(names: tuple[str, ...], entries: Any) -> bool:
    if not all(set(names) <= entry.keys() for entry in entries):
        return False
    return len({tuple(shown(entry[name]) for name in names) for entry in entries}) == len(entries)


def _scalar(side: _Side, path: Path, subject: str, old: Any, new: Any) -> Change:
    name = str(path[-1])
    effect: Effect = "changed"
    if CEILINGS.intersection(map(str, path[:-1])):
        effect = _of_ceiling(old, new)
    elif name == "pii" and (old is None) is not (new is None):
        effect = _of_looking(side, path, said=old is None)
    if old is None:
        what = f"{name} is {shown(new)}, where nothing was said"
    elif new is None:
        what = f"{name} is no longer said; it was {shown(old)}"
    else:
        what = f"{name} is {shown(new)}; it was {shown(old)}"
    return Change(effect, subject, what, side.at(path))


def _of_looking(side: _Side, path: Path, *, said: bool) -> Effect:
    """Of a rule set that one side alone names: where nobody around names one, nothing is looked for."""
    tree = (side.old if said else side.new).tree
    around: list[Any] = [tree.get("organisation")] if path[0] == "teams" else []
    if len(path) > len(("teams", "name", "pii")):
        around.append((tree.get("teams") or {}).get(path[1]))
    if any((level or {}).get("pii") is not None for level in around):
        return "changed"
    return "narrower" if said else "wider"


def _of_ceiling(old: Any, new: Any) -> Effect:
    if isinstance(old, Money) and isinstance(new, Money):
        if old.currency != new.currency:
            return "changed"
        old, new = old.nano, new.nano
    if not isinstance(old if new is None else new, int):
        return "changed"
    return "wider" if new is None or (old is not None and new > old) else "narrower"


def shown(value: Any) -> str:
    """A value in one line."""
    match value:
        case Reference(name=name):
            return f"${{{name}}}"
        case list():
            return ", ".join(map(shown, value))
        case dict():
            return f"({', '.join(f'{name} {shown(below)}' for name, below in value.items())})"
        case bool():
            return "true" if value else "false"
        case float():
            return shown_duration(value)
        case _:
            return str(value)
