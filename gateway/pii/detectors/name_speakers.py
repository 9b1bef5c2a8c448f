"""Names of those who speak in a chat that somebody pasted, as most programs show them: one at each line's beginning.

`Mareike: bin morgen im HO`, `[14:02] Quentin > je suis en rdv`, `<Tamsin> done`: of one word, so a list has to know it,
or the others beside it tell.

Invariants
- One line is a label's; of two and more that begin so, a known name makes speakers of all that could be names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_mentions import SAFE_GIVEN
from gateway.pii.detectors.name_reading import is_given, is_surname, lowered
from gateway.pii.detectors.name_records import AMBIGUOUS
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.words import ASKED_FOR, COMMON, NO_NAMES, THINGS, is_nominal, word_set
from gateway.pii.labels import kind_of
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_CLOCK = r"\[?(?:[0-9./\-]{6,10},?[ ])?[0-2]?[0-9][:.][0-5][0-9](?:[:.][0-5][0-9])?(?:[ ]?[AaPp][Mm])?\]?[ ](?:-[ ])?"
_NAME = r"[<U>][<L>]{1,24}(?:-[<U>][<L>]{1,24})?"
_SPOKEN = shape(
    rf"(?:^|\n)[ \t>*]{{0,4}}(?:-[ ]\[[ xX]\][ ])?(?:{_CLOCK})?"
    rf"(?:@?{_NAME}\*{{0,2}}[ ]?[:>]\*{{0,2}}|<@?(?:{_NAME}|[<L>]{{4,20}})>)[ ]"
)
_SPOKEN_PATTERN = compiled(_SPOKEN)
_NICK_PROBE = shape(r"<@?(?:[<U>][<L>\-]+|[<L>]{4,20})>[ ]")
_PROBE = shape(
    r"\n[ \t>*]*(?:-[ ]\[[ xX]\][ ])?"
    r"(?:[\[0-9][^\n<U><L>]*(?:[AaPp][Mm]\]?[ ](?:-[ ])?)?)?@?[<U>][<L><U>\-]+\*?\*?[ ]?[:>]\*?\*?[ ]"
)
_SPEAKER = re.compile(shape(rf"((?<=[<@])[<L>]{{4,20}}(?=>)|{_NAME})\*{{0,2}}[ ]?[:>]\*{{0,2}}[ ]$"))
# What an entry of a list says, and nobody in a chat: a number alone, or nothing.
_VALUE = re.compile(rb"[0-9.,'%:/ \-]*(?:\r?\n|$)")
# Who speaks in plays that all the world knows.
_ON_STAGE = word_set(
    """
    hamlet ophelia laertes polonius claudius romeo juliet mercutio tybalt macbeth banquo othello iago
    desdemona prospero shylock puck oberon titania lysander hermia faust mephisto mephistopheles gretchen
    saladin figaro papageno sarastro harpagon cléante orgon tartuffe alceste célimène
    cyrano estragon godot antigone kreon ödipus elektra medea lear cordelia goneril
    """
)
# Surnames that begin lines of weather, of plans and of features.
_ALSO_TOLD = word_set(
    """
    winter sommer herbst lenz sonntag montag freitag samstag schwarz weiss rot grün braun blau gross klein lang kurz gut
    neu alt stark jung reich summer spring day night black white green brown gray north west long short strong young
    rich bell church ford field hill lake printer blanc noir rouge petit grand bon marchand bianco nero rosso grande
    conte regel ziel kern
    """
)
_FEWEST = 2


def _find(view: View) -> Iterator[Found]:
    data = view.data
    lines, words = 0, set()
    for _, _, word in _speakers(data):
        lines += 1
        words.add(word)
    known = set(filter(_is_known, words))
    surnames = {word for word in words if is_surname(word) and _may_be_one(word) and word not in _ALSO_TOLD}
    if len(surnames) >= _FEWEST and surnames == words:  # `Egger: …`, and all others are called so
        known = surnames
    if lines < _FEWEST or not known or not _ON_STAGE.isdisjoint(words):
        return
    named = words if all(word in known or _may_be_one(word) for word in words) else known
    for start, end, word in _speakers(data):
        if word in named:
            yield Found(start, end, "person", word, 0.75, "name-speaker")


def _speakers(data: bytes) -> Iterator[tuple[int, int, str]]:
    for start, end in _SPOKEN_PATTERN.spans(data):
        speaker = _SPEAKER.search(data, start, end)
        if speaker is None or (speaker[1][:1].islower() and speaker[1] not in SAFE_GIVEN):  # `<title> `
            continue
        if not _VALUE.match(data, end):
            yield (*speaker.span(1), lowered(speaker[1]))


def _is_known(word: str) -> bool:
    return is_given(word) and word not in WORDS and word not in AMBIGUOUS


def _may_be_one(word: str) -> bool:
    return not (
        word in NO_NAMES
        or word in THINGS
        or word in COMMON
        or word in ASKED_FOR
        or is_nominal(word)
        or kind_of(word) is not None
    )


RULES = (Rule("name-speaker", ("person",), (_NICK_PROBE,), _find, over_lines=(_PROBE,)),)
