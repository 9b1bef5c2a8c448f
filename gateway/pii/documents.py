"""Places in the client's own documents, which a provider counted in what it was sent of them.

Claude cites from which character to which of a document it quotes. It read the document with tokens, or less, in place
of values; the client has its own.

Invariants
- A place that is told is that of the quoted words in the client's document; a citation of which that cannot be said is
  left out, and that is told.
- What Claude fetched itself stands in the answer, and is counted after the documents of the request: its places stay.

Source: Anthropic's API reference, citations (`char_location`; documents are counted from 0 through the whole request).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.core.edits import REMOVED, Edit, Path
from gateway.pii.channel import Channels, Documents
from gateway.pii.citations import moved

LOST: Final = "citations"
"""How the loss is told."""


def documents_of(tree: dict[str, Any], sent: Mapping[Path, Any]) -> Documents:
    """`sent`: the texts that went out otherwise than they came, by their paths."""
    messages = tree.get("messages")
    return [
        (own, other if type(other := sent.get((*path, "source", "data"))) is str else own) if type(own) is str else None
        for path, own in _documents(messages, ("messages",))
    ]


def quoting_edits(tree: dict[str, Any], channels: Channels, stage: str) -> list[Edit]:
    """Of a message, or an event of a stream; a citation that is left out is taken out of its tree."""
    if channels.documents is None:
        return []
    edits: list[Edit] = []
    for path, citation in _quotes(tree):
        place = _place_of(citation, channels.documents(), channels)
        if place is None:
            channels.lost.add(LOST)
            edits.append(Edit(path, REMOVED, stage))
        else:
            told = zip(("start_char_index", "end_char_index"), place, strict=True)
            edits += [Edit((*path, name), value, stage) for name, value in told if citation[name] != value]
    return edits


def _quotes(tree: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    delta, content = tree.get("delta"), tree.get("content")
    told: list[tuple[Path, Any]] = []
    if type(delta) is dict:
        told.append((("delta", "citation"), delta.get("citation")))
    for number, block in enumerate(content if type(content) is list else ()):
        citations = block.get("citations") if type(block) is dict else None
        for place, citation in enumerate(citations if type(citations) is list else ()):
            told.append((("content", number, "citations", place), citation))
    yield from ((path, one) for path, one in told if type(one) is dict and one.get("type") == "char_location")


def _place_of(citation: dict[str, Any], documents: Documents, channels: Channels) -> tuple[int, int] | None:
    """Where the client's document has what is quoted; None where that cannot be said."""
    index, start, end = (citation.get(name) for name in ("document_index", "start_char_index", "end_char_index"))
    if type(index) is not int or type(start) is not int or type(end) is not int or index < 0:
        return None
    if index >= len(documents):
        return start, end
    document = documents[index]
    if document is None:
        return None
    own, sent = document
    if own == sent:
        return start, end
    if not 0 <= start <= end <= len(sent):
        return None
    quoted = sent[start:end]
    meant = channels.whole(quoted)
    moves = channels.moves(sent)
    place = moved(start, moves, ends=False), moved(end, moves, ends=True)
    if own[place[0] : place[1]] == meant:
        return place
    at, times = -1, sent.count(quoted, 0, start + len(quoted))
    if not quoted or own.count(meant) != sent.count(quoted):
        return None
    for _ in range(times):
        at = own.find(meant, at + 1)
    return (at, at + len(meant)) if at >= 0 else None


def _documents(node: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """(path, text) of each document, in the order in which they stand."""
    if type(node) is list:
        for number, entry in enumerate(node):
            yield from _documents(entry, (*path, number))
    elif type(node) is dict:
        if node.get("type") == "document":
            source = node.get("source")
            plain = type(source) is dict and source.get("type") == "text"
            yield path, source.get("data") if plain and type(source) is dict else None
        else:
            yield from _documents(node.get("content"), (*path, "content"))
