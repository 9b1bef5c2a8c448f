"""Relaxations whose last day is past: what teams say by them is no mistake, and counts no more."""

from __future__ import annotations

import time

from gateway.core.edits import Path
from gateway.core.privacy_rules import CLOUD
from gateway.policy.read import Reading


def run_out(reading: Reading, now: float) -> list[str]:
    """`file:line: what is odd`, one for each, of a policy without errors; `now` in Unix seconds."""
    today = time.strftime("%Y-%m-%d", time.gmtime(now))
    notes = []
    for name, rules in (reading.tree.get("pii") or {}).items():
        relaxations = list(enumerate(rules.get("may_relax") or ()))
        open_ended = {each["type"] for _, each in relaxations if today <= each["until"]}
        for number, each in relaxations:
            type_ = each["type"]
            if type_ in open_ended:
                continue
            path: Path = ("pii", name, "may_relax", number, "until")
            mark = reading.mark(path)
            standing = {**CLOUD, **(rules.get("actions") or {})}[type_]
            notes.append(
                f"{mark.file}:{mark.line}: '{type_}' could be relaxed up to {each['until']}, which is past: "
                f"'{standing}' holds for every team again. Give a later day, or remove it and what teams say of it"
            )
    return notes
