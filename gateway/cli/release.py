"""`gateway keys release`: a person has looked at a key that was restricted, and lets it go on."""

from __future__ import annotations

import argparse
import os
import time

from gateway.cli.database import with_database
from gateway.cli.output import print_json, remark, say
from gateway.settings import load_settings
from gateway.storage.anomalies import AnomalyBooks


def release(arguments: argparse.Namespace) -> int:
    now = time.time()
    lifted = with_database(load_settings(os.environ), lambda engine: AnomalyBooks(engine).release(arguments.id, now))
    if arguments.json:
        print_json({"id": arguments.id, "released": lifted > 0})
    elif lifted:
        say(f"The key {arguments.id} is released; gateways know within a minute.")
    if not lifted:
        remark(f"gateway: nothing restricts the key {arguments.id}")
    return 0 if lifted else 1
