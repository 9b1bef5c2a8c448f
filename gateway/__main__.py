"""`python -m gateway`, and the console script `gateway`: a process of its own, which a command has for itself."""

from __future__ import annotations

import os
import sys

from gateway.cli.program import main as command
from gateway.undumpable import forbid_dumps


def main() -> int:
    """Run what the process was called with; its exit code. In production no picture of it is taken, whatever it does:
    keys and texts are in its memory. Wrong usage raises SystemExit(2).
    """
    if os.environ.get("GATEWAY_ENV", "").lower() == "prod":
        forbid_dumps()
    return command()


if __name__ == "__main__":
    sys.exit(main())
