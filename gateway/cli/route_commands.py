"""The words of `gateway route …`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from gateway.cli.arguments import label, minute, needs, size, tags

Argument = tuple[tuple[str, ...], dict[str, Any]]


def _argument(*names: str, **options: Any) -> Argument:
    return names, options


ROUTE_COMMANDS: Final[tuple[tuple[str, str, str, str, tuple[Argument, ...]], ...]] = (
    (
        "route explain",
        "gateway.cli.route:explain",
        "Tell where a request would go, by which condition and weights, and who is passed over; 1 where nobody is.",
        "gateway route explain --team support --model fast-chat --needs images --size 2MiB",
        (
            _argument("--team", type=label, metavar="T", required=True, help="whose request"),
            _argument("--model", type=label, metavar="M", required=True, help="the model that it names"),
            _argument("--user", type=label, metavar="U", help="the person whose key it is"),
            _argument("--key", type=label, metavar="K", help="the key, by name or id"),
            _argument("--size", type=size, default=1024, metavar="S", help="of the request (default: 1 KiB)"),
            _argument("--needs", type=needs, default=(), metavar="F,…", help="images, audio, files, tools, schema"),
            _argument("--tags", type=tags, default=(), metavar="N=V,…", help="its tags"),
            _argument("--data-class", type=label, metavar="C", help="its class of data (default: the policy's)"),
            _argument("--personal-data", action="store_true", help="personal data was found in it"),
            _argument("--stream", action="store_true", help="it is streamed"),
            _argument("--at", type=minute, metavar="HH:MM", help="the time of day (default: now)"),
            _argument("--policies", type=Path, metavar="DIR", help="folder of policies (default: $GATEWAY_POLICIES)"),
            _argument("--json", action="store_true", help="print JSON"),
        ),
    ),
)
