"""What labels beside each other say that none of them says alone: heads of one table, members of one object.

`Name` beside `Vorname` is a surname, `Nummer` beside `Vorwahl` a telephone's, and what stands in `street` beside
`house_number` is a street, whatever it is called.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from gateway.pii.hashed_cache import cached_by_hash
from gateway.pii.label_words import STREET_BESIDE_ITS_NUMBER
from gateway.pii.labels import kind_of

_ROLES: Final = {
    "area": """
        vorwahl|landesvorwahl|ländervorwahl|area code|areacode|area|indicatif|prefisso|country code|dial code|ndc|cc
        |ortsvorwahl
        """,
    "number": """
        nummer|number|numero|numéro|no|nr|n°|line|local|anschluss|subscriber|rufnummer|local number|phone number
        """,
    "house": "hausnr|hausnummer|haus nr|house number|housenumber|house no|street number|streetnumber|civico|bldgnb"
    "|numero civico|building number|building|hnr|numéro de rue",
    "street": """
        street|street name|streetname|strasse|straße|strassenname|rue|via|calle|strtnm|voie|nom de rue|line1|line2
        |line 1|line 2|address line 1|address line 2|addr line 1|addr line 2|address1|address2
        """,
    "place": """
        zip|zip code|zipcode|plz|npa|cap|postcode|postal code|code postal|postleitzahl|city|town|ort|ville|localité|
        località|localite|localita|comune|stadt|wohnort
        """,
    "given": "vn|first",
    "surname": "nn|last",
}
_BY_LABEL: Final = {
    label.strip(): role for role, labels in _ROLES.items() for label in " ".join(labels.split()).split("|")
}
_BREAKS: Final = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])|[_\-. ]+")


@cached_by_hash(4096)
def role_of(label: str) -> str | None:
    """What it may be for another label beside it."""
    return _BY_LABEL.get(" ".join(_BREAKS.split(label)).lower().strip())


def renamed(label: str, roles: Collection[str]) -> str:
    """A label as it is meant beside labels of such roles."""
    match role_of(label):
        case "number" if "area" in roles:
            return "phone"
        case "street" if not {"house", "number", "place"}.isdisjoint(roles):
            return STREET_BESIDE_ITS_NUMBER
        case "given" if "surname" in roles:
            return "first name"
        case "surname" if "given" in roles:
            return "surname"
    return label


def meant(labels: Sequence[str]) -> list[str]:
    """The heads of columns as they are meant."""
    roles = {role for label in labels if (role := role_of(label))}
    named = any(kind_of(label) == "name" for label in labels) or {"given", "surname"} <= roles
    return ["surname" if named and label.lower() in {"name", "nom"} else renamed(label, roles) for label in labels]
