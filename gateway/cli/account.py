"""Who sits at the machine, as the machine says it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable
from pathlib import Path

from gateway.cli.output import remark
from gateway.root_key import FILE_NAME
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
    except FileNotFoundError:
        return True  # whoever makes it does
    except OSError:
        return False


def is_tried_out(settings: Settings) -> bool:
    """Whether somebody tries the gateway out: `dev`, nobody named, and a root key that the gateway makes for itself.

    One that was given may be production's, whatever the environment of whoever sits there says.
    """
    if settings.environment != "dev" or settings.audit.auditors:
        return False
    if settings.root_key is None:
        return True
    try:
        made = (settings.state_dir / FILE_NAME).read_text("ascii", errors="replace").strip()
    except OSError:
        return False
    return made == settings.root_key.reveal()


def readers(settings: Settings) -> tuple[str, ...]:
    """The accounts that may read what the audit sealed, as `is_auditor` decides it."""
    return ("who owns the state directory",) if is_tried_out(settings) else tuple(sorted(settings.audit.auditors))


def unknown_accounts(names: Iterable[str]) -> list[str]:
    """Those that are no account of this machine: nobody can be them here. In the form of `account`."""

    def is_known(name: str) -> bool:
        try:
            pwd.getpwnam(name)
        except KeyError:
            return name == account()  # of a container, by its number
        return True

    return sorted(name for name in names if not is_known(name))


def is_auditor(settings: Settings, name: str) -> bool:
    """Whether the account has the role; says so where it has not.

    While the gateway is tried out, who owns the state directory has it. Other people's words need a second auditor all
    the same, who has to be named.
    """
    if name in settings.audit.auditors:
        return True
    if is_tried_out(settings) and _owns(settings.state_dir):
        return True
    remark(f"gateway: the account '{name}' is not among GATEWAY_AUDITORS, which names those who may read the audit")
    return False
