"""`alerts`: who is told when a budget runs low, or something looks wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway.core.policy import Secret
from gateway.policy.environment import VariableNotSet, secret
from gateway.policy.read import Reading
from gateway.policy.shapes import Key, ListOf, SecretText, Table

ALERTS: Final = Table(
    {
        "to": Key(
            ListOf(SecretText(), 1),
            "addresses in apprise's form: json://…, mailto://…, slack://…; they hold credentials, so take ${NAME}",
            required=True,
        ),
    }
)


_with_its_kind: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.")


def build_alerts(reading: Reading, environ: Mapping[str, str]) -> tuple[Secret, ...]:
    """The destinations; one whose variable is not set is left out, as a provider without its key is."""
    tree: dict[str, Any] = reading.tree.get("alerts") or {}
    found: list[Secret] = []
    for number, written in enumerate(tree.get("to") or ()):
        try:
            found.append(secret(written, environ, reading.complaints))
        except VariableNotSet:
            continue
        except ValueError as error:
            reading.complaints.add(reading.mark(("alerts", "to", number)), f"'to': {error}")
        else:
            if not _with_its_kind.match(found[-1].reveal()):
                what = "'to': write the kind of an address before it, as in json://host/path or mailto://user@host"
                reading.complaints.add(reading.mark(("alerts", "to", number)), what)
    return tuple(found)
