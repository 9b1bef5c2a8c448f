"""What a command in a table is: its words, function, what it does, an example, its arguments."""

from __future__ import annotations

import gc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from gateway.cli.arguments import label

Argument = tuple[tuple[str, ...], dict[str, Any]]
Command = tuple[str, str, str, str, tuple[Argument, ...]]


def imported(function: str) -> Callable[..., int]:
    """What is named as `module:function`.

    Imported without the garbage collector: all that an import makes stays, and going through it again and again takes
    an eighth of what the gateway needs to be imported.
    """
    module, _, name = function.partition(":")
    gc.disable()
    try:
        found: Callable[..., int] = getattr(import_module(module), name)
    finally:
        gc.enable()
    return found


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
