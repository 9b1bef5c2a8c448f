"""`gateway pii …`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gateway.cli.output import print_json, print_table, remark, say
from gateway.cli.policy import loaded_from
from gateway.core.privacy import DetectionFailed
from gateway.pii.detectors_of_rules import DetectorsOfRules
from gateway.pii.rampart import installed_names
from gateway.pii.text_encodings import text_of_bytes
from gateway.pii.trial import NoSuchRules, chosen, trial


def attempt(arguments: argparse.Namespace) -> int:
    """Exit code 1 where the text would not be sent to the cloud; 2 where it cannot be read."""
    sets = loaded_from(arguments.policies).policy.pii
    try:
        name, rules = chosen(sets, arguments.rules)
    except NoSuchRules as error:
        remark(f"{error} (--rules)")
        return 2
    try:
        raw = sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
    except OSError as error:
        remark(f"{arguments.file} cannot be read: {error.strerror or error}")
        return 2
    text = text_of_bytes(raw)  # whatever the terminal's locale takes bytes for
    if text is None:
        remark(f"{arguments.file} is no text, or in an encoding that cannot be told: save it as UTF-8")
        return 2
    try:
        told = trial(text, rules, DetectorsOfRules(installed_names()).thorough(rules))
    except DetectionFailed as error:
        remark(f"the text could not be searched: {error}")
        return 2
    if arguments.json:
        print_json({"rules": name, "found": told.traces, "sent": told.sent})
    else:
        print_table(
            ("from", "to", "type", "confidence", "rule", "cloud", "sovereign"),
            [
                (str(one.start), str(one.end), one.type, f"{one.confidence:.2f}", one.rule, one.cloud, one.sovereign)
                for one in told.traces
            ],
        )
        say("")
        for line in ["would not be sent to the cloud"] if told.sent is None else told.sent.splitlines():
            say(line)
    return 1 if told.sent is None else 0
