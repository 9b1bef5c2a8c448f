"""Automata have read something before the first request does: texts of all kinds, once a process."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from gateway.core.policy import Policy, TeamPolicy
from gateway.core.privacy import DATA_TYPES, Finding, Leaf
from gateway.core.privacy_rules import CLOUD, SOVEREIGN, PrivacyChoice, RuleSet
from gateway.pii import detectors_of_rules as module
from gateway.pii.detectors_of_rules import DetectorsOfRules
from gateway.pii.engine import DIGITAL, RULES, Engine
from gateway.pii.folding import fold
from gateway.pii.linear import Pattern
from gateway.pii.prefilter import Prefilter
from gateway.pii.warm_up import warm_up


class Reader:
    """Reads by rules alone, and notes what it was given."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.found: set[str] = set()
        self._engine = Engine()

    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        self.leaves += leaves
        found = self._engine.find(leaves)
        self.found.update(finding.type for findings in found for finding in findings)
        return found


def test_nearly_every_rule_has_work_in_what_warms_up() -> None:
    reader, prefilter = Reader(), Prefilter(RULES, DIGITAL)
    warm_up(reader)
    asked = {number for leaf in reader.leaves for number in prefilter.rules(fold(leaf.text))}
    assert len(asked) >= 0.9 * len(RULES)
    assert len(reader.found) >= 0.8 * len(DATA_TYPES)
    assert {"person", "address", "date_of_birth", "phone", "email", "iban", "secret"} <= reader.found


def test_what_was_warmed_up_with_is_not_remembered() -> None:
    reader = Reader()
    warm_up(reader)
    assert len(reader.leaves) > 100
    assert all(leaf.passing for leaf in reader.leaves)


def test_who_looks_for_the_same_shares_what_was_warmed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    warmed_up = []
    monkeypatch.setattr(module, "warm_up", warmed_up.append)
    monkeypatch.setattr(module, "_WARMED_UP", set())
    one, same, other = (
        RuleSet(name="one", cloud=dict(CLOUD), sovereign=dict(SOVEREIGN)),
        RuleSet(name="same", cloud=dict(CLOUD), sovereign=dict(SOVEREIGN)),
        RuleSet(name="other", cloud=dict(CLOUD) | {"person": "allow"}, sovereign=dict(SOVEREIGN) | {"person": "allow"}),
    )
    for rules, expected in ((one, 1), (same, 1), (other, 2), (one, 2)):
        DetectorsOfRules().prepare(_policy(rules))
        assert len(warmed_up) == expected, rules.name
    stricter = TeamPolicy(name="a", pii=PrivacyChoice("one", {"ch_uid": "redact", "email": "block"}))
    DetectorsOfRules().prepare(msgspec.structs.replace(_policy(one), teams={"a": stricter, "b": stricter}))
    assert len(warmed_up) == 3, "for what only teams hold back, too"
    assert Pattern(b"[a-f]{7}")._regexp is Pattern(b"[a-f]{7}")._regexp


def _policy(rules: RuleSet) -> Policy:
    return Policy(version="v", providers={}, models={}, teams={}, pii={rules.name: rules})
