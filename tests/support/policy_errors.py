"""What is wrong with a folder of policies, as a list: it would be raised at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.policy.complaints import PolicyError, PolicyErrors
from gateway.policy.load import load_policy


def check(folder: Path, environ: Mapping[str, str]) -> list[PolicyError]:
    """Everything that is wrong with the folder; an empty list where it would load."""
    try:
        load_policy(folder, environ)
    except PolicyErrors as broken:
        return list(broken.errors)
    return []
