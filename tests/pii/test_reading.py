"""Texts as detectors read them: one byte a character, and always a way back."""

from __future__ import annotations

import gc
import sys

from hypothesis import given
from hypothesis import strategies as st

from gateway.pii.folding import fold
from gateway.pii.offsets import OffsetMap
from gateway.pii.reading import reveal


@given(st.text())
def test_a_fold_is_as_long_as_its_text(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(
    st.text(
        alphabet=st.sampled_from(
            'aé1@&#;64%C3BC\\u0e"n\x85\x0c％３Ｃ\u200b\u0301ﬁ=*</b>\n~\x1b[m✨\u202f.\U000e0041\U000e0042'
        )
    )
)
def test_every_character_read_has_its_place_in_the_text_in_order(text: str) -> None:
    reading = reveal(text, fold(text))
    last = 0
    for at in range(len(reading.data)):
        start, end = reading.span(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert start >= last or text[start:end] != text[last:end]
        last = start


def test_what_hides_is_read() -> None:
    hidden = {
        "a\u200bn\u00adna": b"anna",
        "ａｎｎａ＠ｘ．ｃｈ": b"anna@x.ch",
        "e\u0301te\u0301": b"\xe9t\xe9",
        "anna&#64;x.ch": b"anna@x.ch",
        "anna%40x.ch": b"anna@x.ch",
        r"M\u00fcller": b"M\xfcller",
        r"\\\"Anna\\\"": b'"Anna"',
        "M=C3=BCller": b"M\xfcller",
        "M％C３％BＣller": b"M\xfcller",
        "=61=6E=6E=61": b"anna",
        "756.66**37**.3720": b"756.6637.3720",
        "756004<b>4426</b> an<b>na</b>": b"7560044426</b> anna</b>",
        "**a** b ** c": b"**a** b ** c",
        "An=\x85na, =\x0cBeat, =\u2028Cem": b"Anna, Beat, Cem",
        "٠٧٩ 𝟭𝟮": b"079 12",
        "7569\x1b[1m217\x1b[0m": b"7569217",
        r"7569\x1b[1m217\u001b[0m": b"7569217",
        "an\u2728na@\u2728x.ch": b"anna@x.ch",
        "3\u2728.4\u2b50\ufe0f5 a\u2728b": b"3.45 a\x7fb",
        "an\u202fna@\u2009x.c\u2009h": b"anna@x.ch",
        "079\u202f123\u202f45 Dr.\u202fA.\u202fMeier": b"079 123 45 Dr. A. Meier",
        r"\textbf{15.~Mai~1985}": b"15. Mai 1985}",
        "10.1.\r\n\t2.3 12-05-\n> 81, 3-4\n    -5": b"10.1.2.3 12-05-81, 3-4-5",
        "3\n-4 a.\n5.": b"3\n-4 a.\n5.",
        "s=2Eanna=40x=2Ech?limit=20": b"s.anna@x.ch?limit ",
        "?limit=20&at=40px": b"?limit=20&at=40px",
        "".join(chr(0xE0000 + ord(char)) for char in "anna@x.ch"): b"anna@x.ch",
    }
    assert {text: reveal(text, fold(text)).data for text in hidden} == hidden


def test_the_way_back_is_no_crowd_of_objects_that_would_have_to_be_let_go_of_at_once() -> None:
    offsets = OffsetMap()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(50_000):
        offsets.add(1, 2)
        offsets.add(3, 3)
    # A crowd would be 100,000; other threads of the worker may make some of their own meanwhile.
    assert sys.getallocatedblocks() - before < 10_000
    assert offsets.raw(199_997, 199_998) == (249_997, 249_998)
