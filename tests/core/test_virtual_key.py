from __future__ import annotations

import re
import secrets
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core import virtual_key
from gateway.core.virtual_key import DIGITS, VirtualKey, check_digits, mint, parse
from gateway.errors import NotAuthenticated

random_bytes = st.binary(min_size=64, max_size=64).map(lambda seed: lambda n: (seed * (n // 64 + 1))[:n])


@given(random_bytes, st.from_regex(r"[a-z0-9]{1,16}", fullmatch=True))
def test_what_is_minted_is_parsed_into_the_same_parts(random, env: str) -> None:
    key = mint(env, random)
    assert parse(key.text) == key
    assert re.fullmatch(virtual_key.PATTERN, key.text)


def test_a_known_key() -> None:
    key = VirtualKey("dev", "0123456789", "A" * 32)
    assert key.text == "gwk_dev_0123456789_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_" + check_digits(key.signed)
    assert check_digits("123456789") == "3jZRME"  # the check value of CRC-32, 0xCBF43926, in base 62


def test_keys_use_all_their_digits_and_do_not_repeat() -> None:
    keys = [mint("dev", secrets.token_bytes) for _ in range(400)]
    assert set("".join(key.secret for key in keys)) == set(DIGITS)
    assert len({key.id for key in keys}) == len({key.secret for key in keys}) == 400
    assert {len(key.id) for key in keys} == {10}
    assert {len(key.secret) for key in keys} == {32}


@given(random_bytes, st.data())
def test_one_wrong_character_anywhere_is_noticed(random, data: st.DataObject) -> None:
    text = mint("dev", random).text
    at = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.sampled_from(string.ascii_letters + string.digits + "_-").filter(lambda c: c != text[at]))
    with pytest.raises(NotAuthenticated):
        parse(text[:at] + wrong + text[at + 1 :])


@given(random_bytes, st.integers(0, 56))
def test_a_key_cut_off_or_stretched_is_noticed(random, length: int) -> None:
    text = mint("dev", random).text
    for wrong in (text[:length], text[length + 1 :], text + "0", text + "\n", " " + text):
        with pytest.raises(NotAuthenticated):
            parse(wrong)


@given(random_bytes, st.data())
def test_two_neighbours_swapped_are_noticed(random, data: st.DataObject) -> None:
    text = mint("dev", random).text
    at = data.draw(st.integers(0, len(text) - 2))
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if swapped == text:
        assert parse(swapped).text == text
    else:
        with pytest.raises(NotAuthenticated):
            parse(swapped)


@given(st.text())
def test_a_message_about_any_text_quotes_at_most_four_characters(text: str) -> None:
    with pytest.raises(NotAuthenticated) as raised:
        parse(text)
    told = raised.value.message.replace("'", "\ud800")  # our own quotes, which the text may have, too, are none of it
    for start in range(len(text) - 4):
        piece = text[start : start + 5]
        assert piece not in told or piece in _OWN_WORDS


_OWN_WORDS = (
    "The API key that begins with '' is not one of this gateway's: those begin with gwk_. "
    "The API key is not complete: copy all of it, from gwk_ to the last character. "
    "The API key is not one of this gateway's: those begin with gwk_."
)


@pytest.mark.parametrize(
    ("presented", "quoted"),
    [
        ("sk-proj-abcdefghijklmnopqrstuvwxyz", "'sk-p'"),
        ("sk-ant-" + 32 * "x", "'sk-a'"),
        ("AIzaSyabcdefghijklmnopqrstuvwxyz", "'AIza'"),
    ],
)
def test_a_foreign_key_is_named_by_its_first_four_characters(presented: str, quoted: str) -> None:
    with pytest.raises(NotAuthenticated, match=quoted) as raised:
        parse(presented)
    assert presented[:5] not in raised.value.message


@pytest.mark.parametrize("presented", ["hunter2", "", "\x1b[31mred and long enough", "ключ-от-чужой-двери"])
def test_nothing_is_quoted_of_what_may_be_a_password_or_would_garble_a_terminal(presented: str) -> None:
    with pytest.raises(NotAuthenticated) as raised:
        parse(presented)
    assert "'" not in raised.value.message.replace("gateway's", "")


def test_the_secret_shows_in_no_repr() -> None:
    key = mint("dev", secrets.token_bytes)
    assert key.secret not in f"{key} {key!r} {[key]}"
    assert key.id in repr(key)


@pytest.mark.parametrize("env", ["", "Dev", "a_b", "x" * 17, "é"])
def test_an_environment_that_would_break_the_form_is_refused(env: str) -> None:
    with pytest.raises(ValueError):
        mint(env, secrets.token_bytes)
