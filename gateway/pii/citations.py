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
        if "groundingMetadata" in node or "citationMetadata" in node:
            yield from _gemini_edits(node, path, stage, changed, moves_of)


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


def _gemini_edits(
    node: dict[str, Any], path: Path, stage: str, changed: Mapping[Path, Any], moves_of: Callable[[str], Moves]
) -> Iterator[Edit]:
    """Of a candidate: what grounds it names a part, what it cites is counted through its first."""
    for at, segment in _segments(node):
        part = segment.get("partIndex", 0)
        if type(part) is not int:
            continue
        said = changed.get((*path, "content", "parts", part, "text"))
        if type(said) is str:
            text = node["content"]["parts"][part]["text"]
            yield from _byte_edits(segment, (*path, *at), stage, text, said, moves_of(text))


def _segments(candidate: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Whatever says from which byte to which of a candidate's text something holds."""
    grounding, cited = candidate.get("groundingMetadata"), candidate.get("citationMetadata")
    if type(grounding) is dict and type(supports := grounding.get("groundingSupports")) is list:
        for number, support in enumerate(supports):
            if type(support) is dict and type(segment := support.get("segment")) is dict:
                yield ("groundingMetadata", "groundingSupports", number, "segment"), segment
    if type(cited) is dict:
        for name in ("citationSources", "citations"):
            for number, source in enumerate(listed if type(listed := cited.get(name)) is list else ()):
                if type(source) is dict:
                    yield ("citationMetadata", name, number), source


def _byte_edits(node: dict[str, Any], path: Path, stage: str, text: str, said: str, moves: Moves) -> Iterator[Edit]:
    """Places in bytes of UTF-8 of `text`, as they are in what is `said` in its place."""
    told = text.encode("utf-8", "surrogatepass")
    for name in ("startIndex", "endIndex"):
        if type(value := node.get(name)) is int and 0 <= value <= len(told):
            at = moved(len(told[:value].decode("utf-8", "ignore")), moves, ends=name == "endIndex")
            place = len(said[:at].encode("utf-8", "surrogatepass"))
            if place != value:
                yield Edit((*path, name), place, stage)


class SaidInPieces:
    """The texts of a Gemini's stream by candidate, as they came and as they are shown: what grounds them comes at the
    end, and is counted through all of them.
    """

    def __init__(self) -> None:
        self._came: dict[int, list[str]] = {}
        self._shown: dict[int, list[str]] = {}

    def add(self, candidate: int, came: str, shown: str) -> None:
        self._came.setdefault(candidate, []).append(came)
        self._shown.setdefault(candidate, []).append(shown)

    def edits(self, tree: dict[str, Any], moves: Mapping[int, Moves], stage: str) -> Iterator[Edit]:
        """Of an event; `moves` by candidate."""
        candidates = tree.get("candidates")
        for place, candidate in enumerate(candidates if type(candidates) is list else ()):
            if type(candidate) is not dict:
                continue
            told = candidate.get("index")
            number = told if type(told) is int else place
            if own := moves.get(number):
                text, said = "".join(self._came[number]), "".join(self._shown[number])
                for at, segment in _segments(candidate):
                    yield from _byte_edits(segment, ("candidates", place, *at), stage, text, said, own)


def _citing(node: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if type(node) is dict:
        annotations = node.get("annotations")
        grounded = type(node.get("groundingMetadata")) is dict or type(node.get("citationMetadata")) is dict
        if grounded or (type(annotations) is list and annotations):
            yield path, node
        for name, value in node.items():
            if type(value) is dict or type(value) is list:
                yield from _citing(value, (*path, name))
    elif type(node) is list:
        for number, value in enumerate(node):
            if type(value) is dict or type(value) is list:
                yield from _citing(value, (*path, number))
