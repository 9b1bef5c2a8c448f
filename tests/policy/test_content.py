"""What a policy was read from is packed in pieces, and is the same as if it had been packed at once."""

from __future__ import annotations

import zlib

import msgspec
import pytest

from gateway.policy.complaints import Complaints
from gateway.policy.content import packed, unpacked
from gateway.policy.documents import Members, read_document


def document_with(teams: int) -> Members:
    lines = "".join(f"  team-{number}: {{models: [fast], cost_center: 'é{number}'}}\n" for number in range(teams))
    document = read_document("p.yaml", f"version: 1\nmodels: {{}}\nteams:\n{lines}".encode(), Complaints())
    assert document is not None
    return document


@pytest.mark.parametrize("teams", [1, 15, 16, 3000])
def test_the_pieces_are_the_document_in_message_pack(teams: int) -> None:
    document = document_with(teams)
    assert zlib.decompress(packed(document)) == msgspec.msgpack.encode(document)


def test_mappings_of_any_length_come_back() -> None:
    one = next(iter(document_with(1).members.values()))
    longest = Members(one[0].mark, {str(number): one for number in range(1 << 16)})
    document = Members(one[0].mark, {"teams": (one[0], longest)})
    assert unpacked(packed(document)) == document


def test_of_a_document_one_team_alone_can_be_read() -> None:
    document = document_with(20)
    teams = unpacked(packed(document), "team-7").members["teams"][1]
    assert isinstance(teams, Members)
    assert list(teams.members) == ["team-7"]
