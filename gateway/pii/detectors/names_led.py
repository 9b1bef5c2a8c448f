"""Initials before a surname that a particle leads: `L. von Arx`, `F. El Amrani`, `S. O'Connor`.

Such a surname need not be on a list: what stands between it and the initial tells it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_mentions import is_word
from gateway.pii.detectors.name_reading import INITIAL, LOWER, UPPER, WORD, lowered
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.words import word_set
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_ONE_INITIAL = rb"[" + UPPER + rb"]\.[ ]?"
_LED = (
    rb"\b" + _ONE_INITIAL + rb"(?:-?" + _ONE_INITIAL + rb")?"
    rb"(?:(?:v[oa]n|de|di|da|del|della|du|dos|zu)[ ](?:de[rn][ ]|la[ ]|las[ ])?|d'"
    rb"|(?:Della|Di|De|Da|Del|El|Al|Ben|Abu|Abdi|Van|St\.)[ ]|[OD]'|Mc|Mac)[" + UPPER + rb"][" + LOWER + rb"]{2,24}"
)
_LED_PATTERN = compiled(_LED)
# Known by their surnames with the particle, which alone are towns or somebody's. `De André` and `O'Grady` are not:
# others bear these names.
_FAMOUS = word_set(
    """
    vinci gaulle beauvoir balzac medici milo gogh rotterdam assisi troyes niro caprio vega capo condorcet alembert
    tocqueville maupassant montaigne musset vigny nerval sévigné staël lamartine montesquieu artagnan estaing annunzio
    chirico gasperi cervantes loyola aquino clausewitz karajan humboldt bismarck goethe beethoven hindenburg metternich
    """
)
# `z.B. Van Houten`; `Variante B. Da Lieferanten …`, where a letter ends the sentence.
_NO_INITIAL = re.compile(
    rb"(?:\bz\.[ ]?|\b(?i:plan|variante?|option|opzione|lager|typ[eo]?|klasse|class[ei]?|gruppe|groupe?|gruppo|teil"
    rb"|part|anlage|annexe|allegato|vitamin[ea]?|block|trakt|zone|serie|fall|punkt|point|punto|stufe|level|hepatitis|team"
    rb"|[ck]ategor(?:y|ie|ia)|version|kurs|spalte|zeile|produkt|haus|halle|tor)[ ])$"
)
_REACH = 16


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if is_of_learning(view):
        return
    for start, end in _LED_PATTERN.spans(data):
        if _NO_INITIAL.search(data, max(0, start - _REACH), start):
            continue
        last = max(data.rfind(b" ", start, end), data.rfind(b"'", start, end)) + 1
        word = WORD.search(data, last, end)
        small = lowered(word[0]) if word else ""
        if small and small not in _FAMOUS and not is_word(small) and not is_famous([small]):
            yield Found(start, end, "person", lowered(data[start:end]), 0.75, "name-initial")


RULES = (Rule("name-led", ("person",), (INITIAL,), _find),)
