"""Every character as one byte of Latin-1, by looks and meaning: the form in which detectors read.

A byte a character keeps offsets equal to those of the text and lets RE2 run over it without decoding. Digits of any
script become ASCII digits, letters that look Latin become Latin, any other letter a letter of its case, every space a
space, every dash a hyphen. Three bytes are marks for `gateway.pii.reading`, which resolves them with an offset map:
DROP (invisible), COMBINE (an accent of its own), EXPAND (one character that means several).

Invariants
- `fold` never changes the number of characters, and never fails, whatever the text.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

DROP, COMBINE, EXPAND = b"\x00", b"\x02", b"\x03"
EURO = b"\x80"
_AT_ONCE = 2048
"""Characters between which other threads may run."""
SYMBOL = b"\x7f"

LOOK_ALIKES = dict(
    zip(
        "аеорсухіѕјԁһԛԝкмтвнАВЕКМНОРСТУХІЅЈЗΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανικρτυχʟɡɑıłđŁĐ×ƒØøœŒẞŸ",
        "aeopcyxisjdhqwkmtbhABEKMHOPCTYXISJ3ABEZHIKMNOPTYXoavikptuxlgaildLDxfØøøØßY",
        strict=True,
    )
)
SIGNS = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"',
    "‹": '"', "›": '"', "−": "-", "⁃": "-", "‧": ".", "∙": ".", "⋅": ".", "•": "*", "‣": "*", "●": "*", "▪": "*",
    "🎂": "*", "🎈": "*",
    "∕": "/", "⁄": "/", "∶": ":", "꞉": ":", "。": ".", "、": ",", "，": ",", "\u2028": "\n", "\u2029": "\n",
}  # fmt: skip
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u180b\u180c\u180d\u180e\u2800")


@lru_cache(maxsize=8192)
def _byte(char: str) -> bytes:
    """What stands for a character beyond Latin-1."""
    if char == "€":
        return EURO
    plain = LOOK_ALIKES.get(char) or SIGNS.get(char)
    if plain:
        return plain.encode("latin-1")
    kind = unicodedata.category(char)
    if kind in {"Cf", "Cs", "Co", "Cn"} or char in INVISIBLE or 0xFE00 <= ord(char) <= 0xFE0F or ord(char) >= 0xE0000:
        return DROP
    if kind in {"Mn", "Me", "Mc"}:
        return COMBINE
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return b"%d" % digit
    wide = unicodedata.normalize("NFKC", char)
    if len(wide) > 1:
        return EXPAND
    if wide != char:
        return wide.encode("latin-1") if ord(wide) < 256 else _byte(wide)
    base = unicodedata.normalize("NFD", char)[0]
    if ord(base) < 256:
        return base.encode("latin-1")
    if base != char:
        return _byte(base)
    if kind == "Zs":
        return b" "
    if kind == "Pd":
        return b"-"
    if kind[0] == "L":
        return {"Lu": b"\xde", "Lt": b"\xde", "Ll": b"\xfe"}.get(kind, b"\xaa")
    return SYMBOL


def _fold_run(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    end = min(error.end, error.start + _AT_ONCE)
    return b"".join(map(_byte, error.object[error.start : end])), end


codecs.register_error("gateway.pii.fold", _fold_run)

# What Latin-1 itself holds in several forms.
_SAME = bytes(range(256))
TIDY = bytes.maketrans(
    b"\xa0\xad\xb7\xb4`\xab\xbb\x85\x0b\x0c\xb9\xb2\xb3",
    b" \x00.''\"\"\n\n\n123",
)
LOWER = bytes(byte + 32 if 0x41 <= byte <= 0x5A or (0xC0 <= byte <= 0xDE and byte != 0xD7) else byte for byte in _SAME)


def fold(text: str) -> bytes:
    """The text, one byte a character."""
    return text.encode("latin-1", "gateway.pii.fold").translate(TIDY)


def holds_any(data: bytes, signs: Iterable[bytes]) -> bool:
    """Whether one of them stands anywhere. Every text is asked so."""
    for sign in signs:  # noqa: SIM110 - a generator would cost as much as the search
        if data.find(sign) >= 0:  # `in` first tries whether the sign is a number, by an exception
            return True
    return False


_TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def without_accents(name: str) -> set[str]:
    """How a name in small letters is written where accents are wanting: `jürg` as `jurg` and `juerg`."""
    bare = "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))
    return {name, bare, name.translate(_TRANSCRIBED)}


def lower(data: bytes) -> bytes:
    """Small letters, accents too, byte for byte."""
    return data.translate(LOWER)
