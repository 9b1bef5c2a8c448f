"""The tree of RFC 6962: its published heads, its proofs in every shape."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.chain import (
    EMPTY_ROOT,
    Frontier,
    Proving,
    consistency_parts,
    hash_leaf,
    inclusion_parts,
    proves_consistency,
    proves_inclusion,
)
from tests.support.each_case import each_case

DATA = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [hash_leaf(bytes.fromhex(text)) for text in DATA]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of Certificate Transparency, for the trees of the first 1 to 8 leaves."""

MANY = [hash_leaf(bytes([number, number * 7 % 256])) for number in range(70)]


def root_of(leaves: list[bytes]) -> bytes:
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def proof_of(leaves: list[bytes], parts: list[range], at_once: int = 7) -> list[bytes]:
    """Made while the leaves come by, some at a time."""
    proving = Proving(parts)
    for first in range(0, len(leaves), at_once):
        proving.extend(leaves[first : first + at_once])
    assert (proving.size, proving.root()) == (len(leaves), root_of(leaves))
    return proving.proof()


def inclusion_proof(leaves: list[bytes], index: int) -> list[bytes]:
    return proof_of(leaves, inclusion_parts(len(leaves), index))


def consistency_proof(leaves: list[bytes], old: int) -> list[bytes]:
    return proof_of(leaves, consistency_parts(len(leaves), old))


def test_the_heads_are_the_published_ones() -> None:
    assert root_of([]) == EMPTY_ROOT == sha256(b"").digest()
    assert [root_of(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS


def test_many_leaves_at_once_are_the_same_as_one_after_the_other() -> None:
    slowly = Frontier()
    states = [slowly.hashes()]
    for leaf in MANY:
        slowly.append(leaf)
        states.append(slowly.hashes())
    for before in range(len(MANY)):
        for after in range(before, len(MANY) + 1):
            tree = Frontier(before, states[before])
            tree.extend(MANY[before:after])
            assert (tree.size, tree.hashes()) == (after, states[after])


def test_the_published_proofs() -> None:
    assert [step.hex()[:8] for step in inclusion_proof(LEAVES, 0)] == ["96a296d2", "5f083f0a", "6b47aaf2"]
    assert [step.hex()[:8] for step in inclusion_proof(LEAVES, 5)] == ["bc1a0643", "ca854ea1", "d37ee418"]
    assert [step.hex()[:8] for step in consistency_proof(LEAVES, 2)] == ["5f083f0a", "6b47aaf2"]
    assert [step.hex()[:8] for step in consistency_proof(LEAVES[:5], 2)] == ["5f083f0a", "bc1a0643"]


@each_case("size", [1, 2, 3, 7, 8, 33, 64, 70])
def test_every_leaf_is_proved_and_no_other_in_its_place(size: int) -> None:
    leaves, root = MANY[:size], root_of(MANY[:size])
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        assert proves_inclusion(leaves[index], index, size, proof, root)
        assert not proves_inclusion(hash_leaf(b"other"), index, size, proof, root)
        assert not proves_inclusion(leaves[index], index, size, [*proof, root], root)
        if size > 1:
            assert not proves_inclusion(leaves[index], (index + 1) % size, size, proof, root)
    assert not proves_inclusion(leaves[0], size, size, [], root)


@given(st.integers(1, 70), st.integers(1, 70), st.data())
def test_a_tree_that_only_grew_proves_it_and_one_that_did_not_cannot(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    leaves = MANY[:new]
    proof = consistency_proof(leaves, old)
    old_root, root = root_of(leaves[:old]), root_of(leaves)
    assert proves_consistency(old, old_root, new, root, proof)
    place = data.draw(st.integers(0, old - 1))
    changed = [*leaves[:place], hash_leaf(b"changed"), *leaves[place + 1 :]]
    assert not proves_consistency(old, old_root, new, root_of(changed), consistency_proof(changed, old))
    assert not proves_consistency(old, old_root, new, root, [*proof, root])


def test_a_proof_of_nothing_proves_only_the_empty_tree() -> None:
    assert proves_consistency(0, EMPTY_ROOT, 3, root_of(MANY[:3]), [])
    assert not proves_consistency(5, root_of(MANY[:5]), 3, root_of(MANY[:3]), [])
    assert not proves_consistency(3, root_of(MANY[:3]), 5, root_of(MANY[:5]), [])


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_frontier_goes_on_where_it_was_stored(first: int, more: int) -> None:
    frontier = Frontier()
    for leaf in MANY[:first]:
        frontier.append(leaf)
    again = Frontier(frontier.size, frontier.hashes())
    rest = MANY[first : first + more]
    for leaf in rest:
        again.append(leaf)
    assert again.root() == root_of(MANY[: first + len(rest)])
    assert again.size == first + len(rest)


def test_a_frontier_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="one hash for each bit"):
        Frontier(3, bytes(32))
