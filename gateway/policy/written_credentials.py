"""Credentials that are written out in the files of a policy, where the environment was meant to hold them.

No error: a trial on one machine may do so. But policies lie in version control, in back-ups and in every replica, and
whoever may read them then has the key. What is written is never told, only where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from gateway.core.edits import Path
from gateway.policy.read import Reading

SHORTEST: Final = 16
"""Shorter ones are what local servers are given since they ask for something: `EMPTY`, `none`."""

_HARMLESS: Final = re.compile(r"(?:json|xml|form|mailto|syslog)s?://(?![^/]*:[^/@]*@)")
"""Kinds of addresses in `alerts.to` that hold a credential only as `user:password@`."""


def written_credentials(reading: Reading) -> list[str]:
    """`file:line: what is odd`, one for each, of a policy without errors."""
    return [
        f"{mark.file}:{mark.line}: {what} is written out: anybody who may read this file has it. "
        f"Put it into the environment, and ${{{variable}}} here"
        for path, what, variable in _found(reading.tree)
        for mark in (reading.mark(path),)
    ]


def _found(tree: dict[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """(where, what it is, a name for its variable)."""
    for name, provider in (tree.get("providers") or {}).items():
        if provider.get("kind") == "simulated":
            continue
        variable = re.sub(r"[^A-Z0-9]+", "_", name.upper()) + "_API_KEY"
        if _is_long(provider.get("api_key")):
            yield ("providers", name, "api_key"), f"the api_key of provider '{name}'", variable
        for number, written in enumerate(provider.get("api_keys") or ()):
            if _is_long(written):
                yield ("providers", name, "api_keys", number), f"an api_key of provider '{name}'", variable
    for number, written in enumerate((tree.get("alerts") or {}).get("to") or ()):
        if isinstance(written, str) and not _HARMLESS.match(written):
            yield ("alerts", "to", number), "an address of alerts with its credential", "ALERTS_TO"


def _is_long(written: object) -> bool:
    return isinstance(written, str) and len(written) >= SHORTEST
