"""Whatever is done to a log is found, and the first record that is not as it was is named."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.appending import LogKeys, put
from gateway.audit.chain import Frontier
from gateway.audit.checkpoint import Head, SigningKey
from gateway.audit.record import Record, content_hash, place_mac
from gateway.audit.verdict import KEYS_LISTED, PERSONS_LISTED, Placed, Trust
from tests.support.audit_logs import (
    GATEWAYS,
    KEYS,
    PUBLIC,
    MemoryLog,
    bare,
    changed,
    header,
    log_of,
    new_writer,
    shipment,
)
from tests.support.each_case import each_case
from tests.support.examples import examples

replaced = msgspec.structs.replace
BATCHES = [3, 5, 1, 8, 2]
COUNT = 2 + sum(BATCHES) + 2


def with_header(record: Record) -> Record:
    return replaced(record, header=record.header.replace(b'"model":"m"', b'"model":"n"'))


def with_content(record: Record) -> Record:
    content = bytes([record.content[0], record.content[1] ^ 1]) + record.content[2:]  # type: ignore[index]
    return replaced(record, content=content)


def with_consistent_content(record: Record) -> Record:
    other = with_content(record)
    return replaced(other, content_hash=content_hash(other.content or b""))


def edit_header(log: MemoryLog, place: int) -> None:
    log.rows[place] = changed(log.rows[place], with_header)


def edit_and_cover_up(log: MemoryLog, place: int) -> None:
    log.rows[place] = changed(log.rows[place], with_header, covers_up=True)


def edit_content(log: MemoryLog, place: int) -> None:
    log.rows[place] = changed(log.rows[place], with_content)


def edit_content_and_cover_up(log: MemoryLog, place: int) -> None:
    log.rows[place] = changed(log.rows[place], with_consistent_content, covers_up=True)


def move_content(log: MemoryLog, place: int) -> None:
    one, other = log.rows[place], log.rows[place + 1]
    log.rows[place] = replaced(one, record=replaced(one.record, content=other.record.content))
    log.rows[place + 1] = replaced(other, record=replaced(other.record, content=one.record.content))


def delete(log: MemoryLog, place: int) -> None:
    del log.rows[place]


def delete_and_move_up(log: MemoryLog, place: int) -> None:
    log.renumbered(log.rows[:place] + log.rows[place + 1 :])


def cut_out_many(log: MemoryLog, place: int) -> None:
    del log.rows[place : place + 4]


def swap(log: MemoryLog, place: int) -> None:
    rows = list(log.rows)
    rows[place], rows[place + 2] = rows[place + 2], rows[place]
    log.renumbered(rows)


def insert(log: MemoryLog, place: int) -> None:
    forged = changed(log.rows[place], with_header, covers_up=True)
    log.renumbered([*log.rows[:place], forged, *log.rows[place:]])


def duplicate(log: MemoryLog, place: int) -> None:
    log.renumbered([*log.rows[:place], log.rows[place - 1], *log.rows[place:]])


def drop_content(log: MemoryLog, place: int) -> None:
    row = log.rows[place]
    log.rows[place] = replaced(row, record=replaced(row.record, content=None))


def rechain(log: MemoryLog, place: int) -> None:
    """An edit, and every hash after it computed anew; only what needs a key is missing."""
    rows = log.rows[:place]
    previous: dict[bytes, bytes] = {row.record.writer: row.leaf for row in rows}
    for row in log.rows[place:]:
        record = replaced(row.record, previous=previous.get(row.record.writer, row.record.previous))
        record = with_header(record) if row.index == place else record
        previous[record.writer] = record.leaf()
        rows.append(replaced(row, record=record, leaf=record.leaf()))
    log.rows = rows


TAMPERINGS: dict[Callable[[MemoryLog, int], None], str] = {
    edit_header: "edit",
    edit_and_cover_up: "edit",
    edit_content: "edit",
    edit_content_and_cover_up: "edit",
    move_content: "edit",
    delete: "delete",
    delete_and_move_up: "delete",
    cut_out_many: "delete",
    swap: "reorder",
    insert: "insert",
    duplicate: "duplicate",
    drop_content: "delete",
    rechain: "edit",
}
CONTENTS = st.integers(2, 2 + sum(BATCHES) - 3)
"""Places whose record has content, and two more behind it."""


def test_a_log_that_nobody_touched_is_whole() -> None:
    verdict = log_of(BATCHES).verdict()
    assert (verdict.state, verdict.exit_code, verdict.records, verdict.open_writers) == ("whole", 0, COUNT, 0)
    assert verdict.root == log_of([]).verdict().root or len(verdict.root) == 64
    assert log_of(BATCHES).verdict(PUBLIC).state == "whole"


@settings(max_examples=examples(40))
@given(st.lists(st.integers(1, 6), max_size=6), st.integers(1, 4))
def test_logs_of_every_shape_are_whole(batches: list[int], writers: int) -> None:
    log = log_of(batches, writers)
    assert log.verdict().state == log.verdict(PUBLIC).state == "whole"
    assert log.verdict(replaced(GATEWAYS, tree=log.tree)).state == "whole"


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
@settings(max_examples=examples(25))
@given(place=CONTENTS)
def test_each_tampering_is_named_with_its_first_record(tamper: Callable[[MemoryLog, int], None], place: int) -> None:
    log = log_of(BATCHES)
    tamper(log, place)
    verdict = log.verdict()
    assert verdict.exit_code == 1
    assert (verdict.first_bad, verdict.kind) == (place, TAMPERINGS[tamper]), verdict


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
@settings(max_examples=examples(10))
@given(place=CONTENTS)
def test_without_the_gateways_key_it_is_found_too(tamper: Callable[[MemoryLog, int], None], place: int) -> None:
    """By the checkpoints: the first record may then be any that the first bad one covers."""
    log = log_of(BATCHES)
    tamper(log, place)
    verdict = log.verdict(PUBLIC)
    assert verdict.exit_code == 1
    assert verdict.first_bad is not None
    assert verdict.first_bad <= place <= max(verdict.until or 0, verdict.first_bad)


@pytest.mark.fault("J3")
def test_a_tail_that_was_cut_is_missed_by_the_checkpoints() -> None:
    log = log_of(BATCHES)
    del log.rows[-3:]
    verdict = log.verdict()
    assert (verdict.kind, verdict.first_bad) == ("truncate", COUNT - 3)


@pytest.mark.fault("J3")
def test_a_tail_cut_with_its_checkpoints_is_missed_by_the_witness_and_by_the_state() -> None:
    log = log_of(BATCHES)
    head = KEYS.signing.verify_key.read(log.notes[-1][1])
    tree = log.tree
    del log.notes[-2:], log.rows[log.notes[-1][0] :]
    assert log.verdict().state == "whole"  # nothing in it tells
    witnessed = log.verdict(replaced(GATEWAYS, heads=(head,)))
    assert (witnessed.kind, witnessed.first_bad) == ("truncate", len(log.rows))
    assert log.verdict(replaced(GATEWAYS, tree=tree)).state == "tampered"


def test_who_has_every_key_and_builds_all_of_it_anew_is_caught_by_the_witness() -> None:
    log = log_of(BATCHES)
    size, note = log.notes[3]
    head = KEYS.signing.verify_key.read(note)
    rows = [changed(row, with_header) if row.index == 4 else row for row in log.rows]
    log.rows, log.notes, log.tree = [], [], Frontier()
    for row in rows:
        log.put([row.record])
    rebuilt = log.verdict(replaced(GATEWAYS, heads=(head,)))
    assert (rebuilt.kind, rebuilt.until) == ("fork", size - 1)
    assert rebuilt.first_bad is not None
    assert rebuilt.first_bad <= size - 1


def test_checkpoints_cannot_be_swapped_forged_or_taken_away() -> None:
    log = log_of(BATCHES)
    (one, first), (two, second) = log.notes[1:3]
    log.notes[1:3] = [(one, second), (two, first)]
    assert (log.verdict().kind, log.verdict().first_bad) == ("reorder", one - 1)

    for place in (0, 1, len(log_of(BATCHES).notes) - 2):  # each whole, and in another order, as a file may have them
        log = log_of(BATCHES)
        (one, first), (two_last, second) = log.notes[place : place + 2]
        log.notes[place : place + 2] = [(two_last, second), (one, first)]
        assert (log.verdict().kind, log.verdict().first_bad) == ("reorder", one - 1)
        log.notes[place : place + 2] = [(one, first), (one, first), (two_last, second)]
        assert (log.verdict().kind, log.verdict().first_bad) == ("duplicate", one - 1)

    for size in (-1, 0):
        log = log_of(BATCHES)
        log.notes[0] = (size, log.notes[0][1])
        assert log.verdict().first_bad == 0, "no record has a place before the first"

    log = log_of(BATCHES)
    (one, first), (two_last, second) = log.notes[-2:]
    log.notes[-2:] = [(one, second), (two_last, first)]
    assert (log.verdict().kind, log.verdict().first_bad) == ("reorder", one - 1)

    log = log_of(BATCHES)
    log.notes[2] = (two, log.notes[2][1].replace("\n", "\n\n", 1))
    assert (log.verdict().kind, log.verdict().first_bad) == ("bad signature", two - 1)

    log = log_of(BATCHES)
    other = SigningKey(bytes(32)).checkpoint(KEYS.signing.verify_key.read(log.notes[2][1]))
    log.notes[2] = (two, other)
    assert log.verdict().kind == "bad signature"

    log = log_of(BATCHES)
    del log.notes[2]
    assert (log.verdict().kind, log.verdict().first_bad) == ("delete", two - 1)

    log = log_of(BATCHES)
    last = log.notes[-2][0]
    del log.notes[-1]
    assert (log.verdict().kind, log.verdict().first_bad) == ("delete", last)

    log = log_of(BATCHES)
    head = KEYS.signing.verify_key.read(log.notes[2][1])
    log.notes[2] = (two, KEYS.signing.checkpoint(Head(two, bytes(32), head.previous)))
    assert log.verdict().kind == "fork"


def test_numbers_that_a_writer_left_out_are_a_gap_though_all_is_signed() -> None:
    log, writer = MemoryLog(), new_writer()
    records = [bare(writer, "heartbeat").record for _ in range(6)]
    log.put(records[:3])
    log.put(records[4:])
    verdict = log.verdict()
    assert (verdict.kind, verdict.first_bad) == ("gap", 3)


@settings(max_examples=examples(60))
@given(st.permutations(range(8)), st.booleans())
def test_records_that_came_late_fill_the_gap_that_they_left(order: list[int], closes: bool) -> None:
    """In whatever order, and behind the writer's last word; until the last has come there is a gap."""
    log, writer = MemoryLog(), new_writer()
    records = [bare(writer, "heartbeat").record for _ in order]
    records += [bare(writer, "writer_close").record] if closes else []
    for count, number in enumerate([*order, len(order)] if closes else order, 1):
        log.put([records[number]])
        taken = sorted([*order, len(order)][:count])
        kind = None if taken == list(range(count)) else "gap"
        assert (log.verdict().kind, log.verdict(PUBLIC).kind) == (kind, kind)
    assert log.verdict().open_writers == (0 if closes else 1)


def test_a_process_that_died_is_open_until_another_has_brought_what_it_left() -> None:
    log, dead, living = MemoryLog(), new_writer(), new_writer()
    log.put([bare(dead, "writer_open").record, bare(living, "writer_open").record])
    assert log.verdict().open_writers == 2
    about = {"writer": dead.id.hex(), "from": "1"}
    log.put([bare(dead, "heartbeat").record, bare(living, "writer_recovered", about=about).record])
    assert (log.verdict().state, log.verdict().open_writers) == ("whole", 1)


def test_what_came_late_has_to_fit_where_it_was_missing() -> None:
    writer = new_writer()
    records = [bare(writer, "heartbeat").record for _ in range(5)]
    other = [bare(new_writer(), "heartbeat").record for _ in range(5)]
    unlike = msgspec.structs.replace(records[2], header=bare(new_writer(), "admin").record.header)
    before = msgspec.structs.replace(records[2], previous=other[0].leaf())
    for late, kind in ((records[2], None), (records[1], "gap"), (records[4], "gap"), (unlike, "gap"), (before, "gap")):
        log = MemoryLog()
        log.put([*records[:2], *records[3:]])
        log.put([late])
        log.put(other[:1])
        assert (log.verdict().kind, log.verdict(PUBLIC).kind) == (kind, kind)
    assert "fit" in log.verdict().detail


def test_what_came_late_before_hides_no_tampering_behind_it() -> None:
    """For an auditor, who has no more than checkpoints: what was proved is no hint to what was done after."""
    writer = new_writer()
    records = [bare(writer, "heartbeat").record for _ in range(12)]
    log = MemoryLog()
    log.put([*records[:2], *records[3:6]])
    log.put(records[6:12])
    log.put([records[2]])
    assert log.verdict(PUBLIC).state == "whole"
    log.renumbered([*log.rows[:7], log.rows[8], log.rows[7], *log.rows[9:]])
    verdict = log.verdict(PUBLIC)
    assert verdict.exit_code == 1
    assert verdict.first_bad == 5
    assert verdict.until is not None
    assert 7 <= verdict.until < 11


def test_columns_that_say_something_else_than_the_header_are_an_edit() -> None:
    log = log_of(BATCHES)
    row = log.rows[5]
    at = int(header().at)
    told = (at, "request", "another", "", "", "")
    log.rows[5] = replaced(row, columns=told)
    assert (log.verdict().kind, log.verdict().first_bad) == ("edit", 5)


@pytest.mark.fault("J1")
def test_a_content_that_never_was_cannot_be_destroyed() -> None:
    """Nothing is lost, and yet the row is not as it was written."""
    log = log_of([])
    log.put([bare(new_writer(), "heartbeat").record])
    place = len(log.rows) - 1
    assert log.rows[place].record.content == b""
    drop_content(log, place)
    assert (log.verdict().kind, log.verdict().first_bad) == ("edit", place)


@pytest.mark.fault("J4")
@pytest.mark.parametrize("by", ["key", "person"])
def test_what_a_policy_shredded_is_no_tampering(by: str) -> None:
    log, writer = MemoryLog(), new_writer()
    made = [shipment(writer, subject=subject) for subject in ("alice", "bob", "alice")]
    log.put([each.record for each in made])
    key, person = made[0].key, made[0].person
    assert key is not None
    assert person is not None
    if by == "key":
        about, shredded = {KEYS_LISTED: f"{'0' * 32} {key.id}"}, 3
        last = bare(writer, "key_destroyed", about=about)
    else:
        about, shredded = {PERSONS_LISTED: person.id}, 2
        last = bare(writer, "person_erased", about=about)

    def without(row: Placed) -> Placed:
        mine = by == "key" or person.id.encode() in row.record.header
        return replaced(row, record=replaced(row.record, content=None)) if mine else row

    log.rows = [without(row) for row in log.rows]
    assert (log.verdict().kind, log.verdict().first_bad) == ("delete", 0)
    log.put([last.record])
    verdict = log.verdict()
    assert (verdict.state, verdict.shredded_by_policy) == ("whole", shredded)


def test_an_empty_log_cannot_be_told_from_one_that_was_emptied() -> None:
    assert MemoryLog().verdict().exit_code == 2
    assert MemoryLog().verdict(replaced(GATEWAYS, heads=(Head(3, bytes(32)),))).kind == "truncate"


@each_case("seed", range(40))
def test_tamperings_at_random_on_a_longer_log(seed: int) -> None:
    draw = random.Random(seed)
    log = log_of([draw.randint(1, 30) for _ in range(8)], writers=draw.randint(1, 4))
    with_content_places = [row.index for row in log.rows if row.record.content][1:-3]
    tamper = draw.choice(list(TAMPERINGS))
    place = draw.choice(with_content_places)
    if tamper in (duplicate, swap, move_content):
        place = max(place, 6)
        if tamper is move_content and not (log.rows[place].record.content and log.rows[place + 1].record.content):
            return
    tamper(log, place)
    verdict = log.verdict()
    assert (verdict.first_bad, verdict.kind) == (place, TAMPERINGS[tamper]), (tamper.__name__, verdict)


def test_a_log_of_another_gateway_is_not_ours() -> None:
    log = log_of(BATCHES)
    other = LogKeys(SigningKey(hashlib.sha256(b"theirs").digest()), b"p" * 32)
    theirs, note = put([row.record for row in log.rows], Frontier(), other)
    log.rows, log.notes = theirs, [(len(theirs), note)]
    assert log.verdict().exit_code == log.verdict(PUBLIC).exit_code == 1
    assert log.verdict(Trust(verify_key=other.signing.verify_key, place_key=other.place)).state == "whole"
    log.rows = []
    assert (log.verdict().first_bad, log.verdict().until) == (0, 0)


def test_the_mac_of_a_place_is_hmac_sha_256() -> None:
    for key in (bytes(32), bytes(range(32))):
        for index, leaf in ((0, b"a" * 32), (2**40, b"b" * 32)):
            told = hmac.digest(key, index.to_bytes(8, "big") + leaf, "sha256")
            assert place_mac(key, index, leaf) == told[:16]
