"""`python -m gateway.providers.simulated --port 9000`: the simulated providers in a process of their own.

Prints `listening on http://127.0.0.1:9000` on stderr when it is ready; ends on SIGINT or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

import uvloop

from gateway.providers.simulated.server import serve_simulated


async def _serve(host: str, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await serve_simulated(host, port)
    sys.stderr.write(f"listening on {server.url}\n")
    sys.stderr.flush()
    await stopped.wait()
    await server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gateway.providers.simulated", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000, help="0 takes a free one")
    arguments = parser.parse_args()
    uvloop.run(_serve(arguments.host, arguments.port))


if __name__ == "__main__":
    main()
