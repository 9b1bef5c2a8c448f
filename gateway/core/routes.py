"""Ways of an alias that depend on the request: conditions, and where a request goes that meets them."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Feature = Literal["images", "audio", "files", "tools", "schema"]
"""What a request can ask of a model beside text: parts of these kinds, tools, an answer by a JSON schema."""

FEATURES: tuple[Feature, ...] = get_args(Feature)


Language = Literal["de", "fr", "it", "en", "es", "pt", "nl"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Sticky = Literal["user", "conversation"]
"""By what an alias's target is drawn, where not for each request anew."""


class Rollback(msgspec.Struct, frozen=True, kw_only=True):
    """When an alias's canaries get nothing any more: after `after` answers each, compared with their peers.

    `errors`, `refusals`: percentage points more of them. `slower`, `dearer`: percent of the peers' mean time to the
    first byte, and of their mean cost. `pause`: seconds until they are tried again; None: when the policy changes.
    """

    after: int = 50
    errors: int | None = None
    refusals: int | None = None
    slower: int | None = None
    dearer: int | None = None
    pause: float | None = None


Preference = Literal["paid_for", "cheapest"]
"""Whom of an alias's targets to ask first: where one more call is paid for already, or where it costs least."""


class MarginalCost(msgspec.Struct, frozen=True, kw_only=True):
    """What one more call costs at a target: nano-units of the reporting currency for a million tokens of a usual mix.

    `nano` None: no price is known. `because`: in words, what pays for it or what it costs.
    """

    nano: int | None
    paid: bool
    because: str


def rank(preference: Preference, cost: MarginalCost) -> tuple[bool, int]:
    """What targets are ordered by: the least first, equals by their weights."""
    if preference == "paid_for":
        return not cost.paid, 0
    return cost.nano is None, cost.nano or 0


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """All that is given must hold. `larger_than`, `smaller_than`: bytes of the request. `hours`: minutes of the day in
    the reporting time zone, from the first up to the second, which may lie behind midnight. `tags`: (name, value).
    """

    data_classes: frozenset[str] = frozenset()
    personal_data: bool | None = None
    larger_than: int | None = None
    smaller_than: int | None = None
    needs: frozenset[Feature] = frozenset()
    lacks: frozenset[Feature] = frozenset()
    stream: bool | None = None
    languages: frozenset[Language] = frozenset()
    """Of what the user said last; a text of no clear language is in none."""
    tags: tuple[tuple[str, str], ...] = ()
    hours: tuple[int, int] | None = None
