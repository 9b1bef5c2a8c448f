"""Given names that begin a sentence of a short text that asks for nothing: `Rolf hat Probleme mit dem Rücken.`

Who is named in a question or a task may be of a play, a firm's product or history; of whom a statement that somebody
sends to a model tells something is mostly somebody of the office.

Invariants
- Of the lists' names only those that are no other word, where nothing beside them makes a place or a firm of them.
- Nothing is looked for in a text that is long or asks: other rules tell what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_mentions import SAFE_GIVEN
from gateway.pii.detectors.name_reading import lowered
from gateway.pii.detectors.names_alone import is_somebody_alone
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.words import ASKED_FOR, word_set
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_LONGEST = 400
_TELLS = shape("(?:^|\\n|[.!:;,][ ])[<U>][<L>]{3,20}(?:-[<U>][<L>]{2,20})?[ ][<L>]")
_NAME = re.compile(shape("([<U>][<L>]{3,20}(?:-[<U>][<L>]{2,20})?)[ ]([<L>']+)"))
_NO_VERBS = word_set(
    """
    und oder and or et ou e ed o von of de du des di da del della für for pour per in im am an on at by aus from with
    mit avec con zu to as als wie come comme der die das le la il lo the v vs aux alla alle allo ai
    jacket trousers dress shirt skirt coat shoes bag chair table lamp sofa desk shelf rug bed collection
    schmeckt schmecken ripens tastes fleurit fiorisce contient contiene contains
    """
)
"""What joins, goods that are called like people (`Nora jacket`), and what plants and dishes do.

People bloom and abstain in German, too (`blüht auf`, `enthält sich`).
"""
_DUTCH = re.compile(shape("[ ]van[ ](?:de[nr]?[ ])?([<U>][<L>]+)"))
_EVES = word_set("silvester sylvester")
# Of rulers and of plays; whoever `lost at Hastings` is a customer all the same.
_OF_THE_WORLD = compiled(
    rb"(?i)\b(?:(?-i:ruled [A-Z][a-z]+)|reigned|conquered|regierte|eroberte|komponierte|r\xe9gna|conquit|regn\xf2"
    rb"|conquist\xf2|(?:became|crowned) (?:king|queen|emperor|pope)|(?:wurde|war) (?:k\xf6nig|kaiser|papst)(?:in)?"
    rb"|devint (?:roi|reine|empereur|pape)|(?:king|queen|roi|reine|re|regina|k\xf6nig(?:in)?|kaiser(?:in)?)"
    rb" (?:of|von|de|di|d')[ ]?[a-z\xe0-\xff]+|(?:first|second|third|fourth|fifth|last|final) act"
    rb"|(?:ersten|zweiten|dritten|vierten|f\xfcnften|letzten) akt"
    rb"|(?:premier|deuxi\xe8me|troisi\xe8me|quatri\xe8me|cinqui\xe8me|dernier) acte"
    rb"|(?:primo|secondo|terzo|quarto|quinto|ultimo) atto|r\xe9publique)\b"
)
_TELLS_PATTERN = compiled(_TELLS)
_SENTENCE = re.compile(rb"(?:^|[.!?:\n] ?)([A-Za-z\xc0-\xff]+)")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if len(data) > _LONGEST or b"?" in data:
        return
    told = [_NAME.search(data, start) for start, _ in _TELLS_PATTERN.spans(data)]
    named = [name for name in told if name and name[1].partition(b"-")[0].lower() in SAFE_GIVEN]
    named = [name for name in named if lowered(name[2]) not in _NO_VERBS and lowered(name[1]) not in _EVES]
    if not named or is_of_learning(view) or _OF_THE_WORLD.occurs(data):
        return
    if any(lowered(first[1]) in ASKED_FOR for first in _SENTENCE.finditer(data)):
        return
    for name in named:
        word = lowered(name[1])
        family = _DUTCH.match(data, name.end(1))
        if family and is_famous([word, lowered(family[1])]):
            continue
        if is_somebody_alone(data, name.start(), word):
            yield Found(*name.span(1), "person", word, 0.6, "name-in-a-statement")


RULES = (Rule("name-in-a-statement", ("person",), (_TELLS,), _find),)
