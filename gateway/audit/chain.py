"""The Merkle tree over the records (RFC 6962), and what it proves.

Promise: one hash stands for every record there was, and a tree that only grew can prove that it only grew.

Invariants
- Pure: hashes in, hashes out. Leaves and nodes are hashed with different prefixes, so none passes for the other.
- A `Frontier` holds one hash for each complete subtree, at most 63: appending needs no other record.
- Proofs are made and checked as RFC 9162, 2.1.3 and 2.1.4, says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
LEAF, NODE = b"\x00", b"\x01"
"""What stands before the bytes that are hashed."""


def hash_leaf(*data: bytes) -> bytes:
    """Of the parts of one leaf, in their order."""
    return sha256(b"".join((LEAF, *data))).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()


class Frontier:
    """The right edge of a tree of `size` leaves: the roots of its complete subtrees, largest first."""

    __slots__ = ("_hashes", "size")

    def __init__(self, size: int = 0, hashes: bytes = b"") -> None:
        if len(hashes) != HASH_BYTES * size.bit_count():
            raise ValueError("a frontier holds one hash for each bit of its size")
        self.size = size
        self._hashes = [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]

    def append(self, leaf: bytes) -> None:
        """`leaf`: the hash of one more leaf."""
        hashes = self._hashes
        size = self.size
        while size & 1:
            leaf = hash_node(hashes.pop(), leaf)
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """As `append` of each, in their order: level by level, since a step for each node is dearer than its hash."""
        level, beside, place = list(leaves), [], self.size
        self.size += len(level)
        while level:
            if place & 1:
                level.insert(0, self._hashes.pop())
            if len(level) & 1:
                beside.append(level.pop())
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [sha256(NODE + left + right).digest() for left, right in pairs]  # as `hash_node`
            place >>= 1
        self._hashes += reversed(beside)

    def root(self) -> bytes:
        if not self._hashes:
            return EMPTY_ROOT
        root = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            root = hash_node(left, root)
        return root

    def hashes(self) -> bytes:
        """What `Frontier(size, hashes)` is made of again."""
        return b"".join(self._hashes)


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_parts(size: int, index: int) -> list[range]:
    """The stretches of a tree of `size` leaves whose roots lead from leaf `index` to its root, lowest first."""
    start, parts = 0, []
    while size > 1:
        middle = _split(size)
        if index < start + middle:
            parts.append(range(start + middle, start + size))
            size = middle
        else:
            parts.append(range(start, start + middle))
            start, size = start + middle, size - middle
    return parts[::-1]


def consistency_parts(size: int, old_size: int) -> list[range]:
    """The stretches whose roots show that the tree of `size` leaves began as the tree of its first `old_size`."""
    return _subparts(range(size), old_size, whole=True) if 0 < old_size < size else []


def _subparts(tree: range, old_size: int, *, whole: bool) -> list[range]:
    if old_size == len(tree):
        return [] if whole else [tree]
    middle = _split(len(tree))
    if old_size <= middle:
        return [*_subparts(tree[:middle], old_size, whole=whole), tree[middle:]]
    return [*_subparts(tree[middle:], old_size - middle, whole=False), tree[:middle]]


class Proving:
    """A proof made while the leaves come by, in their order, and the root beside it: no leaf is kept."""

    def __init__(self, parts: Sequence[range]) -> None:
        """`parts`: of one of the two functions above."""
        self._parts = [(part, Frontier()) for part in parts]
        self._whole = Frontier()

    def extend(self, leaves: Sequence[bytes]) -> None:
        """The hashes of the next leaves."""
        first = self._whole.size
        for part, frontier in self._parts:
            frontier.extend(leaves[max(part.start - first, 0) : max(part.stop - first, 0)])
        self._whole.extend(leaves)

    @property
    def size(self) -> int:
        return self._whole.size

    def root(self) -> bytes:
        return self._whole.root()

    def proof(self) -> list[bytes]:
        """Of all leaves that came."""
        return [frontier.root() for _, frontier in self._parts]


def proves_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` leads from `leaf` at `index` to the root of the tree of `size` leaves."""
    if not 0 <= index < size:
        return False
    place, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            leaf = hash_node(sibling, leaf)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            leaf = hash_node(leaf, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and leaf == root


def proves_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree with `root` began as the one with `old_root`."""
    if old_size == 0:
        return not proof
    if old_size == size:
        return not proof and old_root == root
    if not 0 < old_size < size:
        return False
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = hash_node(sibling, before), hash_node(sibling, after)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            after = hash_node(after, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == root
