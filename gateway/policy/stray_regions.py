"""Regions that are written on one side only: permitted where nobody computes, or computing where nobody may send.

Regions are names of the policy's own, so neither is an error: a list may permit `ch` before there is a provider in it.
But a slip in one looks alike, and ends in refusals (451) that seem to have another cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from gateway.core.edits import Path
from gateway.policy.read import Reading

Tree = dict[str, Any]


def stray_regions(reading: Reading) -> list[str]:
    """`file:line: what is odd`, one for each region, of a policy without errors."""
    computing: dict[str, Path] = {}
    for name, provider in (reading.tree.get("providers") or {}).items():
        computing.setdefault(provider["region"], ("providers", name, "region"))
    permitted: dict[str, Path] = {}
    for path, regions in _lists(reading.tree):
        for number, region in enumerate(regions):
            permitted.setdefault(region, (*path, number))
    found = [
        _note(reading, path, f"no provider is in region '{region}'", region, computing)
        for region, path in permitted.items()
        if region not in computing
    ]
    if _binds_everybody(reading.tree):
        found += [
            _note(reading, path, f"region '{region}' is not permitted to anybody", region, permitted)
            for region, path in computing.items()
            if region not in permitted
        ]
    return found


def _lists(tree: Tree) -> Iterator[tuple[Path, list[str]]]:
    levels: list[tuple[Path, Tree]] = [(("organisation",), tree.get("organisation") or {})]
    levels += [(("data_classes", name), rules) for name, rules in (tree.get("data_classes") or {}).items()]
    for name, team in (tree.get("teams") or {}).items():
        levels.append((("teams", name), team))
        for kind in ("projects", "users", "keys"):
            levels += [(("teams", name, kind, below), rules) for below, rules in (team.get(kind) or {}).items()]
    for path, rules in levels:
        yield (*path, "regions"), (rules or {}).get("regions") or []


def _binds_everybody(tree: Tree) -> bool:
    teams: dict[str, Tree] = tree.get("teams") or {}
    bound = bool((tree.get("organisation") or {}).get("regions"))
    return bound or (bool(teams) and all((team or {}).get("regions") for team in teams.values()))


def _note(reading: Reading, path: Path, message: str, region: str, others: dict[str, Path]) -> str:
    mark = reading.mark(path)
    near = get_close_matches(region, others, 1)
    return f"{mark.file}:{mark.line}: {message}" + (f"; did you mean '{near[0]}'?" if near else "")
