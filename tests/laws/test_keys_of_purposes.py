"""One root key, and for each purpose a key of its own: one that serves two purposes opens the second to whoever has the
first.
"""

from __future__ import annotations

import ast
import importlib
from collections import defaultdict
from pathlib import Path

from tests.support import canaries

GATEWAY = Path(__file__).parents[2] / "gateway"

SHARED = {
    "virtual-key-pepper": {"StoredKeys", "KeyIssuer"},  # who looks keys up, and who issues them
    "report-closing": {"closed", "gather"},  # who signs a month, and who checks it
}
"""Purposes of two takers that are two ends of one thing."""


def purposes() -> dict[str, set[str]]:
    """Each purpose that a key is derived for, and who is given it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in GATEWAY.rglob("*.py"):
        text = path.read_text()
        if "key_for(" not in text and "derive_key(" not in text:
            continue
        module = importlib.import_module(".".join(path.relative_to(GATEWAY.parent).with_suffix("").parts))
        tree = ast.parse(text)
        above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("key_for", "derive_key")):
                purpose = node.args[-1]
                if ast.unparse(purpose) != "purpose":  # `Settings.key_for` itself
                    found[eval(ast.unparse(purpose), vars(module))].add(_taker(above[node]))
    return found


def _taker(node: ast.AST) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node).partition(" = ")[0]


def test_every_purpose_has_a_key_of_its_own() -> None:
    found = purposes()
    assert sorted(found) == list(canaries.PURPOSES)
    several = {purpose: takers for purpose, takers in found.items() if len(takers) > 1}
    assert several == SHARED
    takers = [taker for named in found.values() for taker in named]
    assert len(takers) == len(set(takers)), "somebody takes the keys of two purposes"
