"""Whether small letters were drawn by lot: keys that have nothing else, as some mail services give them out."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

# Which small letters stand behind one another in words of German, French, Italian, English and of programs: each pair
# once in two thousand and more.
_FOLLOWERS = """
    abcdefghijklmnprstuvwyz babeilorsu cacehiklortu dadeilorsu eabcdefghiklmnoprstuvwxyz faefiloru gaeghilnorsu
    haeilmnortu iabcdefgklmnoprstuvz jaeou kaeilorsu ladefilmostuvy mabeimopsu nabcdefghiklnorstuvyz
    oabcdfghiklmnoprstuvw paehiloprstu qu rabcdegiklmnorstuvy sacehiklmopstuwy tacehilmorstuyz uabcdefgilmnoprst vaeio
    waeio xit yaelnps zaeioz
    """
_PAIRS_OF_WORDS: Final = frozenset(
    (ord(followed[0]), ord(second)) for followed in _FOLLOWERS.split() for second in followed[1:]
)
_SHORTEST, _ONE_IN = 10, 4
_ALPHABET: Final = b"abcdefghijklmnopqrstuvwxyz"


def are_letters_by_lot(text: bytes) -> bool:
    """Ten small letters and more, `imcnkqohemjxgzlo`. Of sixteen drawn by lot one in seventy is missed, of words of
    twelve letters one in thirty taken for some: so this is asked only where a key may stand.
    """
    if len(text) < _SHORTEST or not (text.isalpha() and text.isascii() and text.islower()):
        return False
    odd = sum(pair not in _PAIRS_OF_WORDS for pair in pairwise(text))
    return odd * _ONE_IN >= len(text) and text not in _ALPHABET
