"""Streets in small letters, as chats have them: `wohnt oberer graben 12, 9000 st. gallen`, `habite 8 rue du lac`.

Nearly every word may stand there, so one is a street only with a postcode and a town, or where somebody lives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors import streets
from gateway.pii.detectors.name_reading import lowered
from gateway.pii.detectors.street_contexts import COUNTS, LIVES
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_LETTERS = r"[a-zß-öø-ÿ'\-]"
_HOUSE = r"[0-9]{1,4}(?:[ ]?(?:bis|ter)\b|[a-d]\b)?\b"
_GERMAN = (
    r"(?:stra(?:ss|ß)e|str\.|weg|gasse|platz|allee|ring|matte|halde|rain|graben|hof|damm|ufer|promenade|wiese|acker)"
)
_GERMAN_ADJECTIVE = r"(?:(?:obere|untere|alte|neue|lange|breite|hintere|vordere|grosse|kleine)[rnsm]?[ ])?"
_FRENCH = r"(?:rue|avenue|av\.|boulevard|bd|chemin|ch\.|route|rte|place|impasse|quai|cours|allée|sentier|ruelle)"
_ITALIAN = r"(?:via|viale|piazza|piazzale|corso|largo|vicolo|strada|contrada|salita|borgo)"
_LINKS = r"(?:(?:d[eu]s?|la|les?|di|del(?:la)?|dei|al(?:la)?)[ ]|(?:l|d|dell|all)'){0,3}"
_NAMED = rf"[ ]{_LINKS}{_LETTERS}{{2,20}}(?:[ \-]{_LINKS}{_LETTERS}{{2,20}}){{0,2}}"

_SMALL = (
    rf"\b(?:{_GERMAN_ADJECTIVE}{_LETTERS}{{0,24}}{_GERMAN}[ ]{_HOUSE}"
    rf"|[0-9]{{1,4}}(?:[ ]?(?:bis|ter))?,?[ ]{_FRENCH}{_NAMED}"
    rf"|(?:{_FRENCH}|{_ITALIAN}){_NAMED},?[ ]{_HOUSE})"
).encode("latin-1")
_PROBES = (
    *streets.GERMAN_PROBES[:1],
    *streets.FRENCH_PROBES[:1],
    *streets.ITALIAN_PROBES,
    rb"[ \n](?:(?:ch|d|a|f|i)-)?[0-9]{4,5}[ ][a-z]",
)
"""Nobody else is asked than whoever finds streets; and a postcode before a town in small letters."""
_SHORT = re.compile(
    rf"[0-9]{{1,4}}(?:[ ]?(?:bis|ter))?,?[ ]{_FRENCH}[ ]{_LINKS}{_LETTERS}{{2,20}}"
    rf"(?:[ \-](?:d[eu]s?|la|les?)[ ]{_LETTERS}{{2,20}})?".encode("latin-1")
)
"""Of a street that no town follows, what belongs to it for sure: `8 rue du lac`, and not `avec` behind it."""
# Behind the street; the line ends, or something else begins.
_TOWN = re.compile(
    rf"(?:,[ ]?|[ ]|,?[ ]?\r?\n)(?:(?:ch|d|a|f|i)-)?[0-9]{{4,5}}[ ](?:(?:st|ste)\.?[ ]|(?:la|le|les|bad)[ ])?"
    rf"{_LETTERS}{{2,24}}(?:[ ](?:am|im|an der|bei|sur|les?|la)[ ]{_LETTERS}{{2,20}})?"
    rf"(?:[ ]\([a-z]{{2}}\))?".encode("latin-1")
)
_PATTERN, _NEAR = compiled(_SMALL), 24
# `wohnung ist weg 3 …`, `ship via air in 3 lots`: of streets that no town follows, none is called so.
_NO_NAME = re.compile(
    rf"{_GERMAN}[ ]|.*[ ](?:in|on|to|at|by|for|from|within|and|or|und|oder|mit|für|nach|et|ou|avec|pour|con|per|o|ed?)"
    rf"[ ]{_HOUSE}$".encode("latin-1")
)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for start, stop in _PATTERN.spans(data):
        if (start and data[start - 1] in ALNUM) or COUNTS.match(data, stop):
            continue
        town = _TOWN.match(data, stop)
        if town or (LIVES.occurs(view.before(start, _NEAR)) and not _NO_NAME.match(data, start, stop)):
            short = None if town else _SHORT.match(data, start)
            end = town.end() if town else short.end() if short else stop
            yield Found(start, end, "address", lowered(data[start:end]), 0.7, "address-in-a-chat")


RULES = (Rule("address-in-a-chat", ("address",), _PROBES, _find),)
