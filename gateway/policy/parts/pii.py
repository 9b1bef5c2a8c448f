"""Personal data in the policy: rule sets, and which of them holds at a level.

Promise: a rule set that passes can be enforced as written: its patterns compile in linear time and find what their own
examples say, and nothing in a team's rules is looser than the rule set allows.

Invariants
- A rule set is written by whoever answers for data protection, and may say anything; it stands on the shipped defaults.
- A level names one rule set, and may add actions: stricter ones freely, looser ones only where the set lists the type
  under `may_relax`, with a last day and a reason.
"""

from __future__ import annotations

from typing import Any, Final, get_args

import re2

from gateway.core.edits import Path
from gateway.core.linear_search import options
from gateway.core.privacy import DATA_TYPES
from gateway.core.privacy_rules import (
    ACTIONS,
    CLOUD,
    NEW_TYPE,
    SOVEREIGN,
    Action,
    AnswerAction,
    AttachmentAction,
    Dictionary,
    Epoch,
    MediaAction,
    Mode,
    Pattern,
    PrivacyChoice,
    Relaxation,
    RuleSet,
    Sensitive,
    looser,
)
from gateway.policy.parts.outside import OUTSIDE, build_outside
from gateway.policy.read import Reading
from gateway.policy.shapes import (
    MODEL,
    NAME,
    REGION,
    Boolean,
    Choice,
    Day,
    Key,
    ListOf,
    NamedTables,
    Table,
    Text,
    WordOrTable,
)

Tree = dict[str, Any]

TYPE_NAME: Final = Text(32, r"[a-z][a-z0-9_]*", "lower-case letters, digits and _, with a letter first")
HOST: Final = Text(253, r"[a-z0-9*.-]+", "a host name in lower-case letters, with * as wildcard")
LONGEST_EXPRESSION: Final = 1000
SHORTEST_ENTRY: Final = 3

_ACTION: Final = Choice(ACTIONS)
TYPE_ACTIONS: Final = Table({name: Key(_ACTION, f"what becomes of `{name}`") for name in DATA_TYPES})
_OWN: Final = {
    "action": Key(_ACTION, "towards the cloud; left out: pseudonymise"),
    "sovereign_action": Key(_ACTION, "towards sovereign providers; left out: allow"),
}

RULE_SET: Final = Table(
    {
        "actions": Key(TYPE_ACTIONS, "towards the cloud, by type; left out: the shipped defaults"),
        "sovereign_actions": Key(TYPE_ACTIONS, "towards sovereign providers, by type"),
        "sovereign_regions": Key(ListOf(REGION), "regions that count as sovereign, beside on_prem and kind `local`"),
        "mode": Key(Choice(get_args(Mode)), "`observe` counts, and changes and refuses nothing"),
        "on_error": Key(
            Choice(("block",)), "a detector that fails or is late refuses the request; nothing else is had"
        ),
        "answers": Key(Choice(get_args(AnswerAction)), "for what a model writes by itself, not from the request"),
        "attachments": Key(Choice(get_args(AttachmentAction)), "for documents: text is read, and PDF and DOCX"),
        "media": Key(Choice(get_args(MediaAction)), "for images, sound and film, which nobody reads here"),
        "hint": Key(Boolean(), "tell the model, in one line, to copy tokens as they are"),
        "epoch": Key(Choice(get_args(Epoch)), "how long a value keeps its token"),
        "local_model": Key(MODEL, "who answers what must stay local, where the model asked for is not"),
        "restore_in_urls": Key(ListOf(HOST), "hosts whose addresses may carry restored values"),
        "dictionaries": Key(
            NamedTables(
                "dictionary",
                Table(
                    {"entries": Key(ListOf(Text(), 1), "what to find, however spaced or cased", required=True), **_OWN}
                ),
                TYPE_NAME,
            ),
            "lists of one's own: clients, projects, employees",
        ),
        "patterns": Key(
            NamedTables(
                "pattern",
                Table(
                    {
                        "pattern": Key(Text(LONGEST_EXPRESSION), "a regular expression for RE2", required=True),
                        "matches": Key(ListOf(Text(), 1), "examples that it must find, whole", required=True),
                        "does_not_match": Key(ListOf(Text()), "texts in which it must find nothing"),
                        **_OWN,
                    }
                ),
                TYPE_NAME,
            ),
            "forms of one's own: case numbers, policy numbers",
        ),
        "outside": Key(OUTSIDE, "detectors in other processes, which add findings; one that fails refuses the request"),
        "sensitive": Key(
            NamedTables(
                "category",
                Table(
                    {
                        "keywords": Key(ListOf(Text(), 1), "words that tell the category"),
                        "always": Key(Boolean(), "every request is of it"),
                        "action": Key(Choice(("route_local", "block")), "left out: route_local"),
                    }
                ),
                TYPE_NAME,
            ),
            "subjects that are sensitive whoever they are about: health, faith, politics, crime",
        ),
        "may_relax": Key(
            ListOf(
                Table(
                    {
                        "type": Key(TYPE_NAME, "a type of data", required=True),
                        "until": Key(Day(), "the last day of it, in UTC", required=True),
                        "reason": Key(Text(), "why, for whoever audits", required=True),
                    }
                )
            ),
            "types that teams may treat less strictly, each for a while and for a reason",
        ),
    }
)

CHOICE: Final = WordOrTable(
    NAME,
    Table(
        {
            "rules": Key(NAME, "a name below `pii`", required=True),
            "actions": Key(TYPE_ACTIONS, "towards the cloud, beyond those of the rule set"),
        }
    ),
)


def check_rule_sets(reading: Reading) -> None:
    """Names that exist, patterns that compile and find what they say."""
    for name, rules in (reading.tree.get("pii") or {}).items():
        path: Path = ("pii", name)
        _check_own_types(reading, path, rules)
        for category, told in (rules.get("sensitive") or {}).items():
            if not told.get("keywords") and not told.get("always"):
                mark = reading.mark((*path, "sensitive", category))
                reading.complaints.add(mark, "a category needs 'keywords', or 'always: true'")
        for number, relaxation in enumerate(rules.get("may_relax") or []):
            type_ = (relaxation or {}).get("type")
            if type_ is not None and type_ not in DATA_TYPES:
                mark = reading.mark((*path, "may_relax", number, "type"))
                reading.complaints.add_unknown(mark, f"no shipped type is called '{type_}'", type_, DATA_TYPES)
        model = rules.get("local_model")
        models: Tree = reading.tree.get("models") or {}
        if model is not None and "/" not in model and model not in models:
            mark = reading.mark((*path, "local_model"))
            reading.complaints.add_unknown(mark, f"there is no model '{model}'", model, models)


def _check_own_types(reading: Reading, path: Path, rules: Tree) -> None:
    """Dictionaries and patterns."""
    dictionaries, patterns = rules.get("dictionaries") or {}, rules.get("patterns") or {}
    taken = [("dictionaries", type_) for type_ in dictionaries if type_ in DATA_TYPES]
    taken += [("patterns", type_) for type_ in patterns if type_ in DATA_TYPES or type_ in dictionaries]
    for part, type_ in taken:
        reading.complaints.add(reading.mark((*path, part, type_)), f"'{type_}' is the name of a type already")
    for type_, dictionary in dictionaries.items():
        for number, entry in enumerate(dictionary.get("entries") or []):
            if entry is not None and len(entry.strip()) < SHORTEST_ENTRY:
                mark = reading.mark((*path, "dictionaries", type_, "entries", number))
                reading.complaints.add(
                    mark, f"an entry of less than {SHORTEST_ENTRY} characters would be found in most texts: lengthen it"
                )
    for type_, pattern in patterns.items():
        _check_pattern(reading, (*path, "patterns", type_), pattern)


def _check_pattern(reading: Reading, path: Path, tree: Tree) -> None:
    expression = tree.get("pattern")
    if expression is None:
        return
    try:
        compiled = re2.compile(expression.encode("latin-1"), options(memory=None))
    except (re2.error, UnicodeEncodeError):
        reading.complaints.add(
            reading.mark((*path, "pattern")),
            "RE2 does not take this expression: no lookaround, no backreference, Latin letters only",
        )
        return
    if compiled.search(b"") is not None:
        reading.complaints.add(
            reading.mark((*path, "pattern")), "this matches the empty text, so it would be found everywhere"
        )
        return
    for number, example in enumerate(tree.get("matches") or []):
        if example is not None and compiled.fullmatch(_latin(example)) is None:
            reading.complaints.add(reading.mark((*path, "matches", number)), "the pattern does not match this example")
    for number, example in enumerate(tree.get("does_not_match") or []):
        if example is not None and compiled.search(_latin(example)) is not None:
            mark = reading.mark((*path, "does_not_match", number))
            reading.complaints.add(mark, "the pattern finds something in this example")


def _latin(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def check_choice(reading: Reading, path: Path, choice: str | Tree | None) -> None:
    """The rule set that a level names, and that what it adds is stricter or listed."""
    sets: dict[str, Tree] = reading.tree.get("pii") or {}
    name = choice.get("rules") if isinstance(choice, dict) else choice
    if name is None:
        return
    if name not in sets:
        at = (*path, "rules") if isinstance(choice, dict) else path
        reading.complaints.add_unknown(reading.mark(at), f"there is no rule set '{name}' below 'pii'", name, sets)
        return
    if not isinstance(choice, dict):
        return
    listed = {entry.get("type") for entry in sets[name].get("may_relax") or [] if entry}
    standing = {**CLOUD, **(sets[name].get("actions") or {})}
    for type_, action in (choice.get("actions") or {}).items():
        if type_ not in listed and looser(action, standing[type_]):
            reading.complaints.add(
                reading.mark((*path, "actions", type_)),
                f"'{action}' is less strict than the rule set's '{standing[type_]}', and '{name}' does not list "
                f"'{type_}' under 'may_relax'",
            )


def build_choice(choice: str | Tree) -> PrivacyChoice:
    if isinstance(choice, str):
        return PrivacyChoice(rules=choice)
    return PrivacyChoice(rules=choice["rules"], actions=choice.get("actions") or {})


def build_rule_sets(tree: Tree) -> dict[str, RuleSet]:
    return {name: _rule_set(name, rules) for name, rules in (tree.get("pii") or {}).items()}


def _rule_set(name: str, tree: Tree) -> RuleSet:
    cloud: dict[str, Action] = {**CLOUD, **(tree.get("actions") or {})}
    sovereign: dict[str, Action] = {**SOVEREIGN, **(tree.get("sovereign_actions") or {})}
    for part in ("dictionaries", "patterns"):
        for type_, own in (tree.get(part) or {}).items():
            cloud[type_] = own.get("action", NEW_TYPE[0])
            sovereign[type_] = own.get("sovereign_action", NEW_TYPE[1])
    plain = ("mode", "answers", "attachments", "media", "hint", "epoch", "local_model")
    return RuleSet(
        name=name,
        cloud=cloud,
        sovereign=sovereign,
        sovereign_regions=frozenset(tree.get("sovereign_regions") or ()),
        restore_in_urls=tuple(tree.get("restore_in_urls") or ()),
        dictionaries=tuple(
            Dictionary(type_, tuple(own["entries"])) for type_, own in (tree.get("dictionaries") or {}).items()
        ),
        patterns=tuple(Pattern(type_, own["pattern"]) for type_, own in (tree.get("patterns") or {}).items()),
        outside=build_outside(tree),
        sensitive=tuple(
            Sensitive(
                name=category,
                keywords=tuple(told.get("keywords") or ()),
                action=told.get("action", "route_local"),
                always=told.get("always", False),
            )
            for category, told in (tree.get("sensitive") or {}).items()
        ),
        may_relax=tuple(Relaxation(**entry) for entry in tree.get("may_relax") or ()),
        **{key: tree[key] for key in plain if key in tree},
    )
