"""Values of the vendors' own types: each member present, absent or null as its type allows, each choice of a union.

Every text is a word of its own (`Word0007x`), so that what became of it can be looked for; `where` tells the place in
the type that each word came from.
"""

from __future__ import annotations

import base64
import enum
import json
import random
import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pydantic

Special = Callable[["Values"], Any]


class Values:
    """`special`: (name of the type, name of the member) -> what stands there instead of anything of its type."""

    def __init__(self, seed: int, special: dict[tuple[str, str], Special], deepest: int = 7) -> None:
        self.draw = random.Random(seed)
        self.where: dict[str, str] = {}
        self._special = special
        self._deepest = deepest

    def word(self, place: str) -> str:
        word = f"Word{len(self.where):04}x"
        self.where[word] = place
        return word

    def of(self, kind: type[pydantic.BaseModel], place: str = "", depth: int = 0) -> dict[str, Any]:
        """One object of a model of pydantic, as its JSON."""
        made: dict[str, Any] = {}
        for name, field in kind.model_fields.items():
            told = field.serialization_alias or field.alias or name
            special = self._special.get((kind.__name__, told))
            if type(field.default) is str:  # the word that tells the kind of an object
                made[told] = field.default
                continue
            if not field.is_required() and (self.draw.random() > 0.45 or depth >= self._deepest):
                continue
            at = f"{place}.{told}"
            made[told] = self._value(field.annotation, at, depth + 1) if special is None else special(self)
        return made

    def _value(self, kind: Any, place: str, depth: int) -> Any:
        """Raises TypeError for a kind that no SDK had when this was written."""
        origin, inside = get_origin(kind), get_args(kind)
        if type(kind).__name__ == "TypeAliasType":
            return self._value(kind.__value__, place, depth)
        if type(origin).__name__ == "TypeAliasType" or origin is Annotated:
            return self._value(inside[0], place, depth)
        if origin is Literal:
            return self.draw.choice(inside)
        if origin in (Union, types.UnionType):
            return self._one_of(inside, place, depth)
        if origin is list:
            number = 0 if depth >= self._deepest else self.draw.choice([0, 1, 1, 2])
            return [self._value(inside[0], f"{place}[]", depth + 1) for _ in range(number)]
        if origin is dict:
            return {self.word(place): self._value(inside[1], place, depth + 1)}
        if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
            return self.of(kind, place, depth)
        plain: dict[Any, Callable[[], Any]] = {
            str: lambda: self.word(place),
            bytes: lambda: base64.b64encode(self.word(place).encode()).decode(),
            bool: lambda: self.draw.random() < 0.5,
            int: lambda: self.draw.randint(0, 50),
            float: lambda: round(self.draw.random(), 3),
            dict: lambda: {"k": self.word(place)},
            type(None): lambda: None,
        }
        if kind in plain:
            return plain[kind]()
        if kind in (Any, object):
            return self.word(place)
        if isinstance(kind, enum.EnumMeta):
            members: list[Any] = list(kind)
            return self.draw.choice([one for one in members if "UNSPECIFIED" not in one.name] or members).value
        if getattr(kind, "__module__", "") == "datetime":
            return "2026-11-27T10:00:00Z"
        raise TypeError(f"{kind!r} at {place}")

    def _one_of(self, kinds: tuple[Any, ...], place: str, depth: int) -> Any:
        if type(None) in kinds and self.draw.random() < 0.5:
            return None
        named = [(one, getattr(one, "__name__", "")) for one in kinds if one is not type(None)]
        known = [one for one, name in named if not name.startswith(("Unknown", "Unrecognized", "Unset"))]
        return self._value(self.draw.choice(known), place, depth)


def arguments(values: Values, place: str) -> dict[str, Any]:
    """What a model may call a tool with."""
    value = values.draw.choice([values.word(place), 3, 1.5, None, [values.word(place)], 2**60])
    return {values.word(place): value}


def arguments_text(values: Values, place: str) -> str:
    return json.dumps(arguments(values, place), indent=values.draw.choice([None, 1]))
