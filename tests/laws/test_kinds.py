"""What is named in one place has its rows in the others: kinds of providers, dialects, types of personal data.
The README sends newcomers to files that are there.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from gateway.billing.list_prices import LISTED
from gateway.core.messages import Dialect
from gateway.core.policy import ProviderKind
from gateway.core.privacy import DATA_TYPES
from gateway.dialects.instructing import _WAYS
from gateway.dialects.registry import CLIENT_CODECS, PROVIDER_CODECS
from gateway.dialects.renaming import TAKEN
from gateway.pii.deltas import READERS
from gateway.pii.engine import RULES
from gateway.pii.resolve import _WEIGHTS
from gateway.pii.tokens import WORDS
from gateway.policy.checks import HOSTED_KINDS
from gateway.policy.demo import _HOSTED
from gateway.providers.hosted import _AUTH_BY_DIALECT, SPEAKS
from gateway.telemetry.sdk_traces import _PROVIDERS

ROOT = Path(__file__).parents[2]


def test_every_kind_of_provider_has_its_rows() -> None:
    assert SPEAKS.keys() == set(get_args(ProviderKind))
    assert LISTED.keys() == HOSTED_KINDS
    assert {hosted.kind for hosted in _HOSTED} == HOSTED_KINDS
    assert set(get_args(ProviderKind)) - _PROVIDERS.keys() <= {"local", "simulated"}
    examples = (ROOT / "policies/providers.yaml").read_text()
    assert set(re.findall(r"^ +kind: (\w+)", examples, re.MULTILINE)) >= HOSTED_KINDS


def test_every_dialect_has_its_rows() -> None:
    dialects = set(get_args(Dialect))
    for table in (CLIENT_CODECS, PROVIDER_CODECS, TAKEN, _WAYS, READERS, _AUTH_BY_DIALECT):
        assert table.keys() == dialects
    assert {dialect for speaks in SPEAKS.values() for dialect in speaks} == dialects


def test_every_type_of_personal_data_is_looked_for_named_and_ranked() -> None:
    assert {type_ for rule in RULES for type_ in rule.types} == set(DATA_TYPES)
    assert WORDS.keys() == set(DATA_TYPES)
    assert _WEIGHTS.keys() == set(DATA_TYPES)


def test_newcomers_are_sent_to_files_that_exist() -> None:
    told = (ROOT / "README.md").read_text().partition("Where things are changed")[2]
    paths = re.findall(r"`([a-z_]+/[a-z_/]+(?:\.py)?)`", told)
    missing = [path for path in paths if not ((ROOT / "gateway" / path).exists() or (ROOT / path).exists())]
    assert len(paths) > 12
    assert missing == []
