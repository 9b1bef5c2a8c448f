"""`gateway pii …`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from gateway.cli.output import print_json, print_table, remark, say
from gateway.cli.policy import loaded_from, unnamed
from gateway.core.identity import Principal
from gateway.core.policy import Policy
from gateway.core.privacy import DetectionFailed
from gateway.core.privacy_rules import RuleSet
from gateway.pii.detectors_of_rules import DetectorsOfRules
from gateway.pii.rampart import installed_names
from gateway.pii.text_encodings import text_of_bytes
from gateway.pii.trial import NoSuchRules, Trial, chosen, of_team, trial, unsearched


def attempt(arguments: argparse.Namespace) -> int:
    """Exit code 1 where the text would not be sent to the cloud; 2 where it cannot be read."""
    if arguments.team is not None and arguments.rules is not None:
        remark("--team brings its own rule set: leave out --rules")
        return 2
    if arguments.team is None and (arguments.key or arguments.user):
        remark("--key and --user are of a team: name it by --team")
        return 2
    policy = loaded_from(arguments.policies).policy
    try:
        rules = _rules(arguments, policy)
    except NoSuchRules as error:
        remark(f"{error} ({'--rules' if arguments.team is None else '--team'})")
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
        told = unsearched(text) if rules is None else _tried(text, rules, policy)
    except DetectionFailed as error:
        remark(f"the text could not be searched: {error}")
        return 2
    if arguments.json:
        print_json({"rules": None if rules is None else rules.name, "found": told.traces, "sent": told.sent})
    else:
        if rules is None:
            remark(f"team '{arguments.team}' has no rule set: nothing is looked for")
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


def _rules(arguments: argparse.Namespace, policy: Policy) -> RuleSet | None:
    """None where nothing is looked for."""
    if arguments.team is None:
        return chosen(policy.pii, arguments.rules)
    key = arguments.key
    asks = Principal(key_id=key or "", team=arguments.team, name=key, user=arguments.user)
    rules = of_team(policy, asks, time.time())
    for note in unnamed(policy.teams[arguments.team], key, arguments.user):
        remark(note)
    return rules


def _tried(text: str, rules: RuleSet, policy: Policy) -> Trial:
    """By the detector that the team's requests have: what a team allows is found, too, and told as allowed."""
    searched = policy.pii[rules.name].searched_for(rules.cloud)
    return trial(text, rules, DetectorsOfRules(installed_names()).thorough(searched))
