"""Personal data as values: where it stands in a text, and what it is.

Invariants
- A `Finding` never shows the value in its repr: it may be logged by mistake.
- Offsets are code points of the text as it came, before any normalisation: `text[start:end]` is the surface form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Protocol, get_args, runtime_checkable

import msgspec

DataType = Literal[
    "email",
    "phone",
    "iban",
    "credit_card",
    "ch_ahv",
    "ch_uid",
    "ch_health_card",
    "fr_nir",
    "de_tax_id",
    "de_svnr",
    "it_cf",
    "es_nif",
    "uk_nino",
    "uk_nhs",
    "us_ssn",
    "national_id",
    "passport",
    "license_plate",
    "date_of_birth",
    "address",
    "person",
    "ip_address",
    "mac_address",
    "vin",
    "secret",
]
"""What the shipped rules find. A team's own dictionaries and patterns add types of their own names."""

DATA_TYPES: tuple[str, ...] = get_args(DataType)

UNMISTAKABLE: Final[frozenset[str]] = frozenset(
    {
        "email",
        "iban",
        "credit_card",
        "ch_ahv",
        "ch_health_card",
        "fr_nir",
        "de_tax_id",
        "de_svnr",
        "it_cf",
        "es_nif",
        "uk_nino",
        "us_ssn",
        "national_id",
        "secret",
        "phone",
    }
)
"""Types whose form or check digit says what they are."""

CERTAIN: Final = 0.9
"""From which confidence on a finding of these leaves no doubt."""


class Leaf(msgspec.Struct, frozen=True, gc=False):
    """One text to look at. `names`: what structure says about it, outermost first: JSON keys, a column, a parameter.

    `passing`: a piece of a stream, which does not come again as it is. `sought`: of what is found only what leaves no
    doubt and is of these types will be looked at, so whoever finds nothing of the kind need not look; of none: all that
    is found. `joined`: messages put together that may have been two, so what is found there is nobody's until they
    share it, and not looked for elsewhere.
    """

    text: str
    names: tuple[str, ...] = ()
    passing: bool = False
    sought: frozenset[str] = frozenset()
    joined: bool = False

    def __repr__(self) -> str:
        return f"<Leaf of {len(self.text)}>"


class Finding(msgspec.Struct, frozen=True, gc=False):
    """Personal data at `text[start:end]`. `type`: one of DATA_TYPES or a name of the team's own.

    `canonical` is the value without its spelling (no separators, lower case, E.164), equal for equal values.
    `confidence` from 0 to 1; `rule` names what found it, for admins.
    """

    start: int
    end: int
    type: str
    canonical: str
    confidence: float
    rule: str

    def __repr__(self) -> str:
        return f"<Finding {self.type} {self.start}:{self.end} {self.rule} {self.confidence:.2f}>"


class DetectionFailed(Exception):
    """A detector could not look. Nothing may be taken for clean."""


class TakesLong(Exception):
    """There may be something in a text, and to look costs milliseconds: to be done where nobody waits for it."""


class Detector(Protocol):
    """Finds personal data. Implemented by `pii.engine` and by adapters for outside detectors."""

    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        """For each leaf its findings, sorted, not overlapping. What one leaf reveals is found in all of them.

        Computes, never waits: who calls decides whether on the loop or off it. Linear in the length of the texts.
        Raises DetectionFailed where it cannot tell.
        """
        ...


@runtime_checkable
class HastyDetector(Detector, Protocol):
    """One that knows of many texts at next to no price that there is nothing in them."""

    def hasty(self) -> Detector:
        """The same, but raises TakesLong where more would have to be done."""
        ...
