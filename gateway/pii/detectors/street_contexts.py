"""What stands around streets: what a number counts there, who lives in one, and its town without a postcode."""

from __future__ import annotations

import re

from gateway.pii.detectors import streets
from gateway.pii.detectors.name_reading import is_given, lowered
from gateway.pii.detectors.words import COMMON, NO_NAMES, THINGS, is_nominal
from gateway.pii.labels import kind_of
from gateway.pii.linear import compiled

# `Am Bahnhof 3 Minuten warten`: a number that counts something.
COUNTS = re.compile(
    rb"/[0-9]|[ ](?:Minuten?|Stunden?|Tagen?|Wochen?|Monaten?|Jahren?|Meter|km\b|Kilometer|Prozent|%|Personen|St\xfcck"
    rb"|Uhr|Mal\b|Pl\xe4tze|Zimmer|Franken|Euro|CHF|EUR|[KMGT]i?B\b|kB\b|kWh?\b|V\b|W\b|px\b|mm\b|cm\b|m2\b|m\xb2|kg\b|g\b"
    rb"|ml\b|Grad\b|Punkte?n?\b|Tore?n?\b|Stimmen|Teilnehmer|Mitarbeite|Mio\b|Millionen|Mrd\b|minutes?\b|heures|jours|minuti"
    rb"|ore\b|giorni|metri|hours?\b|days?\b|miles?\b)"
)
LIVES = compiled(
    rb"(?:adresse|anschrift|address|indirizzo|wohnhaft|domicili|resid|wohnt|lives? (?:at|in)|lived|habite|abita"
    rb"|located|ship|deliver|office|where|visit|send|sent|parcel|house|home|mail(?:ed)? |moved|moving|relocat"
    rb"|refund|invoice|liegenschaft|wohnung|mieter|umgezogen|umzug|zieh(?:e|en|t)\b|zog |demeur|d\xe9m\xe9nag|locataire"
    rb"|abito|trasferi|\bvit (?:au|\xe0)|\bviv[oe] (?:in|a)\b"
    rb"|\bstr(?:a(?:ss|\xdf)e)?(?:[ _\-]?nr)?[^a-z0-9\n]{1,20}$|adrline)"
)
# `Hauptstrasse 14 in Aarau`, `12 rue du Lac à Nyon`, `Via Po 3, Lodi`: a town behind a street, without its postcode
TOWN_NAMED = re.compile(
    rb"(?:,[ ]|[ ](?:in|\xe0|a|at)[ ])((?:(?:St\.|Ste|La|Le|Bad)[ ])?"
    rb"[A-Z\xc0-\xde][a-z\xdf-\xff'\-]{2,24}(?:-[A-Z\xc0-\xde][a-z\xdf-\xff'\-]{2,24}){0,3})"
    rb"(?:[ ](?:am|an der|im|bei|sur|sul|upon|on)[ ][A-Z\xc0-\xde][a-z\xdf-\xff]{2,20})?(?![A-Za-z\xc0-\xff0-9'\-])"
)
TOWN_CELL = re.compile(rb"[\"']?[;\t][\"' ]?(" + streets.TOWN_ALONE.pattern + rb")[\"' ]?(?=[;\t\r\n]|$)")


_ENDS = frozenset((b"", *(bytes((sign,)) for sign in b".,;:)!?\r\n")))


def with_town(data: bytes, stop: int) -> int:
    """Where a street ends that ends at `stop`, or the town that is named behind it."""
    town = TOWN_NAMED.match(data, stop)
    if town is None:
        return stop
    word = lowered(town[1])
    if data[stop : stop + 1] == b"," and data[town.end() : town.end() + 1] not in _ENDS:  # `Flat 9, Oakwood House`
        return stop
    other = word in NO_NAMES or word in THINGS or word in COMMON or is_nominal(word) or is_given(word)
    return stop if other or kind_of(word) else town.end()
