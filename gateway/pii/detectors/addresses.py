"""Postal addresses: a street with a number, with the town behind it; boxes, and postcodes that name a few houses.

A street is known by its word (`-strasse`, `rue`, `via`, `Street`), in the order of its country. A town alone is no
address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gateway.pii.detectors import streets, streets_in_chats
from gateway.pii.detectors.name_reading import lowered
from gateway.pii.detectors.street_contexts import COUNTS, LIVES, TOWN_CELL, TOWN_NAMED, with_town
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, DIGITS, Found, Rule, View

_NO_STREET = re.compile(
    rb"(?i)(?:arbeits|vertrags|projekt|beitrags|umsatz|jahr|kapitel|teil|seite|figur|abbildung|tabelle|version|phase"
    rb"|stufe|level|punkt|absatz|ziffer|artikel|am (?:mo|di|mi|do|fr|sa|so)[a-z]+ ?[0-9]|im (?:jahr|jan|feb|m\xe4r"
    rb"|apr|mai|jun|jul|aug|sep|okt|nov|dez)|zum (?:jan|[0-9])|zur version|in den (?:jahren)|cours (?:de|du)"
    rb"|(?-i:strada )|502 bad gateway\b)"
)
# Words that name other things as often as streets: `3 Key Points`, `12 Union Station`.
_WEAK = re.compile(
    rb"(?i)\b(?:way|run|point|rest|lakes?|river|hills?|views?|unions?|end|keys?|springs?|track|trace|stream|station"
    rb"|park|green|fields?|mills?|mountains?|mount|yard|row|place|close|square|via|court|path|walks?|village|islands?"
    rb"|valleys?|drive|plaza|circle|loop|crossing|st|dr|ct|pt|pl|wall|tunnel|estates?|bend|lane|centers?|club|common"
    rb"|course|bridge|beach|branch|camp|corners?|dam|divide|extensions?|falls|flats?|forest|fort|gateway|harbors?"
    rb"|light|locks?|mall|mission|port|route|forks?|oval|plains?|pines?)\.?$"
)


# What ends as streets do and is none: places for things, agents in `-tor`, English words in `-ring` and `-acker`.
_NO_GERMAN_STREET = re.compile(
    rb"(?i)(?:speicher|arbeits|park|stell|sitz|steh|listen|tabellen|ausbildungs|studien|start|schul|lehr|kita|rang"
    rb"|liege|bauplatz|steck|zeltplatz)platz[ ]|(?:rettungs|rechts|l\xf6sungs|um|rad|r\xfcck|aus|dienst|feld)weg[ ]"
    rb"|(?:[aicpso]|men|ven|bu|cu)tors?[ ]|(?:tr|h|p|cr|st|ttl?)acker[ ]|[aeioul]ring[ ]|\b(?:s[pt]|du|b|substr)ring[ ]"
    rb"|^(?!R[u\xfa]a|Calle|Av|Pas|Plaza|C/|ul|al).*[ ](?:19|20)[0-9]{2}$"
    rb"|(?-i:^[a-z][a-z]*(?:ring|rain|egg|park|berg|feld|wall|kai|hof|markt|damm"
    rb"|matt|matte|matten|tor|ufer|pfad|garten)[ ])"
)
# Ends that other words have as often: a town, a line of its own, or a word such as `wohnt` tells the street.
_WEAK_GERMAN = re.compile(
    rb"(?i)(?:ring|damm|rain|matte?n?|halde|steig|stieg|hof|graben|markt|acker|wiesen?|egg|feld|berg|park|garten|pfad"
    rb"|tor|wall|kai)[ ]{1,2}[0-9]"
)


# A gate, a pitch, a seat: without another word none of these is a street.
_BARE = re.compile(
    rb"(?i)(?:ring|hof|graben|markt|acker|wiesen?|egg|feld|berg|park|garten|pfad|tor|wall|kai|quai|platz|weg|br\xfccke"
    rb"|ufer|damm|plein)[ ]{1,2}[0-9]"
)


def _credible_german(view: View, start: int, stop: int, raw: bytes) -> bool:
    if _NO_GERMAN_STREET.search(raw):
        return False
    if _BARE.match(raw):
        return LIVES.occurs(view.before(start)) or _line_of_its_own(view.data, start, stop)
    return (
        _WEAK_GERMAN.search(raw) is None
        or LIVES.occurs(view.before(start))
        or view.data[stop : stop + 2] in {b", ", b"\r\n"}
        or _line_of_its_own(view.data, start, stop)
    )


# Of the weak words those that mean a street once a town follows: `51 Green Lane, Stockport`.
_LANE = re.compile(
    rb"(?i)\b(?:lane|drive|close|court|place|square|way|walk|yard|row|path|view|gardens|rise|hill|st|dr|ct|pl)\.?$"
)
_TOWN_BEHIND = re.compile(
    rb",[ ][A-Z][A-Za-z'\-]{2,24}(?:[ ](?:upon|on|under|in)[ ][A-Z][a-z]+)?[ ]?(?:[.,;:)\n|]|$| [A-Z]{1,2}[0-9])"
)


def _credible(view: View, start: int, stop: int, raw: bytes) -> bool:
    """A weak word needs a word such as `lives at` before the number, a town, or a number that counts nothing."""
    if not _WEAK.search(raw) or LIVES.occurs(view.before(start)):
        return True
    if _LANE.search(raw) and _TOWN_BEHIND.match(view.data, stop):
        return True
    number = raw.split()[0]
    return len(number) >= 3 and not raw.startswith((b"19", b"20", b"100"))


# Where nobody lives: `Musterstrasse 1, 8000 Musterstadt`, `1 rue Exemple`, `Via Esempio 1`, `1 Example Street`.
_IN_EXAMPLES = re.compile(
    rb"(?i)\b(?:muster(?:stra|weg|gasse|stadt|dorf|ort|hausen)|beispielstra|exemple\b|esempio\b|example\b|anytown\b)"
)

# `Auf der Mauer 39, Zürich`, and nothing else in its line; `79098 Freiburg im Breisgau, Im Wiesengrund 91`
_REST_OF_LINE = re.compile(rb"(?:,(?:[ ][A-Z\xc0-\xde][A-Za-z\xc0-\xff.\-]{2,24}){1,2})?,?\r?(?:\n|$)")
_TOWN_BEFORE = re.compile(rb"(?<![0-9])[0-9]{4,5}[ ][A-Z\xc0-\xde][A-Za-z\xc0-\xff.\- ]{2,32},[ ]$")


def _line_of_its_own(data: bytes, start: int, stop: int) -> bool:
    """As in a letterhead: below a name, above a town, or with it."""
    if data[start - 1 : start] == b"\n" and _REST_OF_LINE.match(data, stop):
        return True
    return _TOWN_BEFORE.search(data, max(0, start - 44), start) is not None


def _rule(
    name: str,
    source: bytes,
    probes: tuple[bytes, ...],
    town: re.Pattern[bytes] | None,
    *,
    weak: bool = False,
    loose: bool = False,
) -> Rule:
    pattern = compiled(b"(?:" + source + b")")

    def find(view: View) -> Iterator[Found]:
        data = view.data
        for first, matched in pattern.spans(data):
            start, stop, raw = first, matched, data[first:matched]
            if (start and data[start - 1] in ALNUM) or _NO_STREET.match(raw):
                continue
            if COUNTS.match(data, stop):
                continue
            if name == "italian" and _VIA_PLACES.match(raw):
                continue
            if name == "english" and (led := _LEADS_TO_FLAT.match(raw)):
                start, raw = start + led.end(), raw[led.end() :]
            if name == "italian" and raw.endswith(b" a") and TOWN_NAMED.match(data, stop - 2):  # `Via Po 22 a Lodi`
                stop -= 2
                raw = data[start:stop]
            if town and data[stop : stop + 1].isdigit():  # a postcode's: `Rue du Lac 12-75011 Paris`
                ends = start + len(raw.rstrip(b"0123456789").rstrip(b", -/"))
                if town.match(data, ends):
                    raw, stop = data[start:ends], ends
            behind = town.match(data, stop) if town else None
            behind = None if behind and _COUNTED.search(behind[0]) else behind  # `Bahnhof 12 - 4000 Reisende`
            if _IN_EXAMPLES.search(raw) or (behind and _IN_EXAMPLES.search(behind[0])):
                continue
            if _OF_THE_WORLD.search(raw) and not _is_told_of(view, name, start, behind is not None):
                continue
            if weak and not behind and not _credible(view, start, stop, raw):
                continue
            if name == "german" and not behind and not _credible_german(view, start, stop, raw):
                continue
            if loose and not behind and not _is_lived_in(view, start, stop):
                continue
            house = _HOUSE.search(data, max(0, start - _HOUSE_LONGEST), start) if name == "english" else None
            begin, end = house.start() if house else start, behind.end() if behind else with_town(data, stop)
            surface = data[begin:end].decode("latin-1").lower()
            yield Found(begin, end, "address", surface, 0.85 if behind else 0.7, f"address-{name}")
            cell = TOWN_CELL.match(data, end) if town and end == stop else None
            if cell:  # a row without a head: the sign between the cells stays
                yield Found(*cell.span(1), "address", lowered(cell[1]), 0.7, f"address-{name}")

    finder: Callable[[View], Iterator[Found]] = find
    return Rule(f"address-{name}", ("address",), probes, finder)


# `Rose Cottage, 12 Mill Lane`: what a house is called, before its street
_HOUSE = re.compile(
    rb"(?<![A-Za-z])(?!(?:At|In|To|From|Near|By|On|Of|Visit|Send|See)\b)(?:[A-Z][a-z'\-]{1,20}[ ]){1,2}"
    + streets.HOUSES.encode()
    + rb"(?:,[ ]|,?\r?\n)$"
)
_HOUSE_LONGEST = 64
_OF_THE_WORLD = re.compile(
    rb"(?i)\b(?:221 ?b baker|10 downing|11 downing|1600 pennsylvania|742 evergreen|4 privet|350 (?:5th|fifth) av"
    rb"|11 wall st|1 infinite loop|1 apple park|1 (?:microsoft|hacker) way|3 abbey|abbey road 3"
    rb"|sw1a [12]aa\b|55,? rue du faubourg saint-honor"
    rb"|platz der republik 1\b|bundesplatz 3\b|piazza del quirinale)"
)
# Whoever says where they live means it; and a postcode that is hidden hides no street before it.
_OWN = re.compile(rb"(?i)\b(?:(?:my|our) (?:house|home|address|flat)|(?:I|we) (?:live|moved)|I'm)\b[^\n.;?!0-9]{0,16}$")


def _is_told_of(view: View, name: str, start: int, has_town: bool) -> bool:
    return (name == "english" and has_town) or _OWN.search(view.before(start)) is not None


_WITHIN = re.compile(
    rb"(?i)\b(?:gate|level|floor|room|building|terminal|platform|dock|hall|track|bay|unit|suite|port|page|step|line|version"
    rb"|figure|table|chapter|section|article|phase|zone|stage|door|desk|seat|pier|exit|booth|stand|lab|zimmer|raum|gleis"
    rb"|halle|salle|quai|sala|binario|windows|team|group|class|grade|january|february|march|april|may|june|july|august"
    rb"|september|october|november|december)[ ]{1,2}[0-9]"
)
# `via Brünig. Day 3 …`: a sentence ends within; `Via Prof. Rossi 3` and `via Monsig. Rossi 3` go on
_VIA_PLACES = re.compile(
    rb"via[ ].*(?<!monsig)(?<!ingegn)(?<!comand)(?<!onorev)(?<!senat)(?<!capit)(?<!arciv)(?<=[a-z\xdf-\xff]{4})\.[ ]"
)
# `1 March 2026 between two tenants of Flat 9`
_LEADS_TO_FLAT = re.compile(
    rb"(?i)^(?:19[0-9]{2}|20[0-9]{2}|[0-9]{1,2}[ ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)"
    rb"[ ][^,]{0,80}[ ](?:of|at|in|to|from|and|between)[ ](?=(?:apt|apartment|suite|unit|flat)\b)"
)
_A_YEAR = re.compile(rb",[ ](?:19|20)[0-9]{2}$")
# `Hinterdorf 11 / 3900 Brig`, and `Artikel 11 / 3900 Stück`: sure only where somebody lives there.
_PARTED = re.compile(rb"[0-9][A-Za-z]?(?:[ ]?[/|]|[ ][\-.\x7f])[ ][A-Z\-]*[0-9]")
_COUNTED = re.compile(
    rb"(?:"
    + COUNTS.pattern
    + rb"|[ ](?:Reisende|Besuche(?:r|nde)|Zuschaue(?:r|nde)|Einwohner|Menschen|Kunden|Fahrzeuge|Passagiere))$"
)
_CAPITAL_BEHIND = re.compile(rb"[: ][A-Z\xc0-\xde]")
_ABROAD_PATTERN, _PLACED_PATTERN = compiled(streets.ABROAD), compiled(streets.PLACED)
_SMALL_PATTERN = compiled(streets.PLACED_SMALL)
_TWO_LINES_PATTERN, _CARD_PATTERN = compiled(streets.ON_TWO_LINES), compiled(streets.CARD)
_SOMEBODYS_LINE = re.compile(rb"(?:^|\n)[ \t>]*(?:c/o[ ])?[A-Z\xc0-\xde][^\n0-9:]{2,60}\n[ \t>]*$")
_POSTCODE_BEFORE = re.compile(rb"[0-9]{4,5}(?=[ ][^ ]+[^\n]*\n?$)")


def _is_lived_in(view: View, start: int, stop: int) -> bool:
    return LIVES.occurs(view.before(start)) or _line_of_its_own(view.data, start, stop)


def _find_abroad(view: View) -> Iterator[Found]:
    """Streets of countries whose words for them nobody lists: by a town and its postcode, or by a word before."""
    data = view.data
    for start, stop in _ABROAD_PATTERN.spans(data):
        raw = data[start:stop]
        if (
            not (start and data[start - 1] in ALNUM)
            and not _WITHIN.search(raw)
            and not _IN_EXAMPLES.search(raw)
            and not _A_YEAR.search(raw)
            and not (raw[-1] in DIGITS and COUNTS.match(data, stop))
            and not (_PARTED.search(raw) and (_COUNTED.search(raw) or not _is_lived_in(view, start, stop)))
        ):
            yield Found(start, stop, "address", raw.decode("latin-1").lower(), 0.75, "address-abroad")
    for begin, stop in _PLACED_PATTERN.spans(data):
        raw = data[begin:stop]
        first = _CAPITAL_BEHIND.search(raw)
        if first and not _WITHIN.search(raw) and not COUNTS.match(data, stop):
            street = raw[first.start() + 1 :].decode("latin-1").lower()
            yield Found(begin + first.start() + 1, stop, "address", street, 0.65, "address-placed")
    for begin, stop in _SMALL_PATTERN.spans(data):
        before = streets.SMALL_STREET.search(data, begin, stop)
        if before:
            street = data[before.end() : stop].decode("latin-1")
            yield Found(before.end(), stop, "address", street, 0.7, "address-placed")


def _find_lines(view: View) -> Iterator[Found]:
    """A number behind capitals above a postcode and a town; the field of a card that holds both."""
    data = view.data
    for begin, end in _TWO_LINES_PATTERN.spans(data):
        raw = data[begin:end].strip()
        start, stop = data.index(raw, begin), data.index(raw, begin) + len(raw)
        postcode = _POSTCODE_BEFORE.search(raw)
        counted = postcode is not None and COUNTS.match(raw, postcode.end())
        above = _SOMEBODYS_LINE.search(data, max(0, start - 80), start)
        if (
            above
            and not counted
            and not _NO_STREET.match(raw)
            and not _WITHIN.search(raw)
            and not _OF_THE_WORLD.search(raw)
        ):
            yield Found(start, stop, "address", raw.decode("latin-1").lower(), 0.75, "address-lines")
    for begin, end in _CARD_PATTERN.spans(data):
        raw = data[data.index(b":", begin, end) + 1 : end].strip(b"; \r")
        if raw.count(b";") > 1 and any(byte in DIGITS for byte in raw):
            start = data.index(raw, begin)
            yield Found(start, start + len(raw), "address", raw.decode("latin-1").lower(), 0.9, "address-card")


RULES = (
    Rule("address-abroad", ("address",), (*streets.ABROAD_PROBES, streets.PLACED, streets.PLACED_SMALL), _find_abroad),
    Rule("address-lines", ("address",), (streets.CARD,), _find_lines, over_lines=(streets.ON_TWO_LINES,)),
    *streets_in_chats.RULES,
    _rule("german", streets.GERMAN, streets.GERMAN_PROBES, streets.TOWN),
    _rule("german-loose", streets.GERMAN_LOOSE, (streets.GERMAN_LOOSE,), streets.TOWN, loose=True),
    _rule("french", streets.FRENCH, streets.FRENCH_PROBES, streets.TOWN),
    _rule("italian", streets.ITALIAN, streets.ITALIAN_PROBES, streets.TOWN),
    _rule("english", streets.ENGLISH, streets.ENGLISH_PROBES, streets.TOWN_ENGLISH, weak=True),
    _rule("box", streets.BOX, (streets.BOX,), streets.TOWN),
    _rule("postcode", streets.POSTCODE, (streets.POSTCODE,), None),
    _rule("forces", streets.FORCES, (streets.FORCES,), None),
    _rule("gb-line", streets.LINE_GB, (streets.POSTCODE,), None),
    _rule("indian", streets.LINE_IN, (streets.TOWN_IN,), None),
    _rule("us-line", streets.LINE_US, (streets.TOWN_US_PROBE,), None),
    _rule("us", streets.TOWN_US, (streets.TOWN_US_PROBE,), None),
)
