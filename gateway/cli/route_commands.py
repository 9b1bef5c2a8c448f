"""The words of `gateway route …`."""

from __future__ import annotations

from typing import Final

from gateway.cli.arguments import label, minute, needs, size, tags
from gateway.cli.commands import AS_JSON, ASKED, POLICIES, Command, argument
from gateway.core.routes import LANGUAGES

ROUTE_COMMANDS: Final[tuple[Command, ...]] = (
    (
        "route explain",
        "gateway.cli.route:explain",
        "Tell where a request would go, by which condition and weights, and who is passed over; 1 where nobody is.",
        "gateway route explain --team support --model fast-chat --needs images --size 2MiB",
        (
            *ASKED,
            argument("--size", type=size, default=1024, metavar="S", help="of the request (default: 1 KiB)"),
            argument("--needs", type=needs, default=(), metavar="F,…", help="images, audio, files, tools, schema"),
            argument("--tags", type=tags, default=(), metavar="N=V,…", help="its tags"),
            argument("--data-class", type=label, metavar="C", help="its class of data (default: the policy's)"),
            argument("--personal-data", action="store_true", help="personal data was found in it"),
            argument("--stream", action="store_true", help="it is streamed"),
            argument("--language", choices=LANGUAGES, help="what its user wrote in"),
            argument("--now", action="store_true", help="ask local servers for their models and queues"),
            argument("--at", type=minute, metavar="HH:MM", help="the time of day (default: now)"),
            POLICIES,
            AS_JSON,
        ),
    ),
)
