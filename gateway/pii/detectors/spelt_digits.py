"""Digits one by one: as they are spelt out, in four languages, and with signs between them."""

from __future__ import annotations

SPELT = {
    word.encode("latin-1"): str(digit)
    for digit, words in enumerate(
        (
            "null zéro zero oh nought",
            "eins un une uno one",
            "zwei zwo deux due two",
            "drei trois tre three",
            "vier quatre quattro four",
            "fünf fuenf cinq cinque five",
            "sechs six sei",
            "sieben sept sette seven",
            "acht huit otto eight",
            "neun neuf nove nine",
        )
    )
    for word in words.split()
}
ANY_SPELT = rb"(?:" + b"|".join(sorted(SPELT, reverse=True)) + rb")"
# `0,6,1,7,…`, `3*2*9*…`, `C.H.9.3.…`
_OF_A_COUNTRY = rb"\b[A-Za-z]~[A-Za-z]~(?:[0-9]~[0-9]~[A-Z]~)?".replace(b"~", rb"[*_|/.\-]")
SINGLES = rb"(?:" + _OF_A_COUNTRY + rb")?[0-9](?:, ?[0-9]|[*_|/.\-][0-9]){7}"
