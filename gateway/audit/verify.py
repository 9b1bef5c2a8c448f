"""Verification: is the log what it was, and where not, which record is the first?

Promise: every leaf is computed again from what is stored; nothing that the database says of itself is believed.

Invariants
- Reads records once, in order, and keeps no record: memory does not grow with the log.
- Says "tampered" only of what no policy explains: a content that is gone is explained by a sound record that names its
  data key or its person as destroyed.
- Needs no gateway and no network: records, checkpoints and a verifying key.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import msgspec

from gateway.audit.chain import Frontier
from gateway.audit.checkpoint import BadCheckpoint, Head
from gateway.audit.record import Header, content_hash, place_mac, read_header
from gateway.audit.verdict import KEYS_LISTED, PERSONS_LISTED, Finding, Placed, Trust, Verdict
from gateway.audit.writers import Writers

LOOK_AROUND: Final = 4096
"""How far a record may have been moved for its true place to be found."""

_SIGNED: Final = "the log's own checkpoint"
_OF_A_WITNESS: Final = "what a witness or an anchor kept"
_ANOTHERS: Final = "all checkpoints are signed by another key than"
_WHOSE: Final = "it is not this log's, and then tells nothing of it, or somebody signed all of the log anew"
_MAY_COME: Final = ": they are lost, or set aside at the gateway that wrote them, where `gateway doctor` tells"


class _Bad(msgspec.Struct, frozen=True):
    index: int
    kind: Finding
    detail: str
    until: int | None = None


class Verifier:
    """Feed it every record in order, then ask for the verdict."""

    def __init__(self, trust: Trust, checkpoints: Iterable[tuple[int, str]]) -> None:
        """`checkpoints`: (size, note) in order of size."""
        self._trust = trust
        self._bad: list[_Bad] = []
        self._tree = Frontier()
        self._rows = 0
        self._writers = Writers()
        self._moved: tuple[int | None] | None = None
        self._broken = False
        self._missing = range(0)
        self._gone: dict[tuple[str, str], tuple[int, int]] = {}
        self._destroyed: set[str] = set()
        self._wanted: dict[int, list[tuple[Head, str]]] = {}
        self._signed = self._good = self._witnessed = 0
        self._checkpoints = self._anothers = 0
        self._read_checkpoints(checkpoints)
        for head in trust.heads:
            self._wanted.setdefault(head.size, []).append((head, _OF_A_WITNESS))

    def feed(self, row: Placed) -> None:
        self._rows += 1
        header = _sound(row)
        if self._moved is not None:
            self._name_what_moved(row)
        if self._broken:
            self._note_what_was_missing(row)
            self._note_destruction(header)
            return
        expected = self._tree.size
        if row.index > expected:
            self._break(expected, "delete", f"{row.index - expected} records are missing", row.index - 1)
            self._missing = range(expected, row.index)
            return
        if row.index < expected:
            self._break(max(row.index, 0), "duplicate", "a place is taken twice")
            return
        leaf = row.record.leaf()
        key = self._trust.place_key
        if key is not None and row.mac != place_mac(key, expected, leaf):
            self._broken = True
            self._moved = (_origin(key, row.mac, expected, leaf),)
            return
        if header is None or leaf != row.leaf:
            self._break(expected, "edit", "header, content or columns are not what was recorded")
            return
        self._tree.append(leaf)
        self._writers.take(row.record, header, leaf, expected)
        self._note_content(row, header)
        self._note_destruction(header)
        if self._tree.size in self._wanted:
            self._compare_roots()

    def verdict(self) -> Verdict:
        if self._moved is not None:
            self._name_what_moved(None)
        if not self._broken:
            self._look_at_the_end()
        shredded = self._explain_what_is_gone()
        if self._checkpoints and self._anothers == self._checkpoints:
            detail = f"{_ANOTHERS} {self._trust.verify_key}: {_WHOSE}"
            self._bad = [_Bad(0, "bad signature", detail, max(self._rows, 1) - 1)]
        first = min(self._bad, key=lambda bad: bad.index, default=None)
        unknown = not self._rows and not self._checkpoints and not self._trust.heads
        return Verdict(
            state="tampered" if first else "unknown" if unknown else "whole",
            records=self._rows,
            root=self._tree.root().hex(),
            checkpoints=self._checkpoints,
            kind=first.kind if first else None,
            first_bad=first.index if first else None,
            until=first.until if first else None,
            detail=first.detail
            if first
            else "nothing is recorded, which cannot be told from all of it gone"
            if unknown
            else "",
            shredded_by_policy=shredded,
            open_writers=self._writers.open,
        )

    def keys_in_use(self) -> dict[tuple[str, str], int]:
        """(data key, person) of every content that is there, and was not said to be destroyed -> its first record."""
        gone = self._destroyed
        return {pair: place for pair, place in self._writers.in_use.items() if gone.isdisjoint(pair)}

    def _break(self, index: int, kind: Finding, detail: str, until: int | None = None) -> None:
        self._bad.append(_Bad(index, kind, detail, until))
        self._broken = True

    def _read_checkpoints(self, checkpoints: Iterable[tuple[int, str]]) -> None:
        given = list(checkpoints)
        for (earlier, _), (later, _) in pairwise(given):
            if later <= earlier:
                detail = f"the checkpoint of {later} records stands behind that of {earlier}"
                self._bad.append(_Bad(max(later, 1) - 1, "duplicate" if later == earlier else "reorder", detail))
        before: int | None = 0
        for size, note in sorted(dict(given).items()):
            self._checkpoints += 1
            try:
                head = self._trust.verify_key.read(note)
            except BadCheckpoint as error:
                self._anothers += self._trust.verify_key.is_another_of(note)
                self._bad.append(_Bad(max(size, 1) - 1, "bad signature", f"checkpoint of {size} records: {error}"))
                before = None
                continue
            if head.size != size:
                detail = f"the checkpoint of {head.size} records stands for {size}"
                self._bad.append(_Bad(max(min(size, head.size), 1) - 1, "reorder", detail))
                before = None
                continue
            if before is not None and head.previous != before:
                detail = f"the checkpoint of {head.previous} records is missing"
                self._bad.append(_Bad(max(head.previous, 1) - 1, "delete", detail))
            before = self._signed = size
            self._wanted.setdefault(size, []).append((head, _SIGNED))

    def _compare_roots(self) -> None:
        size = self._tree.size
        root = self._tree.root()
        heads = self._wanted.pop(size)
        if any(head.root != root for head, source in heads if source is _OF_A_WITNESS):
            self._break(self._witnessed, "fork", f"the first {size} records are not those of {_OF_A_WITNESS}", size - 1)
        elif any(head.root != root for head, _ in heads):
            self._break_inside_of_a_checkpoint(size)
        else:
            self._good = size
            self._writers.proved()
            self._witnessed = size if any(source is _OF_A_WITNESS for _, source in heads) else self._witnessed

    def _break_inside_of_a_checkpoint(self, size: int) -> None:
        if self._writers.suspect is not None:
            index, kind, detail = self._writers.suspect
            self._break(min(self._good, index), kind, detail, index)
        elif self._trust.place_key is None:
            self._break(self._good, "edit", f"the first {size} records are not those of {_SIGNED}", size - 1)
        else:
            self._break(self._good, "fork", f"{_SIGNED} of {size} records vouches for others", size - 1)

    def _note_what_was_missing(self, row: Placed) -> None:
        """A file may have its records in another order; a table cannot."""
        if row.index in self._missing:
            self._missing = range(0)
            place = self._bad.pop().index
            self._bad.append(_Bad(place, "reorder", f"the record of place {row.index} stands behind later ones"))

    def _name_what_moved(self, following: Placed | None) -> None:
        """Of a record that does not belong to its place: by where it came from, and by what follows."""
        assert self._moved is not None
        (origin,), self._moved = self._moved, None
        place = self._tree.size
        key = self._trust.place_key
        assert key is not None
        after = None if following is None else _origin(key, following.mac, following.index, following.record.leaf())
        if origin is None:
            inserted = after == place if after is not None else place >= self._signed
            kind: Finding = "insert" if inserted else "edit"
            self._bad.append(_Bad(place, kind, "the record is not one that the gateway placed here"))
        elif origin < place:
            self._bad.append(_Bad(place, "duplicate", f"the record of place {origin} a second time"))
        elif after == origin + 1 or following is None:
            self._bad.append(_Bad(place, "delete", f"records were cut out and the rest moved up by {origin - place}"))
        else:
            self._bad.append(_Bad(place, "reorder", f"the record of place {origin} stands here"))

    def _note_content(self, row: Placed, header: Header) -> None:
        if not header.key:
            return
        if row.record.content is not None:
            self._writers.in_use.setdefault((header.key, header.person), row.index)
            return
        first, count = self._gone.get((header.key, header.person), (row.index, 0))
        self._gone[header.key, header.person] = first, count + 1

    def _note_destruction(self, header: Header | None) -> None:
        if header is not None and header.kind in {"key_destroyed", "person_erased"}:
            listed = header.about.get(KEYS_LISTED if header.kind == "key_destroyed" else PERSONS_LISTED, "")
            self._destroyed.update(listed.split())

    def _explain_what_is_gone(self) -> int:
        shredded = 0
        for (key, person), (first, count) in self._gone.items():
            if key in self._destroyed or (person and person in self._destroyed):
                shredded += count
            else:
                detail = "content is gone, and no record says that a policy destroyed it"
                self._bad.append(_Bad(first, "delete", detail))
        return shredded

    def _look_at_the_end(self) -> None:
        size = self._tree.size
        tree = self._trust.tree
        vouched = max([self._signed, tree.size if tree else 0, *(head.size for head in self._trust.heads)])
        if size < vouched:
            detail = f"{vouched} records were vouched for, {size} are there"
            self._break(size, "truncate", detail, vouched - 1)
        elif size > self._signed and not self._bad:  # else it is a bad checkpoint that leaves them uncovered
            kind: Finding = "insert" if self._trust.place_key is None else "delete"
            self._break(self._signed, kind, "no checkpoint covers the last records", size - 1)
        elif (disorder := self._writers.disorder) is not None:
            index, kind, detail = disorder
            self._break(index, "gap", f"{detail}{_MAY_COME}" if kind == "delete" else detail)
        if tree is not None and not self._broken and (tree.size, tree.hashes()) != (size, self._tree.hashes()):
            self._break(min(tree.size, size), "edit", "the log's own state is not that of its records")


def _sound(row: Placed) -> Header | None:
    """The header, where row, content and columns agree with it."""
    record = row.record
    try:
        header = read_header(record.header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if record.content is None:
        if not header.key and not header.person:  # nothing was sealed, so there was nothing that anybody may destroy
            return None
    elif content_hash(record.content) != record.content_hash:
        return None
    return header if row.agrees_with(header) else None


def _origin(key: bytes, mac: bytes, place: int, leaf: bytes) -> int | None:
    """Where the gateway placed this leaf, looked for from `place` outwards."""
    for distance in range(LOOK_AROUND):
        for candidate in (place + distance, place - distance):
            if candidate >= 0 and place_mac(key, candidate, leaf) == mac:
                return candidate
    return None
