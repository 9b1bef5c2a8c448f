"""`gateway serve`: settings are read before all that serves is imported, so that a wrong one is told at once."""

from __future__ import annotations

import argparse
import os

from gateway.cli.command import imported
from gateway.settings import load_settings


def serve(arguments: argparse.Namespace) -> int:
    """Serve until a signal; raises ConfigurationError where the gateway cannot start."""
    if arguments.policies is not None:
        os.environ["GATEWAY_POLICIES"] = str(arguments.policies)  # worker processes read it from there
    if arguments.admin_host is not None:
        os.environ["GATEWAY_ADMIN_HOST"] = arguments.admin_host
    settings = load_settings(os.environ)
    return imported("gateway.serve:serve")(settings, arguments.host, arguments.port, arguments.workers)
