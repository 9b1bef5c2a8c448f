"""Frames that are relayed as they came, with values in them: one member of a frame's JSON is changed, the rest stays.

Invariants
- A frame in which nothing changes is the same object; in one that changes, every other byte of its values stays.
- A frame whose text is all held back goes out with an empty text: its id, its usage, its number are not lost.
- What was held back goes out before the frame that ends its text, as a frame of the same form.
- Responses' events stay numbered without a gap.
- Of pieces that are known by their form the first is read whole, and of the others only the text.
- Places in a text are told of the text that is shown; log probabilities of what was changed are left out.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.edits import REMOVED, Edit, Path, apply_edits
from gateway.core.events import Delta, Failed, Frame, TextForm
from gateway.core.messages import Dialect
from gateway.core.operations import OperationName
from gateway.dialects.sse import ServerSentEvent, SseSplitter, frame
from gateway.pii.channel import Channel, Channels
from gateway.pii.citations import SaidInPieces, annotation_edits
from gateway.pii.deltas import READERS, Ends, Key, Piece, annotated, completions_reader, ends_nothing
from gateway.pii.documents import quoting_edits
from gateway.pii.logprobs import LOST, logprobs_edits_of_piece
from gateway.pii.strings import STAGE, restoring_edits

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_SCALARS: Final = (str, int, float, bool, type(None))
_NUMBER: Final = "sequence_number"


def whole_body(raw: bytes, channels: Channels) -> bytes:
    """A body that came whole; the same object where nothing changes."""
    try:
        tree = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw
    edits = restoring_edits(tree, channels)
    if type(tree) is dict:
        edits += quoting_edits(tree, channels, STAGE)
    return apply_edits(raw, edits) if edits else raw


class WireStream:
    """The frames of one answer, in `dialect`."""

    def __init__(self, dialect: Dialect, operation: OperationName, channels: Channels) -> None:
        self._channels = channels
        self._read = completions_reader if operation == "completions" else READERS[dialect]
        self._open: dict[Key, Channel] = {}
        self._last: dict[Key, tuple[bytes, dict[str, Any], Path]] = {}
        """For each channel the name and the tree of its last frame, and where its text stands."""
        self._said = SaidInPieces() if dialect == "gemini" else None
        self._kept = _CALLS_WHOLE if dialect == "mistral" else _BELONGS
        self._added = 0
        self._number = 0
        """Of the frame that is at hand as the provider told it, or of the one that would follow."""
        self._form: TextForm | None = None
        """Of the piece that was read whole last, where another of its form differs in nothing but its text."""
        self._formed = Piece((), (), "")
        """That piece."""

    def feed(self, received: Frame) -> list[Frame]:
        """The frame as the client is shown it, perhaps with one before it."""
        form = received.form
        if form is not None and form is self._form:
            return [self._another(received, form)]
        return self._read_whole(received)

    def _another(self, received: Frame, form: TextForm) -> Frame:
        """As `_read_whole`, of another piece of the form."""
        said, raw = received.events[-1], received.raw
        assert type(said) is Delta, "as `Frame.form` says"
        assert raw is not None, "which has it"
        self._number += 1
        text = self._open[self._formed.key].feed(said.text)
        return received if text == said.text else Frame(received.events, form.with_text(raw, text))

    def _read_whole(self, received: Frame) -> list[Frame]:
        self._form = None
        raw = received.raw
        if raw is None:
            rest = self._flush(lambda _: True, frozenset())
            return [Frame([Delta(0, "")], rest), received] if rest else [received]
        event = _event(raw)
        tree = _tree(event)
        if tree is None:
            if event is not None and event.data.strip() == b"[DONE]":
                rest = self._flush(lambda _: True, frozenset())
                return [Frame(received.events, rest + raw)] if rest else [received]
            return [received]
        assert event is not None
        quoting = quoting_edits(tree, self._channels, STAGE)
        if any(edit.value is REMOVED for edit in quoting):
            return []
        pieces, ends = self._read(tree)
        edits = self._edits_of_pieces(pieces, ends, event, tree)
        others = [*quoting, *restoring_edits(tree, self._channels, frozenset(piece.path for piece in pieces))]
        for path, annotation, key in annotated(tree):
            if (channel := self._open.get(key)) is not None:
                others += annotation_edits(annotation, path, STAGE, channel.moves)
        edits += others
        seen = frozenset(piece.key for piece in pieces)
        before: list[Frame] = []
        place = tree.get(_NUMBER)
        if type(place) is int:
            self._number = place
        if any(type(told) is Failed for told in received.events) and (held := self._flush(lambda _: True, seen)):
            # In a frame of its own: the error may be written anew in place of this one.
            before.append(Frame([Delta(0, "")], held))
        rest = self._flush(ends, seen)
        if self._said is not None:
            spoken = {key[0]: channel.moves for key, channel in self._open.items() if not key[1]}
            edits += self._said.edits(tree, spoken, STAGE)
        if type(place) is int:
            self._number += 1
            if self._added:
                edits.append(Edit((_NUMBER,), place + self._added, STAGE))
        if not others and ends is ends_nothing:
            self._remember_form(received, pieces, event, tree)
        if edits:
            return [*before, Frame(received.events, rest + frame(apply_edits(event.data, edits), event.name))]
        return [*before, Frame(received.events, rest + raw) if rest else received]

    def _remember_form(
        self, received: Frame, pieces: list[Piece], event: ServerSentEvent, tree: dict[str, Any]
    ) -> None:
        """Where the frame says one piece of text, and nothing that would have to be told anew with another text."""
        if received.form is None or len(pieces) != 1 or self._said is not None:
            return
        [piece], said = pieces, received.events[-1]
        if (
            type(said) is Delta
            and said.text == piece.text
            and not (self._added and _NUMBER in tree)
            and not any(logprobs_edits_of_piece(tree, piece.path, STAGE))
        ):
            self._form, self._formed = received.form, piece
            self._last[piece.key] = event.name, tree, piece.path

    def _edits_of_pieces(
        self, pieces: list[Piece], ends: Ends, event: ServerSentEvent, tree: dict[str, Any]
    ) -> list[Edit]:
        """What becomes of the texts of one event, and of what was measured of them."""
        edits: list[Edit] = []
        for number, piece in enumerate(pieces):
            last = ends(piece.key) and all(later.key != piece.key for later in pieces[number + 1 :])
            edit = self._piece(piece, event, tree, ends=last)
            if edit is not None:
                edits.append(edit)
            if edit is not None or self._open[piece.key].holds:
                edits += self._unmeasured(tree, piece.path)
            if self._said is not None and not piece.key[1]:
                self._said.add(piece.key[0], piece.text, piece.text if edit is None else edit.value)
        return edits

    def _unmeasured(self, tree: dict[str, Any], path: Path) -> list[Edit]:
        edits = list(logprobs_edits_of_piece(tree, path, STAGE))
        if edits:
            self._channels.lost.add(LOST)
        return edits

    def _piece(self, piece: Piece, event: ServerSentEvent, tree: dict[str, Any], *, ends: bool) -> Edit | None:
        channel = self._open.get(piece.key)
        if channel is None:
            channel = self._open[piece.key] = self._channels.open(json=piece.json)
        text = channel.close(piece.text) if ends else channel.feed(piece.text)
        if channel.holds:
            self._last[piece.key] = event.name, tree, piece.path
        return Edit(piece.path, text, STAGE) if text != piece.text else None

    def _flush(self, ends: Ends, seen: frozenset[Key]) -> bytes:
        """Frames with what the channels that end still hold."""
        out = b""
        for key, channel in self._open.items():
            if key not in seen and channel.holds and ends(key) and (rest := channel.close()):
                name, tree, path = self._last[key]
                if self._said is not None and not key[1]:
                    self._said.add(key[0], "", rest)
                extra = _only(tree, path, rest, self._kept)
                if type(tree.get(_NUMBER)) is int:
                    extra[_NUMBER] = self._number + self._added
                    self._added += 1
                out += frame(_encode(extra), name)
        return out


_BELONGS: Final = frozenset({"index", "type", "role", "thought", "jsonPath", "willContinue"})
_CALLS_WHOLE: Final = _BELONGS | {"id", "name"}
"""Mistral's SDK takes no piece of a call without its name."""


def _only(node: Any, path: Path, text: str, kept: frozenset[str], depth: int = 0) -> Any:
    """A frame's tree with one text in it, and what says where that belongs."""
    if not path:
        return text
    step, inner = path[0], path[1:]
    if type(node) is list:
        assert isinstance(step, int)
        return [_only(node[step], inner, text, kept, depth + 1)]
    scalars = {
        name: value for name, value in node.items() if isinstance(value, _SCALARS) and (depth == 0 or name in kept)
    }
    return {**scalars, str(step): _only(node[str(step)], inner, text, kept, depth + 1)}


def _event(raw: bytes) -> ServerSentEvent | None:
    splitter = SseSplitter()
    events = splitter.feed(raw) or splitter.close()
    return events[0] if events else None


def _tree(event: ServerSentEvent | None) -> dict[str, Any] | None:
    if event is None or not event.data:
        return None
    try:
        tree = _decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return tree if type(tree) is dict else None
