"""How requests are audited: the keys below `audit`, on every level.

Promise: a level says all of it or nothing; what it says is at least as strict as what the levels around it say, so that
no user is audited less than the team asks for.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.audit import AUDIT_CONTENTS, AUDIT_MODES, DAY, AuditPolicy
from gateway.core.edits import Path
from gateway.policy.read import Reading
from gateway.policy.shapes import Boolean, Choice, Duration, Key, Table

Tree = dict[str, Any]

AUDIT: Final = Table(
    {
        "mode": Key(Choice(AUDIT_MODES[::-1]), "strict: written down before anything is sent; left out: strict"),
        "content": Key(
            Choice(AUDIT_CONTENTS[::-1]), "encrypted: prompts and answers too; none: only who, when, what of"
        ),
        "retention": Key(Duration(DAY, 3660 * DAY), "how long content can be read; left out: 180d"),
        "omit_ip": Key(Boolean(), "leave out the address that a request came from"),
    }
)


def check_audit(reading: Reading, path: Path, audit: Tree, outer: list[tuple[str, Tree]]) -> None:
    """`path` is that of the level; `outer` (name, values) of the levels around it, innermost first."""
    mode = audit.get("mode")
    if mode == "best_effort" and audit.get("content") != "none":
        reading.complaints.add(
            reading.mark((*path, "audit", "mode")),
            "'best_effort' may lose records, so it needs 'content: none' beside it: write that, or 'mode: spool'",
        )
    for setting, order in (("mode", AUDIT_MODES), ("content", AUDIT_CONTENTS)):
        value = audit.get(setting)
        if value is None:
            continue
        for called, around in outer:
            bound = (around.get("audit") or {}).get(setting)
            if bound is not None and order.index(value) < order.index(bound):
                reading.complaints.add(
                    reading.mark((*path, "audit", setting)),
                    f"'{value}' is less than '{bound}', which {called} asks for",
                )
                break
    if audit and not audit.get("omit_ip"):
        for called, around in outer:
            if (around.get("audit") or {}).get("omit_ip"):
                reading.complaints.add(
                    reading.mark((*path, "audit")),
                    f"{called} says 'omit_ip: true', and this 'audit' replaces that one as a whole: write it here, too",
                )
                break


def build_audit(tree: Tree | None) -> AuditPolicy | None:
    """None: this level says nothing, so that the level around it decides."""
    return None if tree is None else AuditPolicy(**tree)
