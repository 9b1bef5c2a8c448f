"""What is named in one place has its rows in the others: kinds of providers, dialects, types of personal data.
The README sends newcomers to files that are there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
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
from gateway.providers.simulated.routes import _PLAIN
from gateway.telemetry.sdk_traces import _PROVIDERS

ROOT = Path(__file__).parents[2]
SHIPPED_RULES = ROOT / "policies/privacy.yaml"


def wrong_rows(named: Collection[str], tables: Mapping[str, Iterable[str]]) -> list[str]:
    """What is to be mended, and where: each table that has other names than there are."""
    wrong = []
    for place, rows in tables.items():
        missing, unknown = set(named).difference(rows), set(rows).difference(named)
        wrong += [f"{place} has no row for {name}" for name in sorted(missing)]
        wrong += [f"{place} has a row for {name}, which is unknown" for name in sorted(unknown)]
    return wrong


def test_every_kind_of_provider_has_its_rows() -> None:
    examples = re.findall(r"^ +kind: (\w+)", (ROOT / "policies/providers.yaml").read_text(), re.MULTILINE)
    hosted = {
        "LISTED of billing/list_prices.py": LISTED,
        "_HOSTED of policy/demo.py": {row.kind for row in _HOSTED},
        "_PLAIN of providers/simulated/routes.py": HOSTED_KINDS.intersection(_PLAIN),
        "_PROVIDERS of telemetry/sdk_traces.py": HOSTED_KINDS.intersection(_PROVIDERS),
        "policies/providers.yaml": HOSTED_KINDS.intersection(examples),
    }
    wrong = wrong_rows(get_args(ProviderKind), {"SPEAKS of providers/hosted.py": SPEAKS})
    wrong += wrong_rows(HOSTED_KINDS, hosted)
    assert not wrong, "\n".join(wrong)


def test_every_dialect_has_its_rows() -> None:
    tables = {
        "CLIENT_CODECS of dialects/registry.py": CLIENT_CODECS,
        "PROVIDER_CODECS of dialects/registry.py": PROVIDER_CODECS,
        "TAKEN of dialects/renaming.py": TAKEN,
        "_WAYS of dialects/instructing.py": _WAYS,
        "READERS of pii/deltas.py": READERS,
        "_AUTH_BY_DIALECT of providers/hosted.py": _AUTH_BY_DIALECT,
        "SPEAKS of providers/hosted.py": {dialect for speaks in SPEAKS.values() for dialect in speaks},
    }
    wrong = wrong_rows(get_args(Dialect), tables)
    assert not wrong, "\n".join(wrong)


def test_every_type_of_personal_data_is_looked_for_named_and_ranked() -> None:
    treated = re.findall(r"^ +(?:# )?(\w+): (?:block|mask|pseudonymise|allow)", SHIPPED_RULES.read_text(), re.MULTILINE)
    tables = {
        "RULES of pii/engine.py": {type_ for rule in RULES for type_ in rule.types},
        "WORDS of pii/tokens.py": WORDS,
        "_WEIGHTS of pii/resolve.py": _WEIGHTS,
        "policies/privacy.yaml": set(DATA_TYPES).intersection(treated),
    }
    wrong = wrong_rows(DATA_TYPES, tables)
    assert not wrong, "\n".join(wrong)


def test_newcomers_are_sent_to_files_that_exist() -> None:
    told = (ROOT / "README.md").read_text().partition("Where things are changed")[2]
    paths = re.findall(r"`([a-z_]+/[a-z_/]+(?:\.py)?)`", told)
    missing = [path for path in paths if not ((ROOT / "gateway" / path).exists() or (ROOT / path).exists())]
    assert len(paths) > 12
    assert missing == []
