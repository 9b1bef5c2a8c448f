"""Who sits at the machine, as the machine says it."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from gateway.cli.output import remark
from gateway.settings import Settings


def account() -> str:
    """The account that runs this process; not what the environment calls it."""
    user = os.getuid()
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:  # a container's, that the machine has no name for
        return f"uid {user}"


def _owns(folder: Path) -> bool:
    try:
        return folder.stat().st_uid == os.getuid()
    except OSError:
        return False


def is_auditor(settings: Settings, name: str) -> bool:
    """Whether the account has the role; says so where it has not.

    In `dev`, where nobody is named, who owns the state directory has it: whoever tries the gateway out. Other people's
    words need a second auditor all the same, who has to be named.
    """
    if name in settings.audit.auditors:
        return True
    if settings.environment == "dev" and not settings.audit.auditors and _owns(settings.state_dir):
        return True
    remark(f"gateway: the account '{name}' is not among GATEWAY_AUDITORS, which names those who may read the audit")
    return False
