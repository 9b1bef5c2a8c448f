"""What a policy says about personal data, as values: which is treated how, and where it may go.

Invariants
- A rule set says everything: what its author left out stands as the shipped default (`CLOUD`, `SOVEREIGN`).
- Between two places the action may differ; what is not known to be sovereign is the cloud.
- `actions_on` counts relaxations by the day: one that has run out never loosens anything.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

from gateway.core.privacy import DATA_TYPES

Action = Literal["allow", "mask", "redact", "pseudonymise", "hash", "generalise", "block", "route_local"]
"""Leave it · `****1234` · `[EMAIL]` · a token, and the value again in the answer · a token for good · less exact ·
refuse the request · only a sovereign provider may see it."""

ACTIONS: Final[tuple[str, ...]] = get_args(Action)

AnswerAction = Literal["allow", "mask", "redact", "block"]
AttachmentAction = Literal["allow", "redact", "block", "route_local"]
MediaAction = Literal["allow", "block", "route_local"]
Mode = Literal["enforce", "observe"]
Epoch = Literal["day", "month", "year"]

_COMPANIES = frozenset({"ch_uid"})

CLOUD: Final[dict[str, Action]] = {
    **dict.fromkeys(DATA_TYPES, "pseudonymise"),
    **dict.fromkeys(_COMPANIES, "allow"),
    "credit_card": "mask",
    "secret": "block",
}
"""A secret is of no use to a model; people speak of a card by its last four digits; companies are no persons."""

SOVEREIGN: Final[dict[str, Action]] = {
    **dict.fromkeys(DATA_TYPES, "allow"),
    "credit_card": "mask",
    "secret": "redact",
}

NEW_TYPE: Final[tuple[Action, Action]] = ("pseudonymise", "allow")
"""For the types of a team's own dictionaries and patterns: (cloud, sovereign)."""


class Dictionary(msgspec.Struct, frozen=True):
    """A list of names of one's own: clients, projects, employees. The type of what it finds is `name`."""

    name: str
    entries: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Dictionary {self.name} of {len(self.entries)}>"


class Pattern(msgspec.Struct, frozen=True):
    """A form of one's own, a regular expression for RE2. The type of what it finds is `name`."""

    name: str
    expression: str


class Sensitive(msgspec.Struct, frozen=True, kw_only=True):
    """A category whose mere subject is sensitive: a token hides who, not what. `always`: every request is of it."""

    name: str
    keywords: tuple[str, ...] = ()
    action: Literal["route_local", "block"] = "route_local"
    always: bool = False


class OutsideDetector(msgspec.Struct, frozen=True, kw_only=True):
    """A detector in another process, asked over HTTP. `least`: the confidence from which it is believed."""

    name: str
    url: str
    timeout: float = 2.0
    language: str = "en"
    least: float = 0.5


class Relaxation(msgspec.Struct, frozen=True):
    """A type that a team may treat less strictly than the rule set says, up to the end of the day `until` (UTC)."""

    type: str
    until: str
    reason: str


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """One named rule set, whole. `restore_in_urls`: hosts whose addresses may carry restored values."""

    name: str
    cloud: dict[str, Action]
    sovereign: dict[str, Action]
    mode: Mode = "enforce"
    answers: AnswerAction = "allow"
    attachments: AttachmentAction = "redact"
    media: MediaAction = "allow"
    hint: bool = True
    epoch: Epoch = "day"
    local_model: str | None = None
    """Who answers what must stay local, where the model asked for is not."""
    restore_in_urls: tuple[str, ...] = ()
    sovereign_regions: frozenset[str] = frozenset()
    dictionaries: tuple[Dictionary, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    outside: tuple[OutsideDetector, ...] = ()
    sensitive: tuple[Sensitive, ...] = ()
    may_relax: tuple[Relaxation, ...] = ()

    def actions_on(self, today: str, overlay: dict[str, Action]) -> dict[str, Action]:
        """Type -> action on what leaves the house, a team's `overlay` counted in: stricter always, looser while
        `may_relax` lists the type.
        """
        if not overlay:
            return self.cloud
        relaxed = {relaxation.type for relaxation in self.may_relax if today <= relaxation.until}
        merged = dict(self.cloud)
        for type_, action in overlay.items():
            standing = merged.get(type_, NEW_TYPE[0])
            if type_ in relaxed or not looser(action, standing):
                merged[type_] = action
        return merged

    def searched_for(self, cloud: dict[str, Action]) -> RuleSet:
        """What has to be looked for where `cloud` counts: this set, and what it allows everybody, but they hold back.
        Itself where that is nothing. How it is held back is not told, so that all who want the same share a detector.
        """
        more = [type_ for type_, action in cloud.items() if action != "allow" and self._lets_pass(type_)]
        if not more:
            return self
        return msgspec.structs.replace(self, cloud={**self.cloud, **dict.fromkeys(more, NEW_TYPE[0])})

    def _lets_pass(self, type_: str) -> bool:
        return self.cloud.get(type_) == self.sovereign.get(type_) == "allow"


class PrivacyChoice(msgspec.Struct, frozen=True):
    """What a level of the policy says: a rule set by name, and actions towards the cloud on top of it."""

    rules: str
    actions: dict[str, Action] = {}


_EXPOSES: Final[dict[Action, int]] = {
    "allow": 3,
    "generalise": 2,
    "mask": 2,
    "pseudonymise": 1,
    "hash": 1,
    "redact": 1,
    "route_local": 1,
    "block": 0,
}


def looser(action: Action, than: Action) -> bool:
    """Whether `action` lets a provider see more of a value than another."""
    return _EXPOSES[action] > _EXPOSES[than]
