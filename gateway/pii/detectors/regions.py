"""Which countries a text speaks of, likeliest first: by codes, domains, currencies, and the words of its language."""

from __future__ import annotations

import re

from gateway.pii.view import View

_SIGNS = {
    "CH": re.compile(
        rb"\+41|\.ch\b|\bchf\b|schweiz|suisse|svizzera|switzerland|z\xfcrich|zurich|gen\xe8ve|lausanne|\bbern\b|basel"
    ),
    "DE": re.compile(
        rb"\+49|\.de\b|deutschland|germany|allemagne|germania|berlin|m\xfcnchen|hamburg|k\xf6ln|frankfurt"
    ),
    "AT": re.compile(rb"\+43|\.at\b|\xf6sterreich|austria|autriche|\bwien\b|graz|linz|salzburg"),
    "FR": re.compile(rb"\+33|\.fr\b|\bfrance\b|frankreich|francia|\bparis\b|lyon|marseille|toulouse"),
    "IT": re.compile(rb"\+39|\.it\b|italia|italien|italy|\broma\b|milano|torino|napoli|firenze"),
    "GB": re.compile(rb"\+44|\.uk\b|\xa3|\bgbp\b|united kingdom|london|manchester|england|scotland"),
    "US": re.compile(rb"\+1\b|\.com\b|\busd?\b|\$|united states|new york|california|texas|chicago"),
    "ES": re.compile(rb"\+34|\.es\b|espa\xf1a|spain|spanien|madrid|barcelona"),
}
_LANGUAGES = (
    (re.compile(rb"\b(?:der|die|das|und|nicht|ist|bitte|mit|ich|f\xfcr)\b"), ("CH", "DE", "AT")),
    (re.compile(rb"\b(?:le|la|les|des|est|vous|pour|une|dans|merci)\b"), ("FR", "CH")),
    (re.compile(rb"\b(?:il|di|che|per|una|sono|gli|della|grazie)\b"), ("IT", "CH")),
    (re.compile(rb"\b(?:the|and|is|please|you|for|with|my|to)\b"), ("GB", "US")),
)
_ALL = ("CH", "DE", "FR", "IT", "GB", "US", "AT", "ES")
_READ = 4096


def regions(view: View) -> tuple[str, ...]:
    """All the countries whose national numbers are known here, those of the context first. Worked out once a text."""
    known: tuple[str, ...] | None = view.__dict__.get("regions")
    if known is None:
        known = view.__dict__["regions"] = _guess(view.lower[:_READ])
    return known


def _guess(text: bytes) -> tuple[str, ...]:
    named = [region for region, sign in _SIGNS.items() if sign.search(text)]
    words = max(_LANGUAGES, key=lambda language: len(language[0].findall(text)))[1] if text else ()
    return tuple(dict.fromkeys([*named, *words, *_ALL]))
