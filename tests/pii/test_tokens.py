"""Words that stand for values: what a model, a cache and a restorer rely on."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.pii.tokens import LONGEST_WORD, TAG_LENGTH, Issued, epoch_key, hashed, one_slip, word_of

KEY = bytes(range(32))
TOKEN = re.compile(r"[A-Z]{2,12}[a-z]?_[0-9abcdefghjkmnpqrstvwxyz]{6}")


@given(
    st.lists(st.tuples(st.sampled_from(["email", "person", "iban", "case_number"]), st.text(max_size=8)), max_size=60)
)
def test_tokens_are_stable_and_two_slips_apart(values: list[tuple[str, str]]) -> None:
    first, second = Issued(KEY), Issued(KEY)
    tokens = [first.token(type_, value, value) for type_, value in values]
    assert tokens == [second.token(type_, value, value) for type_, value in values]
    assert all(TOKEN.fullmatch(token) and len(token) <= LONGEST_WORD + 2 + TAG_LENGTH for token in tokens)
    tags = list(first.values)
    for place, tag in enumerate(tags):
        assert not tag.isdigit()
        assert not tag.isalpha()
        assert not any(one_slip(tag, other) and len(tag) == len(other) for other in tags[place + 1 :])


def test_a_conversation_that_grows_keeps_its_beginning() -> None:
    short, long = Issued(KEY), Issued(KEY)
    before = [short.token("email", "a@x.ch", "a@x.ch"), short.token("person", "anna meier", "Anna Meier")]
    after = [long.token("email", "a@x.ch", "a@x.ch"), long.token("person", "anna meier", "Anna Meier")]
    long.token("person", "meier", "Meier")
    assert before == after


def test_two_spellings_share_the_tag() -> None:
    issued = Issued(KEY)
    one, other = issued.token("email", "a@x.ch", "a@x.ch"), issued.token("email", "a@x.ch", "A@X.ch")
    assert one[-TAG_LENGTH:] == other[-TAG_LENGTH:]
    assert (one.partition("_")[0], other.partition("_")[0]) == ("EMAIL", "EMAILb")
    assert issued.values[one[-TAG_LENGTH:]] == {"EMAIL": "a@x.ch", "EMAILB": "A@X.ch"}


def test_more_spellings_than_letters_are_still_told_apart() -> None:
    issued = Issued(KEY)
    tokens = {issued.token("email", "same", f"spelling {number}") for number in range(100)}
    assert len(tokens) == 100


def test_a_surname_shares_the_tag_of_the_full_name_before_it() -> None:
    issued = Issued(KEY)
    full, part = issued.token("person", "anna meier", "Anna Meier"), issued.token("person", "meier", "Meier")
    assert full[-TAG_LENGTH:] == part[-TAG_LENGTH:]
    assert issued.token("person", "beat meier", "Beat Meier")[-TAG_LENGTH:] != full[-TAG_LENGTH:]


def test_a_full_name_shares_the_tag_of_its_surname_before_it() -> None:
    issued = Issued(KEY)
    part = issued.token("person", "meier", "Meier")
    assert issued.token("person", "anna meier", "Anna Meier")[-TAG_LENGTH:] == part[-TAG_LENGTH:]
    assert issued.token("person", "anna", "Anna")[-TAG_LENGTH:] == part[-TAG_LENGTH:]
    assert issued.token("person", "beat meier", "Beat Meier")[-TAG_LENGTH:] != part[-TAG_LENGTH:]
    assert issued.token("person", "meier", "Meier") == part


def test_teams_epochs_and_types_have_keys_of_their_own() -> None:
    keys = {epoch_key(KEY, team, epoch) for team in ("a", "b") for epoch in ("2026-11-25", "2026-11-26")}
    tokens = {Issued(key).token("email", "a@x.ch", "a@x.ch") for key in keys}
    assert len(tokens) == 4
    assert hashed(KEY, "email", "a@x.ch").partition("_")[2] != hashed(KEY, "phone", "a@x.ch").partition("_")[2]


def test_types_of_ones_own_have_words_too() -> None:
    assert word_of("case_number") == "CASENUMBER"
    assert word_of("a1") == "TERM"
    assert len(word_of("a_very_long_name_of_a_dictionary")) <= 12


def test_whether_a_tag_begins_so_is_known_of_issued_and_of_inherited_ones() -> None:
    issued, other = Issued(KEY), Issued(bytes(32))
    assert not issued.begins("")
    for number in range(200):
        issued.token("email", f"a{number}@x.ch", f"a{number}@x.ch")
        other.token("email", f"b{number}@x.ch", f"b{number}@x.ch")
    issued.adopt(other.values)
    beginnings = {tag[:length] for tag in issued.values for length in range(TAG_LENGTH + 1)}
    asked = beginnings | {beginning + letter for beginning in beginnings for letter in "0z"}
    assert {beginning for beginning in asked if issued.begins(beginning)} == beginnings


def test_nothing_shows_a_value() -> None:
    issued = Issued(KEY)
    issued.token("email", "a@x.ch", "a@x.ch")
    assert "a@x.ch" not in repr(issued)
