"""Which rules could find anything in a text: a search for words, and a few passes of RE2.

The probes are short expressions of what has to occur somewhere. Most hold rare words without which they cannot match:
one search tells which of these occur, and only theirs are asked for, one by one. The others that can be told together
are asked for in one pass, which tells who of them occurs; what a shorter expression leads to is asked for only where
that one occurs. What needs a digit or a line break is not asked for where there is none, nor is a pass made where none
stands of a few signs that each of its expressions needs.

Invariants
- A text that was never seen before costs little more than one that was. RE2 makes a state of its automaton for every
  combination of what is under way, and makes new ones for every text: so a probe is looked for from that end at which
  a sign stands that ordinary words do not have (of `from [A-Z]` the capital), and nothing is under way in most of them.
- What is told together is what has few states together (`gateway.pii.directions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cache
from itertools import chain
from typing import Final, NamedTuple

from gateway.pii.directions import Direction, direction_among, direction_of
from gateway.pii.folding import LOWER, holds_any, lower
from gateway.pii.linear import Pattern, PatternSet, pattern_set
from gateway.pii.required import Word, alternatives, frequency, required, widest
from gateway.pii.reversal import last_signs, reverse
from gateway.pii.view import Rule
from gateway.pii.word_search import spellings_of, word_search

ANYTHING: Final[tuple[bytes, ...]] = ()
LINES: Final = (b"\n",)
_LONG: Final = 20_000
RARE: Final = 0.00001
"""How often in a character words may occur to be asked for first: each time the text is read once more."""
LESS_RARE: Final = 0.001
"""The same for those of an expression that would have a reading of its own."""
MOST_SIGNS: Final = 20
"""To look for so many costs less than a reading."""
DIGIT: Final = (b"1", b"2", b"0", b"3", b"4", b"5", b"6", b"7", b"8", b"9")


class _Pass(NamedTuple):
    """One reading of a text, or of the reversed one. `rules[i]`: which rules its i-th expression makes worth running.

    `leads[i]`: to which rules it leads, whose own expressions have to be asked for. `needs`: what one of has to stand
    in the text in small letters for any to occur; empty where that says too little.
    """

    expressions: PatternSet
    from_end: bool
    needs: tuple[bytes, ...]
    rules: list[list[int]]
    leads: list[list[int]]


class _Worded(NamedTuple):
    """What is asked for where one of its words occurs, by itself: which rules it makes worth running, or leads to.

    `widest`: how far from such a word a match may reach; None: anywhere.
    """

    expression: Pattern
    from_end: bool
    widest: int | None
    rules: list[int]
    leads: list[int]

    def occurs(self, data: bytes, turned: bytes, windows: Iterable[tuple[int, int]]) -> bool:
        if self.from_end:
            length = len(data)
            return any(self.expression.occurs(turned, length - until, length - since) for since, until in windows)
        return any(self.expression.occurs(data, since, until) for since, until in windows)


class _Asking(NamedTuple):
    """What is asked of a text in which one of these signs stands; `behind`: of one that something in it leads to.

    `words`: the bits of all of `worded`.
    """

    needs: tuple[bytes, ...]
    passes: list[_Pass]
    behind: list[tuple[Pattern, list[int]]]
    words: int
    worded: dict[int, _Worded]

    def without(self, numbers: frozenset[int]) -> _Asking:
        """What other rules than these ask."""
        worded = {
            bit: asked for bit, asked in self.worded.items() if not numbers.issuperset((*asked.rules, *asked.leads))
        }
        return self._replace(
            passes=[
                one for one in self.passes if not numbers.issuperset(chain.from_iterable((*one.rules, *one.leads)))
            ],
            behind=[(expression, led) for expression, led in self.behind if not numbers.issuperset(led)],
            words=sum(worded),
            worded=worded,
        )


class Prefilter:
    """Made of the rules that are wanted, in their order; `digital`: the names of those that find nothing but near a
    digit.
    """

    __slots__ = ("_asked", "_words")

    def __init__(self, rules: Sequence[Rule], digital: Iterable[str] = ()) -> None:
        needing = frozenset(digital)
        numbered = list(enumerate(rules))
        words: list[frozenset[Word]] = []
        self._asked = [
            _asking(needs, asked, words)
            for needs, asked in (
                (ANYTHING, [(number, rule) for number, rule in numbered if rule.name not in needing]),
                (LINES, [(number, rule._replace(probes=rule.over_lines, leads=())) for number, rule in numbered]),
                (DIGIT, [(number, rule) for number, rule in numbered if rule.name in needing]),
            )
        ]
        self._words = word_search(tuple(words))

    def without(self, numbers: frozenset[int]) -> Prefilter:
        """The same, with the same automata, for whoever does not run these rules: what asks for no others is left out,
        and what is told of these means nothing.
        """
        made = copy(self)
        made._asked = [asking.without(numbers) for asking in self._asked]  # noqa: SLF001 - its own kind
        return made

    def rules(self, data: bytes) -> list[int]:
        """The numbers of the rules worth running, in order."""
        found: set[int] = set()
        turned = data[::-1]
        lowered = lower(data)
        told = self._words.occurring(lowered)
        for needs, passes, behind, words, worded in self._asked:
            if needs and not holds_any(data, needs):
                continue
            led: set[int] = set()
            for expressions, from_end, signs, rules, leads in passes:
                if signs and not holds_any(lowered, signs):
                    continue
                for number in expressions.occurring(turned if from_end else data):
                    found.update(rules[number])
                    led.update(leads[number])
            left = told.bits & words
            while left:
                bit = left & -left
                left ^= bit
                asked = worded[bit]
                if found.issuperset(asked.rules) and led.issuperset(asked.leads):
                    continue
                if asked.occurs(data, turned, told.around(bit, asked.widest, len(data))):
                    found.update(asked.rules)
                    led.update(asked.leads)
            for expression, rules_behind in behind if led else ():
                if not led.isdisjoint(rules_behind) and expression.occurs(data):
                    found.update(led.intersection(rules_behind))
        return sorted(found) if found else []


class Together:
    """Forms that one rule looks for, most of which occur in no text: a few passes tell which do, grouped as above.

    Not for those in which many words may be under way at once: told together they have too many states.
    """

    __slots__ = ("_passes",)

    def __init__(self, forms: Iterable[Pattern]) -> None:
        ways: dict[Direction, list[Pattern]] = {}
        for form in dict.fromkeys(forms):
            ways.setdefault(direction_of(form.source), []).append(form)
        self._passes = [
            (pattern_set(tuple(_either([form.source], way.from_end) for form in alike)), way.from_end, alike)
            for way, alike in ways.items()
        ]

    def occurring(self, data: bytes) -> set[Pattern]:
        turned = data[::-1]
        return {
            forms[number]
            for expressions, from_end, forms in self._passes
            for number in expressions.occurring(turned if from_end else data)
        }


def _asking(needs: tuple[bytes, ...], asked: Sequence[tuple[int, Rule]], words: list[frozenset[Word]]) -> _Asking:
    """`words`: those of others, to which its own are added."""
    ways: dict[Direction, dict[tuple[bytes, ...], tuple[list[int], list[int]]]] = {}
    told: dict[bytes, tuple[list[int], list[int]]] = {}
    behind: dict[tuple[bytes, ...], list[int]] = {}
    for number, rule in asked:
        theirs: dict[Direction, list[bytes]] = {}
        for source in rule.leads or rule.probes:
            with_words, without = _parted(source)
            for part in with_words:
                told.setdefault(part, ([], []))[bool(rule.leads)].append(number)
            if without:
                theirs.setdefault(direction_among(without, rule.types), []).append(without)
        for direction, sources in theirs.items():  # of those that ask the same, one expression tells all
            ways.setdefault(direction, {}).setdefault(tuple(sources), ([], []))[bool(rule.leads)].append(number)
        if rule.leads:
            behind.setdefault(rule.probes, []).append(number)
    first = len(words)
    words.extend(required(source) or frozenset() for source in told)
    return _Asking(
        needs,
        [_pass(expressions, direction.from_end) for direction, expressions in ways.items()],
        # Behind what leads to them all probes are looked for as they are written.
        [(Pattern(_either(probes, from_end=False)), numbers) for probes, numbers in behind.items()],
        sum(1 << at for at in range(first, len(words))),
        {1 << at: _worded(source, *numbers) for at, (source, numbers) in enumerate(told.items(), first)},
    )


def _worded(source: bytes, rules: list[int], leads: list[int]) -> _Worded:
    from_end = direction_of(source).from_end
    return _Worded(Pattern(_either([source], from_end)), from_end, widest(source), rules, leads)


@cache
def _parted(source: bytes) -> tuple[list[bytes], bytes]:
    """Of what an expression means those that can be told by their words, and one for the rest, where there is any."""
    if _has_words(source):
        return [source], b""
    told = [part for part in alternatives(source) if _has_words(part)]
    rest = [part for part in alternatives(source) if not _has_words(part)]
    return (told, b"|".join(rest)) if told else ([], source)


@cache
def _has_words(source: bytes) -> bool:
    """Whether it has words without which it cannot match, and which are rare enough to be asked for first."""
    words = required(source)
    direction = direction_of(source)
    return words is not None and frequency(words) <= (LESS_RARE if direction.busy or direction.lasts else RARE)


def _pass(expressions: dict[tuple[bytes, ...], tuple[list[int], list[int]]], from_end: bool) -> _Pass:
    written = tuple(_either(sources, from_end) for sources in expressions)
    rules, leads = zip(*expressions.values(), strict=True)
    needs = needs_of(source for sources in expressions for source in sources)
    return _Pass(pattern_set(written), from_end, needs, list(rules), list(leads))


def needs_of(sources: Iterable[bytes]) -> tuple[bytes, ...]:
    """Signs or short words of which one stands where one of these occurs; none where many may."""
    signs: set[bytes] = set()
    for source in sources:
        words, last = required(source), last_signs(source)
        told = {spelling for word in words or () for spelling, _ in spellings_of(word)}
        if not told or len(told) > MOST_SIGNS:
            told = {bytes((LOWER[sign],)) for sign in last}
        signs |= told
        if len(signs) > MOST_SIGNS:
            return ()
    return tuple(sorted(sign for sign in signs if not any(other in sign for other in signs - {sign})))


def _either(sources: Iterable[bytes], from_end: bool) -> bytes:
    """One expression for all of them."""
    if from_end:
        written = [reverse(source) for source in sources]
    else:  # turned twice it means the same, in the order that RE2 can make most of; a list of names has it already
        written = [source if len(source) > _LONG else reverse(reverse(source)) for source in sources]
    return b"|".join(b"(?:%s)" % source for source in sorted(set(written)))
