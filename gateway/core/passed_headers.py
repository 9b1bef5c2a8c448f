"""The headers of a client that go along to a provider of the same dialect: Anthropic's version and features.

Invariants
- What goes along is what the API's own SDKs write there: a date, and names of features parted by commas. Anything else
  is refused, since a header is sent as it came, and no rule on personal data reads it.

Source: https://docs.anthropic.com/en/api/versioning and /beta-headers; `files-api-2025-04-14`, `claude-code-20250219`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateway.core.messages import Dialect
from gateway.errors import BadParameter

VERSION: Final = "anthropic-version"
FEATURES: Final = "anthropic-beta"

_DATE: Final = re.compile(r"(?:[a-z]{1,16}-)?[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FEATURE: Final = re.compile(r"(?![a-z0-9.-]*[0-9]{9})[a-z][a-z0-9.]{0,31}(?:-[a-z0-9.]{1,31}){0,15}")


def passed_headers(dialect: Dialect, headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(name, value) of those that go along; raises BadParameter."""
    if dialect != "anthropic":
        return ()
    passed = []
    if (version := headers.get(VERSION)) is not None:
        if not _DATE.fullmatch(version):
            raise BadParameter(f"{VERSION} must be a date, such as 2023-06-01.", param=VERSION)
        passed.append((VERSION, version))
    if (features := headers.get(FEATURES)) is not None:
        for feature in features.split(","):
            if not _FEATURE.fullmatch(feature.strip()) and feature.strip():
                raise BadParameter(
                    f"{FEATURES} must be names of features such as files-api-2025-04-14, parted by commas.",
                    param=FEATURES,
                )
        passed.append((FEATURES, features))
    return tuple(passed)
