"""A function call that arrives in pieces (`partialArgs`, where the client asked to stream arguments).

Source: `PartialArg` of the Gemini API: `jsonPath` (`$.a.b[0]`) and one value; texts of one path are joined. While a
call goes on, its parts say `willContinue`; the first bears the name, the part without it is the last.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

import msgspec

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d{1,6})\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
_MAX_STEPS = 32
_encode = msgspec.json.Encoder().encode


class PartialCall:
    """The arguments of one call as far as they are known; `block` is its number among the answer's blocks."""

    __slots__ = ("_args", "block")

    def __init__(self, block: int) -> None:
        self.block = block
        self._args: dict[str, Any] = {}

    def add(self, call: dict[str, Any]) -> bool:
        """Take one part in; whether the call is complete with it."""
        args = call.get("args")
        if type(args) is dict:
            self._args.update(args)
        pieces = call.get("partialArgs")
        for piece in pieces if type(pieces) is list else ():
            if type(piece) is dict and type(piece.get("jsonPath")) is str:
                self._set(piece["jsonPath"], piece)
        return call.get("willContinue") is not True

    def arguments(self) -> str:
        """JSON text of the object."""
        return _encode(self._args).decode("utf-8")

    def _set(self, path: str, piece: dict[str, Any]) -> None:
        steps: list[str | int] = [
            int(match[2]) if match[2] else match[1] or match[3] or match[4] or "" for match in _STEP.finditer(path)
        ]
        if not steps or len(steps) > _MAX_STEPS or type(steps[0]) is not str:
            return
        node: Any = self._args
        for step, following in itertools.pairwise(steps):
            node = _below(node, step, [] if type(following) is int else {})
            if node is None:
                return
        _put(node, steps[-1], piece)


def _below(node: Any, step: str | int, fresh: Any) -> Any:
    """The container at `step`, made where missing; None where something else stands there."""
    if type(node) is dict and type(step) is str:
        return node.setdefault(step, fresh)
    if type(node) is list and type(step) is int and step <= len(node):
        if step == len(node):
            node.append(fresh)
        return node[step]
    return None


def _put(node: Any, step: str | int, piece: dict[str, Any]) -> None:
    value: Any
    if type(piece.get("stringValue")) is str:
        value = piece["stringValue"]
    elif type(piece.get("numberValue")) in {int, float}:
        value = piece["numberValue"]
    elif type(piece.get("boolValue")) is bool:
        value = piece["boolValue"]
    else:
        value = None
    if type(node) is dict and type(step) is str:
        before = node.get(step)
        node[step] = before + value if type(before) is str and type(value) is str else value
    elif type(node) is list and type(step) is int:
        if step == len(node):
            node.append(value)
        elif step < len(node):
            before = node[step]
            node[step] = before + value if type(before) is str and type(value) is str else value
