"""Places in an answer's text that a provider counted before values took their tokens' places.

An annotation says from which character to which a source is cited. Behind a restored value everything has moved, so
the numbers move along.

Invariants
- What begins or ends inside a token begins or ends with its value.
- Numbers that do not lie in the text stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.core.edits import Edit, Path

Moves = Sequence[tuple[int, int, int]]
"""Of each token that was replaced: where it began and ended, and by how much its value is longer."""

_STARTS: Final = ("start_index", "index")
_ENDS: Final = ("end_index",)


def moved(place: int, moves: Moves, *, ends: bool) -> int:
    """Where a place of the text is now; `ends`: something ends there."""
    by = 0
    for start, end, longer in moves:
        if place <= start:
            break
        if place < end:
            return (end + longer if ends else start) + by
        by += longer
    return place + by


def citation_edits(
    tree: Any, stage: str, changed: Mapping[Path, Any], moves_of: Callable[[str], Moves]
) -> Iterator[Edit]:
    """The edits for annotations that stand beside a text which was changed, and for what grounds a Gemini's answer."""
    for path, node in _citing(tree, ()):
        for name in ("text", "content"):
            if (*path, name) in changed and type(node.get("annotations")) is list:
                moves = moves_of(node[name])
                for number, annotation in enumerate(node["annotations"]):
                    yield from annotation_edits(annotation, (*path, "annotations", number), stage, moves)
        if "groundingMetadata" in node:
            yield from _grounding_edits(node, path, stage, changed, moves_of)


def annotation_edits(annotation: Any, path: Path, stage: str, moves: Moves) -> Iterator[Edit]:
    """The same for one of them. OpenAI's chat has the numbers in an object of its own."""
    if type(annotation) is not dict:
        return
    for name, value in annotation.items():
        if type(value) is dict:
            yield from annotation_edits(value, (*path, name), stage, moves)
        elif type(value) is int and (name in _STARTS or name in _ENDS):
            place = moved(value, moves, ends=name in _ENDS)
            if place != value:
                yield Edit((*path, name), place, stage)


def _grounding_edits(
    node: dict[str, Any], path: Path, stage: str, changed: Mapping[Path, Any], moves_of: Callable[[str], Moves]
) -> Iterator[Edit]:
    """Of a candidate, whose places are counted in bytes of UTF-8, each in a part of the answer."""
    supports = node["groundingMetadata"].get("groundingSupports")
    for number, support in enumerate(supports if type(supports) is list else ()):
        segment = support.get("segment") if type(support) is dict else None
        if type(segment) is not dict:
            continue
        part = segment.get("partIndex", 0)
        said = changed.get((*path, "content", "parts", part, "text"))
        if type(said) is not str:
            continue
        text = node["content"]["parts"][part]["text"]
        moves, told = moves_of(text), text.encode("utf-8", "surrogatepass")
        for name in ("startIndex", "endIndex"):
            if type(value := segment.get(name)) is int:
                at = moved(len(told[:value].decode("utf-8", "ignore")), moves, ends=name == "endIndex")
                place = len(said[:at].encode("utf-8", "surrogatepass"))
                if place != value:
                    yield Edit((*path, "groundingMetadata", "groundingSupports", number, "segment", name), place, stage)


def _citing(node: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if type(node) is dict:
        annotations = node.get("annotations")
        if (type(annotations) is list and annotations) or type(node.get("groundingMetadata")) is dict:
            yield path, node
        for name, value in node.items():
            if type(value) is dict or type(value) is list:
                yield from _citing(value, (*path, name))
    elif type(node) is list:
        for number, value in enumerate(node):
            if type(value) is dict or type(value) is list:
                yield from _citing(value, (*path, number))
