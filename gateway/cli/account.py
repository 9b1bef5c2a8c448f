"""Who sits at the machine, as the machine says it."""

from __future__ import annotations

import os
import pwd

from gateway.cli.output import remark
from gateway.settings import Settings


def account() -> str:
    """The account that runs this process; not what the environment calls it."""
    user = os.getuid()
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:  # a container's, that the machine has no name for
        return f"uid {user}"


def is_auditor(settings: Settings, name: str) -> bool:
    """Whether the account has the role; says so where it has not."""
    if name in settings.audit.auditors:
        return True
    remark(f"gateway: the account '{name}' is not among GATEWAY_AUDITORS, which names those who may read the audit")
    return False
