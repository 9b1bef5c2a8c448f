"""Local servers in the policy: how they are brought to warmth, and how they are taken out."""

from __future__ import annotations

from typing import Any, Final

from gateway.core.edits import Path
from gateway.core.engines import WarmUp
from gateway.policy.read import Reading
from gateway.policy.shapes import Boolean, Duration, Key, Table, Text

Tree = dict[str, Any]

WARM_UP: Final = Key(
    Table(
        {
            "over": Key(Duration(1.0, 3600.0), "how long its share of the requests grows to the full; left out: 30s"),
            "prompt": Key(Text(1000), "each of its models is asked this first, for one token; left out: nothing"),
        }
    ),
    "kind local: how a server that has started, or is new here, is brought to warmth; left out: it gets its full share",
)
DRAIN: Final = Key(Boolean(), "kind local: true: no new requests; those under way end by themselves")


def check_server(reading: Reading, path: Path, provider: Tree) -> None:
    """`path` is the provider's."""
    for key in ("warm_up", "drain"):
        if reading.wrote(path, key) and provider.get("kind") != "local":
            mark = reading.mark((*path, key))
            reading.complaints.add(mark, f"'{key}' goes with kind 'local' only, and this is '{provider.get('kind')}'")


def build_warm_up(tree: Tree | None) -> WarmUp | None:
    return None if tree is None else WarmUp(**tree)
