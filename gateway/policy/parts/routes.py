"""Conditional ways of a model in the policy: their keys, what must make sense about them, their values."""

from __future__ import annotations

import re
from typing import Any, Final, get_args

from gateway.core.edits import Path
from gateway.core.policy import Shadow, Target
from gateway.core.routes import FEATURES, LANGUAGES, Condition, Preference, Rollback, Sticky
from gateway.core.tags import is_tag_name
from gateway.policy.read import Reading
from gateway.policy.shapes import (
    NAME,
    Boolean,
    Choice,
    Duration,
    Integer,
    Key,
    ListOf,
    Percent,
    Size,
    Table,
    Text,
    TokenCount,
)

Tree = dict[str, Any]

LARGEST: Final = 2**40
LONGEST_PAUSE: Final = 30 * 86_400.0
SPAN: Final = Text(11, r"[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]", "a span of the day, as in 08:00-18:00")
TAG: Final = Text(130, r"[^=]+=.+", "name=value, as in purpose=batch")

CONDITION: Final = Table(
    {
        "data_classes": Key(ListOf(NAME, 1), "the request's class of data is one of these"),
        "personal_data": Key(Boolean(), "personal data was found in it, or was not"),
        "larger_than": Key(Size(0, LARGEST), "it has more bytes than this"),
        "smaller_than": Key(Size(1, LARGEST), "it has fewer bytes than this"),
        "needs": Key(ListOf(Choice(FEATURES), 1), "it needs all of these"),
        "lacks": Key(ListOf(Choice(FEATURES), 1), "it needs none of these"),
        "stream": Key(Boolean(), "it is streamed, or is not"),
        "languages": Key(ListOf(Choice(LANGUAGES), 1), "the user's last words are clearly in one of these"),
        "tags": Key(ListOf(TAG, 1), "`x-gateway-tags` has all of these"),
        "hours": Key(SPAN, "it comes within this part of the day, in the reporting time zone"),
    }
)
STICKY: Final = Key(Choice(get_args(Sticky)), "one user, or one conversation, keeps to one target while weights stand")
HEDGE: Final = Key(
    Table({"after": Key(Duration(0.05, 600.0), "how long the first may take to begin", required=True)}),
    "where the first lets a request wait, the next way is asked beside it; left out: it is not, since it costs twice",
)
PREFER: Final = Key(
    Choice(get_args(Preference)),
    "which targets go first: where a call is paid for already (own machines, reserved capacity, commitments), or costs "
    "least; weights share out among equals",
)
CANARY: Final = Key(Boolean(), "true: on trial, and taken out by `rollback`")
RULES: Final = ("errors", "refusals", "slower", "dearer")
ROLLBACK: Final = Key(
    Table(
        {
            "after": Key(Integer(10, 100_000), "answers before anything is judged; left out: 50"),
            "errors": Key(Integer(1, 100), "percentage points more failures than its peers"),
            "refusals": Key(Integer(1, 100), "percentage points more answers that refuse, or are filtered"),
            "slower": Key(Integer(101, 10_000), "percent of its peers' time to the first byte"),
            "dearer": Key(Integer(101, 10_000), "percent of its peers' cost"),
            "pause": Key(Duration(1.0, LONGEST_PAUSE), "until it is tried again; left out: when the policy changes"),
        }
    ),
    "when canaries are taken out: any of the four that is written",
)
SHADOW_KEYS: Final = {
    "share": Key(Percent(), "of the requests; left out: 100%"),
    "concurrent": Key(Integer(1, 1000), "calls to it at once, of a replica: beyond them none is made; left out: 8"),
    "paid_by": Key(NAME, "the team that pays for its calls; left out: the team that asks"),
}
CONTEXT: Final = Key(TokenCount(), "tokens that request and answer may have together: what is longer goes to its peers")
CANNOT: Final = Key(ListOf(Choice(FEATURES), 1), "what this model cannot take: such requests go to its peers")


def check_condition(reading: Reading, path: Path, condition: Tree | None) -> None:
    """Names that exist, spans that hold something. `path` is the condition's."""
    if condition is None:
        return
    classes = reading.tree.get("data_classes") or {}
    for number, name in enumerate(condition.get("data_classes") or []):
        if name is not None and name not in classes:
            mark = reading.mark((*path, "data_classes", number))
            reading.complaints.add_unknown(mark, f"there is no data class '{name}'", name, classes)
    for number, tag in enumerate(condition.get("tags") or []):
        if tag is not None and not is_tag_name(tag.partition("=")[0]):
            reading.complaints.add(
                reading.mark((*path, "tags", number)),
                f"'{tag}' must be name=value, with a name in small letters, as in purpose=batch",
            )
    if (span := condition.get("hours")) is not None and _minutes(span) is None:
        reading.complaints.add(reading.mark((*path, "hours")), "write two different times of a day, as in 08:00-18:00")
    both = set(condition.get("needs") or ()) & set(condition.get("lacks") or ()) - {None}
    if both:
        reading.complaints.add(reading.mark((*path, "lacks")), f"no request both needs and lacks {min(both)}")
    least, most = condition.get("larger_than"), condition.get("smaller_than")
    if least is not None and most is not None and most <= least + 1:
        reading.complaints.add(reading.mark((*path, "smaller_than")), "no request is larger and smaller at once")
    if not condition and not any(reading.wrote(path, key) for key in CONDITION.keys):
        reading.complaints.add(
            reading.mark(path),
            "a condition that names nothing is always met: write what it is for, or leave the route out",
        )


def check_rollout(reading: Reading, path: Path, alias: Tree) -> None:
    """A rule that judges something, by peers that are no canaries. `path` is the alias's."""
    targets = [target for target in alias.get("targets") or [] if target]
    canaries = [bool(target.get("canary")) for target in targets]
    rollback = alias.get("rollback")
    if rollback is not None and not any(reading.wrote((*path, "rollback"), rule) for rule in RULES):
        reading.complaints.add(reading.mark((*path, "rollback")), f"name at least one of {', '.join(RULES)}")
    if rollback is not None and targets and (all(canaries) or not any(canaries)):
        reading.complaints.add(
            reading.mark((*path, "rollback")),
            "a target with `canary: true` is judged by one without: write both",
        )
    if alias.get("hedge") is not None and len(targets) + len(alias.get("fallbacks") or []) < 2:
        mark = reading.mark((*path, "hedge"))
        reading.complaints.add(mark, "a hedge asks somebody else: write another target, or a fallback")
    if alias.get("prefer") is not None and any(canaries):
        reading.complaints.add(
            reading.mark((*path, "prefer")),
            "a canary has its share by weight, and `prefer` passes weights over: leave one of the two out",
        )
    if rollback is None and any(canaries):
        at = (*path, "targets", canaries.index(True), "canary")
        reading.complaints.add(
            reading.mark(at), "a canary needs `rollback` beside the targets, the rule that judges it"
        )


def check_shadows(reading: Reading, path: Path, alias: Tree) -> None:
    """Shadows that are asked anything, of somebody who does not answer, and paid for. `path` is the alias's."""
    answering = {
        (target.get("provider"), target.get("model"))
        for part in ("targets", "fallbacks")
        for target in alias.get(part) or []
        if target
    }
    teams = reading.tree.get("teams") or {}
    for number, shadow in enumerate(alias.get("shadows") or []):
        if shadow is None:
            continue
        at = (*path, "shadows", number)
        pair = shadow.get("provider"), shadow.get("model")
        if None not in pair and pair in answering:
            reading.complaints.add(
                reading.mark(at), f"'{pair[0]}/{pair[1]}' answers already: a shadow is somebody else"
            )
        if (payer := shadow.get("paid_by")) is not None and payer not in teams:
            reading.complaints.add_unknown(reading.mark((*at, "paid_by")), f"there is no team '{payer}'", payer, teams)
        if shadow.get("share") == 0:
            reading.complaints.add(reading.mark((*at, "share")), "a share of 0% is asked nothing: leave the shadow out")


def build_shadow(target: Target, tree: Tree) -> Shadow:
    share = tree.get("share")
    return Shadow(
        target=target,
        share=10_000 if share is None else int(share * 100),
        **{name: tree[name] for name in ("concurrent", "paid_by") if name in tree},
    )


def build_rollback(tree: Tree | None) -> Rollback | None:
    return None if tree is None else Rollback(**tree)


def build_condition(tree: Tree) -> Condition:
    values: Tree = {
        name: tree[name] for name in ("personal_data", "larger_than", "smaller_than", "stream") if name in tree
    }
    for name in ("data_classes", "needs", "lacks", "languages"):
        if name in tree:
            values[name] = frozenset(tree[name])
    if "tags" in tree:
        values["tags"] = tuple((name, value) for name, _, value in (tag.partition("=") for tag in tree["tags"]))
    if "hours" in tree:
        values["hours"] = _minutes(tree["hours"])
    return Condition(**values)


def _minutes(span: str) -> tuple[int, int] | None:
    """Minutes of the day; None where it is no span."""
    first, second = (int(hour) * 60 + int(minute) for hour, minute in re.findall(r"([0-9]{2}):([0-9]{2})", span))
    return None if first == second or max(first, second) > 24 * 60 else (first, second % (24 * 60))
