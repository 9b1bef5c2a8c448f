"""Log probabilities beside a text in which values took tokens' places: they are of tokens that the client never sees.

Invariants
- What measures a token that was replaced, or cannot be told from one that does, is left out, and that is told.
- Measures stand in order, and those of one text together spell it, by their bytes where they have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gateway.core.edits import REMOVED, Edit, Path
from gateway.pii.citations import Moves

LOST: Final = "logprobs"
"""How the loss is told."""
_BESIDE: Final = ((("text",), ("logprobs",)), (("message", "content"), ("logprobs", "content")))
"""Where a text stands in a node, and where what measures it: of Responses, of chat."""


def logprobs_edits(
    tree: Any, stage: str, changed: Mapping[Path, Any], moves_of: Callable[[str], Moves]
) -> Iterator[Edit]:
    """Of a body that came whole, or an event that repeats a whole text."""
    for path, node in _measured(tree, ()):
        for text_at, measures_at in _BESIDE:
            measures = _at(node, measures_at)
            if (*path, *text_at) not in changed or not measures:
                continue
            if type(measures) is list:
                text = _at(node, text_at)
                kept = _kept(measures, text, moves_of(text))
                yield Edit((*path, *measures_at), [measures[place] for place in kept], stage)
            else:  # of completions, in parallel lists
                yield Edit((*path, *measures_at), None, stage)
        chosen = _at(node, ("logprobsResult", "chosenCandidates"))
        if type(chosen) is list and (own := _of_parts(node, path, changed)) is not None:
            kept = _kept(chosen, own, moves_of(own))
            for name in ("chosenCandidates", "topCandidates"):
                if type(listed := node["logprobsResult"].get(name)) is list and len(listed) == len(chosen):
                    yield Edit((*path, "logprobsResult", name), [listed[place] for place in kept], stage)


def logprobs_edits_of_piece(tree: dict[str, Any], at: Path, stage: str) -> Iterator[Edit]:
    """Of an event of a stream, in whose text, at this path, something changed or was held back."""
    match at:
        case ("delta",) if tree.get("logprobs"):
            yield Edit(("logprobs",), [], stage)
        case ("choices", int(place), *_) if tree["choices"][place].get("logprobs"):
            yield Edit(("choices", place, "logprobs"), None, stage)
        case ("candidates", int(place), *_) if "logprobsResult" in tree["candidates"][place]:
            yield Edit(("candidates", place, "logprobsResult"), REMOVED, stage)


def _kept(measures: list[Any], text: str, moves: Moves) -> list[int]:
    """The places of the measures that are of no replaced token; none where they do not spell the text."""
    spelt = [_spelt(measure) for measure in measures]
    if b"".join(spelt) != text.encode("utf-8", "surrogatepass"):
        return []
    replaced = [tuple(len(text[:place].encode("utf-8", "surrogatepass")) for place in move[:2]) for move in moves]
    kept, begin = [], 0
    for place, letters in enumerate(spelt):
        end = begin + len(letters)
        if not any(begin < last and first < end for first, last in replaced):
            kept.append(place)
        begin = end
    return kept


def _spelt(measure: Any) -> bytes:
    if type(measure) is not dict:
        return b""
    told, token = measure.get("bytes"), measure.get("token")
    if type(told) is list and told:
        try:
            return bytes(told)
        except (TypeError, ValueError):
            return b""
    return token.encode("utf-8", "surrogatepass") if type(token) is str else b""


def _of_parts(node: dict[str, Any], path: Path, changed: Mapping[Path, Any]) -> str | None:
    """The text of a Gemini's candidate, where values were put into it."""
    parts = _at(node, ("content", "parts"))
    if type(parts) is not list:
        return None
    said = [part.get("text") for part in parts if type(part) is dict and part.get("thought") is not True]
    texts = [text for text in said if type(text) is str]
    touched = any((*path, "content", "parts", number, "text") in changed for number in range(len(parts)))
    return "".join(texts) if touched else None


def _measured(node: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if type(node) is dict:
        if node.get("logprobs") or node.get("logprobsResult"):
            yield path, node
        for name, value in node.items():
            if name != "logprobs" and (type(value) is dict or type(value) is list):
                yield from _measured(value, (*path, name))
    elif type(node) is list:
        for number, value in enumerate(node):
            if type(value) is dict or type(value) is list:
                yield from _measured(value, (*path, number))


def _at(node: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        node = node.get(step) if type(node) is dict else None
    return node
