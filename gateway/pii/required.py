"""Words without which an expression cannot match: of `(?i)pass(?:word|code)[ :]+[a-z]*[0-9]` the words `password` and
`passcode`.

To look for words, an automaton has to know which of them are under way at a place and nothing else: all words of all
expressions have few states together, where the expressions themselves, with what may stand between two words, have one
for every combination of what is under way.

Invariants
- Wherever `source` matches, one of the words of `required(source)` occurs.
- Of what RE2 takes it knows what our expressions are made of, and raises ValueError for the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from math import prod
from typing import Final, NamedTuple

from gateway.pii.folding import LOWER
from gateway.pii.reversal import FLAGS, NO_WIDTH, signs_of, tokens_of

Sign = frozenset[int]
Word = tuple[Sign, ...]
"""Sign by sign the bytes that may stand there; an empty set is the edge of a word (`\\b`)."""

_EDGE: Final[Sign] = frozenset()
_FEW_SIGNS: Final = 5
"""Bytes that one sign of a word may be: more say too little."""
_MOST_TIMES: Final = 3
_MOST_WORDS: Final = 512
LONGEST: Final = 8
"""A word that is longer is not rarer by it, and would only have more states."""


def _shares() -> list[float]:
    """How much of ordinary text each byte is, roughly: prose in four languages, program code, tables."""
    shares = [0.0005] * 256
    shares[ord(" ")] = 0.16
    for letters, share in (
        (b"e", 0.12), (b"nirsta", 0.06), (b"oludcm", 0.03), (b"pghbvfkz", 0.012), (b"wqjyx", 0.006),
        (b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0.002), (b"0123456789", 0.004), (b".,\n", 0.01), (b"-:/_=\"'()", 0.004),
    ):  # fmt: skip
        for letter in letters:
            shares[letter] = share
    return shares


_SHARES: Final = _shares()
_EVERYWHERE: Final = frozenset(
    b"a about all als am an are as at au auf aus avec be bei bis but by can che come con da dans das dass de del den"
    b" der des di die do du e ein eine en er es est et for from f\xfcr ha has have he her his i ich if ihr il im in is"
    b" it ist je la le les man mit my ne nicht no non not o of on one or ou our par per plus pour qu que qui se sie"
    b" sind so sono sur that the their they this to um un una und une up us van via vom von vor war was we were what"
    b" wie will with wo you your zu zum zur".split()
)
"""Of a word that stands everywhere its letters do not tell how often."""
_OF_THESE: Final = 0.002


class _Part(NamedTuple):
    """`whole`: all that it can be, where that is known. `needed`: words of which one has to stand in it."""

    whole: frozenset[Word] | None
    needed: frozenset[Word] | None


_NOTHING: Final = _Part(frozenset(((),)), None)
_ANYTHING: Final = _Part(None, None)


@cache
def required(source: bytes) -> frozenset[Word] | None:
    """The rarest such words; None where there are none. Raises ValueError."""
    flags = FLAGS.match(source)
    tokens = tokens_of(source, flags.end() if flags else 0)
    return _needed(_alternatives(tokens, ignores_case=flags is not None and b"i" in flags[1]))


def alternatives(source: bytes) -> tuple[bytes, ...]:
    """The expressions of which `source` means one or the other: itself alone where it is not written so."""
    flags = FLAGS.match(source)
    tokens = list(tokens_of(source, flags.end() if flags else 0))
    depth = 0
    closed = [at for at, token in enumerate(tokens) if (depth := depth + _opens(token)) == 0 and token == b")"]
    if tokens[:1] == [b"(?:"] and closed == [len(tokens) - 1]:
        tokens = tokens[1:-1]
    found = [b""]
    for token in tokens:
        if token == b"|" and depth == 0:
            found.append(b"")
        else:
            depth += _opens(token)
            found[-1] += token
    return tuple(b"(?%s:%s)" % (flags[1] if flags else b"", one) for one in found)


def _opens(token: bytes) -> int:
    return 1 if token[:1] == b"(" else -1 if token == b")" else 0


@cache
def widest(source: bytes) -> int | None:
    """How many bytes a match has at most; None: any number. Raises ValueError."""
    flags = FLAGS.match(source)
    return _widest(tokens_of(source, flags.end() if flags else 0))


def _widest(tokens: Iterator[bytes]) -> int | None:
    branches: list[list[int | None]] = [[]]
    for token in tokens:
        branch = branches[-1]
        if token == b")":
            break
        if token == b"|":
            branches.append([])
        elif token[:1] == b"(":
            branch.append(_widest(tokens))
        elif token[:1] in b"?*+{":
            width, (_, most) = branch.pop(), _times(token)
            branch.append(0 if width == 0 else None if width is None or most is None else width * most)
        elif token in NO_WIDTH:
            branch.append(0)
        else:
            branch.append(1 if token[:1] in b"\\[" else len(token))
    widths = [None if None in branch else sum(width or 0 for width in branch) for branch in branches]
    return None if None in widths else max(width or 0 for width in widths)


def frequency(words: Iterable[Word]) -> float:
    """How many of these words ordinary text holds a character, roughly, in small letters or capitals."""
    return sum(map(_frequency, words))


@cache
def _frequency(word: Word) -> float:
    return _OF_THESE if _smallest(word) in _EVERYWHERE else prod(_share(sign) for sign in word if sign)


def _smallest(word: Word) -> bytes:
    return bytes(min(LOWER[byte] for byte in sign) for sign in word if sign).strip()


@cache
def _share(sign: Sign) -> float:
    return sum(_SHARES[byte] for byte in range(256) if LOWER[byte] in {LOWER[one] for one in sign})


def _alternatives(tokens: Iterator[bytes], *, ignores_case: bool) -> _Part:
    """What stands up to the bracket that closes it."""
    branches: list[list[_Part]] = [[]]
    for token in tokens:
        branch = branches[-1]
        if token == b")":
            break
        if token == b"|":
            branches.append([])
        elif token[:1] == b"(":
            on, _, off = token[2:-1].partition(b"-")
            branch.append(_alternatives(tokens, ignores_case=b"i" in on or (ignores_case and b"i" not in off)))
        elif token[:1] in b"?*+{":
            branch.append(_repeated(branch.pop(), token))
        elif token in NO_WIDTH:
            branch.append(_Part(frozenset(((_EDGE,),)), None) if token == rb"\b" else _NOTHING)
        elif token[:1] in b"\\[":
            branch.append(_one_of(token, ignores_case))
        else:
            branch.append(_letters(token, ignores_case))
    return _any([_in_a_row(branch) for branch in branches])


@cache
def _letters(written_: bytes, ignores_case: bool) -> _Part:
    """Of letters in a row, which have few forms each."""
    return _in_a_row([_one_of(bytes((letter,)), ignores_case) for letter in written_])


@cache
def _one_of(written_: bytes, ignores_case: bool) -> _Part:
    sign = signs_of(written_, ignores_case=ignores_case)
    return _Part(frozenset(((sign,),)), None) if len(sign) <= _FEW_SIGNS else _ANYTHING


def _repeated(part: _Part, token: bytes) -> _Part:
    fewest, most = _times(token)
    if most is not None and most <= _MOST_TIMES:
        return _any([_in_a_row([part] * number) for number in range(fewest, most + 1)])
    return _Part(None, _needed(part)) if fewest else _ANYTHING


def _times(token: bytes) -> tuple[int, int | None]:
    """How often at least, and at most."""
    if token[:1] != b"{":
        return int(token[:1] == b"+"), 1 if token[:1] == b"?" else None
    fewest, comma, most = token.rstrip(b"?")[1:-1].partition(b",")
    return int(fewest), int(most) if most else None if comma else int(fewest)


def _any(parts: list[_Part]) -> _Part:
    wholes = [part.whole for part in parts]
    whole = frozenset[Word]().union(*(words for words in wholes if words is not None))
    if None not in wholes and len(whole) <= _MOST_WORDS:
        return _Part(whole, None)
    needed = [_needed(part) for part in parts]
    return _Part(None, None if None in needed else frozenset[Word]().union(*(words for words in needed if words)))


def _in_a_row(parts: list[_Part]) -> _Part:
    """What is known whole is put together; where something unknown stands between, the rarest of what is around it."""
    rarest: list[frozenset[Word]] = []
    whole: frozenset[Word] | None = frozenset(((),))
    broken = False
    for part in parts:
        if whole is not None and part.whole is not None and len(whole) * len(part.whole) <= _MOST_WORDS:
            whole = frozenset(first + second for first in whole for second in part.whole)
            continue
        broken = True
        rarest += [words for words in (_needed(_Part(whole, None)), part.needed) if words]
        whole = part.whole if part.whole is not None else frozenset(((),))
    if not broken:
        return _Part(whole, None)
    rarest += [words for words in (_needed(_Part(whole, None)),) if words]
    return _Part(None, min(rarest, key=frequency, default=None))


def _needed(part: _Part) -> frozenset[Word] | None:
    if part.whole is None:
        return part.needed
    words = frozenset(word[:LONGEST] for word in part.whole)
    return words if all(any(word) for word in words) else None
