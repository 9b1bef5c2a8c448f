"""Names that a line's end cuts in two: `… gesprochen mit Aleksandr⏎Kuznetsov, der …`.

Invariants
- A given name that is nothing else ends a line. What begins the next is a surname on a list, or goes on in the sentence
  that the given name stands in, and is no word.
- The surname is told by itself: what stands for it keeps the lines as they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_mentions import is_word
from gateway.pii.detectors.name_neighbours import is_given_alone
from gateway.pii.detectors.name_reading import as_found, is_given, is_surname, lowered, read
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.shapes import shape
from gateway.pii.labels import kind_of
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_WRAPPED = shape(r"[<U>][<L>]+(?:[ \-][<U>][<L>]+)?[ ]?\r?\n[ \t>]{0,4}[<U>][<U><L>'\-]+")
_PATTERN = compiled(_WRAPPED)
_NAME = re.compile(shape(r"[<U>][<L>]+(?:-[<U>][<L>]+)?(?=[ ]?\r?\n)"))
_BREAK = re.compile(rb"[ ]?\r?\n[ \t>]{0,4}")
_WITHIN_A_SENTENCE = re.compile(shape(r"[<L>,][ ]$"))
_GOES_ON = re.compile(shape(r",?[ ]\(?[<L>]"))
_REACH = 16


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if is_of_learning(view):
        return
    for start, end in _PATTERN.spans(data):
        first = _NAME.search(data, start, end)
        gap = _BREAK.match(data, first.end()) if first else None
        if first is None or gap is None:
            continue
        given = lowered(first[0])
        words = read(data, gap.end(), 3)
        small = [word for _, _, word in words]
        if not small or not is_given_alone(given) or is_famous([given, *small]) or is_given(small[0]):
            continue
        if is_word(small[0]) or kind_of(small[0]) is not None:
            continue
        within = _WITHIN_A_SENTENCE.search(data, max(0, first.start() - _REACH), first.start())
        if is_surname(small[-1]) or (within and _GOES_ON.match(data, words[-1][1])):
            yield Found(*first.span(), "person", given, 0.65, "name-wrapped")
            yield as_found(words, 0.65, "name-wrapped")


RULES = (Rule("name-wrapped", ("person",), (), _find, over_lines=(_WRAPPED,)),)
