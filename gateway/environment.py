"""Reading one variable: as a choice, a port, a secret. An error names the variable and never quotes a secret."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Final, TypeVar

MAX_SECRET_BYTES: Final = 64 * 1024

Choice = TypeVar("Choice", bound=str)


class ConfigurationError(Exception):
    """The gateway cannot start like this. `setting` is the variable, `message` says what to do; exit code 78."""

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(f"{setting}: {message}")
        self.setting = setting
        self.message = message


def choice(environ: Mapping[str, str], name: str, choices: tuple[Choice, ...], default: Choice) -> Choice:
    """One of `choices`, which are in lower case, however it is written; raises ConfigurationError."""
    value = (environ.get(name) or default).lower()
    for known in choices:
        if known == value:
            return known
    raise ConfigurationError(name, f"must be one of: {', '.join(choices)}")


def port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise ConfigurationError(name, "must be a port, 0 (any that is free) to 65535")
    return int(text)


def secret(environ: Mapping[str, str], name: str) -> str | None:
    """The secret, of `name` or of the file that `name`_FILE names; None where neither is set."""
    file_setting = f"{name}_FILE"
    given, path = environ.get(name), environ.get(file_setting)
    if given and path:
        raise ConfigurationError(name, f"is set, and so is {file_setting}; keep one of them")
    if not path:
        return given.strip() if given else None
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_SECRET_BYTES + 1)
        text = data.decode().strip()
    except (OSError, ValueError):
        raise ConfigurationError(file_setting, "the file that it names cannot be read") from None
    if not text or len(data) > MAX_SECRET_BYTES:
        raise ConfigurationError(file_setting, "the file that it names is empty or too large to hold a secret")
    return text


def is_open_to_others(file: os.stat_result) -> bool:
    """Whether others than its owner may write the file or, unless it is root's, read it.

    Root's is what Docker and Kubernetes mount as secrets (0444, 0644, or 0440 with a group): a gateway that is not root
    could not read it at 0600, and whoever else sees it there is decided by the container, not by the mode.
    """
    mode = stat.S_IMODE(file.st_mode)
    return bool(mode & 0o022 or (mode & 0o077 and file.st_uid != 0))


def is_this_machine(host: str) -> bool:
    """Whether what is said to this host stays here: without TLS it can be read nowhere else."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
