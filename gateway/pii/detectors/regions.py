"""Which countries a text speaks of, likeliest first: by codes, domains, currencies, and the words of its language."""

from __future__ import annotations

from gateway.pii.linear import PatternSet
from gateway.pii.view import View

_SIGNS = {
    "CH": (
        rb"\+41|\.ch\b|\bchf\b|schweiz|suisse|svizzera|switzerland|z\xfcrich|zurich|gen\xe8ve|lausanne|\bbern\b|basel"
    ),
    "DE": (rb"\+49|\.de\b|deutschland|germany|allemagne|germania|berlin|m\xfcnchen|hamburg|k\xf6ln|frankfurt"),
    "AT": (rb"\+43|\.at\b|\xf6sterreich|austria|autriche|\bwien\b|graz|linz|salzburg"),
    "FR": (rb"\+33|\.fr\b|\bfrance\b|frankreich|francia|\bparis\b|lyon|marseille|toulouse"),
    "IT": (
        rb"\+39|\.it\b|italia|italien|italy|\broma\b|milano|torino|napoli|firenze"
        rb"|\b[a-z]{6}[0-9]{2}[a-z][0-9]{2}[a-z][0-9]{3}[a-z]\b"  # a codice fiscale
    ),
    "GB": (rb"\+44|\.uk\b|\xa3|\bgbp\b|united kingdom|london|manchester|england|scotland"),
    "US": (rb"\+1\b|\.com\b|\busd?\b|\$|united states|new york|california|texas|chicago"),
    "ES": (rb"\+34|\.es\b|espa\xf1a|spain|spanien|madrid|barcelona"),
}
# Words that only one of the languages has.
_LANGUAGES = (
    (rb"\b(?:der|das|und|nicht|ist|bitte|ich|f\xfcr|auf)\b", ("CH", "DE", "AT")),
    (rb"\b(?:les|des|est|vous|pour|une|dans|merci|au)\b", ("FR", "CH")),
    (rb"\b(?:il|di|del|nel|che|sono|gli|della|dei|dal|sul|grazie|al|con|anche)\b", ("IT", "CH")),
    (rb"\b(?:the|and|please|you|for|with|my|to)\b", ("GB", "US")),
)
_ALL = ("CH", "DE", "FR", "IT", "GB", "US", "AT", "ES")
_READ = 2048
_WORDS = PatternSet([*_SIGNS.values(), *(words for words, _ in _LANGUAGES)])
_REGIONS = [(region,) for region in _SIGNS] + [regions for _, regions in _LANGUAGES]


def regions(view: View) -> tuple[str, ...]:
    """All the countries whose national numbers are known here, those of the context first. Worked out once a text."""
    known: tuple[str, ...] | None = view.__dict__.get("regions")
    if known is None:
        found = [region for index in _WORDS.occurring(view.lower[:_READ]) for region in _REGIONS[index]]
        known = view.__dict__["regions"] = tuple(dict.fromkeys([*found, *_ALL]))
    return known
