"""Digits as they are spelt out, one by one, in four languages."""

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
