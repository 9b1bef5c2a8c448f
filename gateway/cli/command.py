"""What a command in a table is: its words, function, what it does, an example, its arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from gateway.cli.arguments import label

Argument = tuple[tuple[str, ...], dict[str, Any]]
Command = tuple[str, str, str, str, tuple[Argument, ...]]


def argument(*names: str, **options: Any) -> Argument:
    """As `ArgumentParser.add_argument` takes it."""
    return names, options


AS_JSON: Final = argument("--json", action="store_true", help="print JSON")
POLICIES: Final = argument(
    "--policies", type=Path, metavar="DIR", help="folder of policies (default: $GATEWAY_POLICIES, else policies)"
)
ASKED: Final = (
    argument("--team", type=label, metavar="T", required=True, help="whose request"),
    argument("--model", type=label, metavar="M", required=True, help="the model that it names"),
    argument("--user", type=label, metavar="U", help="the person whose key it is"),
    argument("--key", type=label, metavar="K", help="the key, by name or id"),
)
"""Who asks for what, where a command tells what would become of a request."""
