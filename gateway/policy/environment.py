"""Values that policies leave to the machine: credentials and file names.

Promise: a credential that is not set is told from one that is set and cannot be used. The first disables a hosted
provider, since a policy lists more providers than each machine has keys for; the second is a mistake to correct.

Invariants
- `${NAME}` is the variable NAME, else the content of the file that NAME_FILE names; `${NAME_FILE}` only the latter.
- A variable set to nothing counts as not set.
- A credential is one line of printable ASCII, fit for a header; no message quotes any of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from gateway.core.policy import Secret
from gateway.policy.complaints import Complaints
from gateway.policy.read import Reference

MAX_SECRET_BYTES = 64 * 1024

_fit_for_header = re.compile(r"[!-~]+")
_unbraced = re.compile(r"\$[A-Z][A-Z0-9_]*")
"""As a shell has it; no provider makes such keys."""


class VariableNotSet(Exception):
    """The variable is not set; the text says which."""


def secret(value: str | Reference, environ: Mapping[str, str], complaints: Complaints) -> Secret:
    """The credential; raises VariableNotSet, or ValueError with a sentence about what is wrong with it.

    `complaints` hears which file it depends on.
    """
    if isinstance(value, str):
        text, source = value, "it"
    elif found := environ.get(value.name):
        if value.name.endswith("_FILE"):
            text, source = _content(value.name, found, complaints), f"the file that {value.name} names"
        else:
            text, source = found.strip(), value.name
    elif found := environ.get(f"{value.name}_FILE"):
        text, source = _content(f"{value.name}_FILE", found, complaints), f"the file that {value.name}_FILE names"
    else:
        raise VariableNotSet(f"the environment variable {value.name} is not set")
    if _unbraced.fullmatch(text):
        raise ValueError(f"{source} holds the name of a variable and not its value: write ${{NAME}}, with braces")
    if not _fit_for_header.fullmatch(text):
        raise ValueError(f"{source} must hold one line of printable ASCII without spaces")
    return Secret(text)


def is_set(name: str, environ: Mapping[str, str]) -> bool:
    """Whether `${name}` would find a value."""
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def file_name(value: str | Reference, folder: Path, environ: Mapping[str, str], complaints: Complaints) -> str:
    """The file's absolute name; raises ValueError where there is none to read. `complaints` hears of it."""
    if isinstance(value, Reference):
        found = environ.get(value.name)
        if not found:
            raise ValueError(f"the environment variable {value.name} is not set")
        path = Path(found)
    else:
        path = folder / value
    complaints.depends_on(path)
    try:
        with path.open("rb"):
            return str(path.absolute())
    except (OSError, ValueError):
        raise ValueError("this file cannot be read; names count from the folder of policies in force") from None


def _content(name: str, path: str, complaints: Complaints) -> str:
    complaints.depends_on(Path(path))
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_SECRET_BYTES + 1)
        text = data.decode()
    except (OSError, ValueError):
        raise ValueError(f"the file that {name} names cannot be read") from None
    if len(data) > MAX_SECRET_BYTES:
        raise ValueError(f"the file that {name} names is larger than {MAX_SECRET_BYTES // 1024} KiB")
    return text.strip()
