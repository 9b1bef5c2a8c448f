"""Postal addresses: a street with a number, with the town behind it; boxes, postcodes that name a few houses.

A street is known by its word (`-strasse`, `rue`, `via`, `Street`), in the order of its country. A town alone is no
address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_U, _L = rb"A-Z\xc0-\xd6\xd8-\xde", rb"a-z\xdf-\xf6\xf8-\xff"
_CAP = rb"[" + _U + rb"][" + _U + _L + rb"'\-]{1,24}\.?"
_NUMBER = rb"[0-9]{1,4}(?:[ ]?[a-zA-Z]\b)?(?:[ ]?[-/][ ]?[0-9]{1,4}[a-z]?)?"
_GERMAN = (
    rb"(?:"
    + _CAP
    + rb"[ \-]){0,3}["
    + _U
    + rb"]?["
    + _U
    + _L
    + rb"'\-]{0,30}(?i:stra(?:ss|\xdf)e|str\.|weg|gasse|gass|g\xe4ssli|platz|allee|ring|ufer|damm|rain|matte?n?|halde"
    rb"|steig|stieg|hof|graben|promenade|chaussee|markt|br\xfccke|acker|wiesen?|b\xfchl|egg|feld|berg|park|garten"
    rb"|pfad|tor|wall|kai|quai)[ ]{1,2}"
    + _NUMBER
    + rb"|(?:Am|An der|An den|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Unterer?|Obere[rn]?|Hinter der"
    rb"|Beim?|Stra\xdfe des|Stra\xdfe der|Strasse der)[ ]" + _CAP + rb"(?:[ ]" + _CAP + rb"){0,2}[ ]" + _NUMBER
)
_FRENCH_WORDS = (
    rb"(?i:rue|avenue|av\.|boulevard|boul\.|bd\.?|blvd|place|pl\.|chemin|ch\.|route|rte|all\xe9es?|impasse|quai"
    rb"|cours|square|passage|sentier|ruelle|faubourg|esplanade"
    rb"|promenade|mont\xe9e|r\xe9sidence|rond-point|villa|hameau|lotissement|voie)"
)
_FRENCH_REST = (
    rb"(?:[ ](?:d[eu]s?|la|le|les|l'|d'|\xe0|aux?|en|sous|sur|saint|sainte))*[ ']?(?:[ ']?["
    + _U
    + _L
    + rb"0-9'\-.]{1,24}){1,5}"
)
_FRENCH = (
    rb"[0-9]{1,4}(?:[ ]?(?:bis|ter|quater|[A-Da-d]))?,?[ ]"
    + _FRENCH_WORDS
    + _FRENCH_REST.replace(rb")*[", rb"){0,4}[")
    + rb"|"
    + _FRENCH_WORDS
    + rb"(?:[ ](?:d[eu]s?|la|le|les|de l'|d'|l'|\xe0|aux?|en|sous|sur)){0,4}[ ']?(?:[ '\-]?["
    + _U
    + rb"]["
    + _U
    + _L
    + rb"'\-.]{0,24}(?:[ ](?:d[eu]s?|la|le|les|et)){0,2}){1,4},?[ ]"
    + _NUMBER
)
_ITALIAN = (
    rb"(?i:via|viale|v\.le|piazza|p\.zza|piazzale|piazzetta|corso|c\.so|largo|vicolo|strada|contrada|salita"
    rb"|lungolago|lungomare|lungotevere|galleria|borgo|localit\xe0|riva|stradone)"
    rb"(?:[ ](?:d[ie]|del|della|dei|degli|delle|dell'|al|alla|ai|san|santa|sant'|[ivxIVX]{1,5})){0,3}(?:[ ']["
    + _U
    + rb"]["
    + _U
    + _L
    + rb"'\-.]{0,24}(?:[ ](?:d[ie]|del|della|e)){0,2}){1,5}"
    rb"(?:,[ ]?|[ ])(?:n\.?[ ]?|nr\.?[ ]?|n\xb0[ ]?|civico[ ])?[0-9]{1,4}(?:[ ]?/?[ ]?[a-zA-Z]\b)?"
)
_ENGLISH_WORDS = (
    rb"(?i:street|st\.?|road|rd\.?|avenue|ave\.?|lane|ln\.?|drive|dr\.?|boulevard|blvd\.?|court|ct\.?|place|pl\.?"
    rb"|square|sq\.?|terrace|terr?\.?|way|close|crescent|cres\.?|gardens?|gdns"
    rb"|parkway|pkwy\.?|highway|hwy\.?|circle|cir\.?|row|mews|hill|hills|grove|park|walk|green|trail|trl\.?|alley"
    rb"|plaza|loop|run|point|pt\.?|ridge|rdg|crossing|turnpike|pike|expressway|freeway"
    rb"|path|bend|cove|creek|fields?|forks?|glen|heights|hts|hollow|island|isle|junction|keys?|knolls?|lake|landing"
    rb"|lodge|manors?|meadows?|mills?|motorway|mount|mountain|neck|orchard|oval|overpass"
    rb"|parade|passage|pines?|plains?|prairie|ranch|rapids|rest|river|roads?|shoals?|shores?|skyway|springs?|spurs?"
    rb"|squares?|station|stravenue|stream|summit|throughway|trace|track|tunnel"
    rb"|underpass|union|valleys?|via|viaduct|views?|village|ville|vista|walks?|wall|wells?|yard|broadway|strand"
    rb"|embankment|wharf|quay|estate|vale|end)"
)
_UNIT = (
    rb"(?:[,.]?[ \n]{1,2}(?i:apt|apartment|suite|ste|unit|flat|floor|room|rm|bldg|building|p\.?o\.? box"
    rb"|#)\.?[ ]?#?[0-9A-Za-z\-]{1,6})"
)
_ENGLISH = (
    rb"[0-9]{1,6}[A-Za-z]?(?:-[0-9]{1,4})?,?[ ](?:(?:[NSEW]|N\.|S\.|E\.|W\.|NE|NW|SE|SW|North|South|East|West|Old"
    rb"|New|Upper|Lower|St\.)[ ]){0,2}(?:(?:"
    + _CAP
    + rb"|[0-9]{1,3}(?:st|nd|rd|th))[ ]){1,4}"
    + _ENGLISH_WORDS
    + rb"\b\.?(?:[ ](?:[NSEW]|NE|NW|SE|SW|North|South|East|West)\b)?"
    + _UNIT
    + rb"?"
    rb"|[0-9]{1,6}[ ](?:["
    + _U
    + _L
    + rb"'\-]{2,24}[ ]){1,4}(?i:apt|apartment|suite|ste|unit|flat)\.?[ ]?#?[0-9A-Za-z]{1,6}"
    rb"|(?i:flat|apartment|apt|unit|suite)\.?[ ][0-9A-Za-z]{1,5},[ ][0-9]{1,5}[A-Za-z]?[ ](?:"
    + _CAP
    + rb"[ ]){1,3}"
    + _ENGLISH_WORDS
    + rb"\b"
    rb"|[0-9]{1,5}[ ](?:Broadway|Whitehall|Piccadilly|The Mall|Strand)\b"
)
_BOX = rb"(?i:postfach|case postale|casella postale|p\.?[ ]?o\.? box|\bbp|bo\xeete postale|apartado)[ ][0-9]{1,6}"
_POSTCODE = rb"\b[A-Z]{1,2}[0-9][0-9A-Z]?[ ][0-9][ABD-HJLNP-UW-Z]{2}\b"
_STATE = (
    rb"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]"
    rb"|UT|V[AT]|W[AIVY])"
)
_TOWN_US = _CAP + rb"(?:[ ]" + _CAP + rb"){0,2},?[ ]" + _STATE + rb"[ ]{1,2}[0-9]{5}(?:-[0-9]{4})?\b"

_SHAPES = {
    "german": _GERMAN,
    "french": _FRENCH,
    "italian": _ITALIAN,
    "english": _ENGLISH,
    "box": _BOX,
    "postcode": _POSTCODE,
    "us": _TOWN_US,
}
_PATTERNS = {name: compiled(rb"(?:" + shape + rb")") for name, shape in _SHAPES.items()}

_JOIN = rb"[ ]?(?:,[ ]?|\r?\n[ \t>]{0,4}|,?[ ]?\r?\n[ \t>]{0,4}|[ ]|[ ]?[\-|\xb7*/][ ]?|[ ]in[ ]|[ ]\xe0[ ]|[ ]a[ ])"
_TOWN = re.compile(
    _JOIN
    + rb"(?:(?:CH|D|A|F|I|FL|DE|AT|FR|IT|L)[ ]?-[ ]?)?[0-9]{4,5}[ ]{1,2}["
    + _U
    + rb"]["
    + _U
    + _L
    + rb"'.\-]{1,24}(?:[ ](?:am|an|der|im|ob|bei|sur|en|les?|la|di|sul|de|["
    + _U
    + rb"]["
    + _U
    + _L
    + rb"'.\-]{1,24})){0,3}"
    rb"(?:[ ]?\([A-Z]{2}\)|[ ][A-Z]{2}\b)?"
)
_TOWN_ENGLISH = re.compile(
    rb"(?:[ ]?(?:,[ ]?|,?[ ]?\r?\n[ \t>]{0,4})(?:[" + _U + rb"][" + _U + _L + rb"'.\-]{1,24}[ ]?){1,3}){0,3}"
    rb"(?:[ ]?(?:,[ ]?|\r?\n[ \t>]{0,4}|[ ]{1,2})(?:[A-Z]{2}[ ]{1,2}[0-9]{5}(?:-[0-9]{4})?"
    rb"|[A-Z]{1,2}[0-9][0-9A-Z]?[ ]?[0-9][A-Z]{2}|["
    + _U
    + rb"][a-z]{3,14}[ ][0-9]{5}(?:-[0-9]{4})?|[0-9]{5}(?:-[0-9]{4})?))"
)
_NO_STREET = re.compile(
    rb"(?i)^(?:arbeits|liefer|vertrags|projekt|beitrags|umsatz|jahr|kapitel|teil|seite|figur|abbildung|tabelle"
    rb"|version|phase|stufe|level|punkt|absatz|ziffer|artikel)"
)
_LINE = re.compile(
    rb"(?i)(?:adresse|anschrift|address|indirizzo|wohnhaft|domicili|resid|wohnt|lives? (?:at|in)|habite|abita"
    rb"|located at|ship to|deliver)"
)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for name, pattern in _PATTERNS.items():
        for begin, stop in pattern.spans(data):
            start = begin
            if start and data[start - 1] in ALNUM:
                if name != "german":
                    continue
                continue
            raw = data[start:stop]
            if _NO_STREET.match(raw):
                continue
            if name in {"german", "french", "italian"}:
                town = _TOWN.match(data, stop)
            elif name == "english":
                town = _TOWN_ENGLISH.match(data, stop)
            else:
                town = None
            if name == "english" and not town and not _credible(raw, view, start):
                continue
            end = town.end() if town else stop
            yield Found(
                start,
                end,
                "address",
                data[start:end].decode("latin-1").lower(),
                0.85 if town else 0.7,
                f"address-{name}",
            )


_WEAK = re.compile(
    rb"(?i)(?:way|run|point|rest|lake|river|hill|hills|views?|union|end|keys?|springs?|track|trace|stream|station"
    rb"|park|green|field|fields|mills?|mount|mountain|yard|row|place|close|square|via"
    rb"|court|path|walk|walks|village|island|valley|valleys|drive|plaza|circle|loop|crossing|st|dr|ct|pt|pl|wall"
    rb"|tunnel|estate|bend|lane)\.?$"
)


def _credible(raw: bytes, view: View, start: int) -> bool:
    """`3 Key Points`, `12 Angry Men Way`: a weak word needs a unit behind it, a town, or a word such as `lives at`."""
    return (
        not _WEAK.search(raw)
        or bool(_LINE.search(view.before(start)))
        or (len(raw.split()[0]) >= 3 and not raw.startswith((b"19", b"20", b"100")))
    )


RULES = (Rule("address", ("address",), tuple(_SHAPES.values()), _find),)
