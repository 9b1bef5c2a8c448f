"""The policy in force: loaded at the start, and again when its folder changes.

Promise: an edit takes effect within two seconds, whole or not at all; a broken one changes nothing and is told.

Invariants
- `current` is one value, replaced at once: a request that holds it sees no mixture.
- A change is loaded only after the folder has been still for one look, and only if it did not change meanwhile:
  an editor that truncates a file before it writes it does not lose anyone's policy.
- Each broken state is reported once, not at every look; `degraded` says it until it is mended.
- Files are read off the event loop.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.core.policy import Policy
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load_policy, policy_files

LOOK_SECONDS: Final = 0.5

_State = tuple[tuple[str, int, int, int], ...]


def tell_stderr(message: str) -> None:
    """Report on standard error; a closed one stops nobody from reloading."""
    with suppress(OSError, ValueError):
        sys.stderr.write(message + "\n")
        sys.stderr.flush()


class PolicyFolder:
    """`core.ports.PolicySource` over a folder. Raises PolicyErrors where the folder is broken from the start.

    `report` is told of every change taken or refused, in words for an operator.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], report: Callable[[str], None] = tell_stderr) -> None:
        self._folder = folder
        self._environ = environ
        self._report = report
        self._loaded = self._seen = _state(folder)
        self._current = load_policy(folder, environ)
        self._degraded: str | None = None

    @property
    def current(self) -> Policy:
        """The last that could be loaded."""
        return self._current

    @property
    def degraded(self) -> str | None:
        """Why the folder's present content is not in force; None while it is."""
        return self._degraded

    def look(self) -> None:
        """Compare the folder with what was loaded, and load it where it has changed and is still again. Blocks."""
        state = _state(self._folder)
        seen, self._seen = self._seen, state
        if state == self._loaded or state != seen:
            return
        try:
            policy = load_policy(self._folder, self._environ)
        except PolicyErrors as broken:
            if _state(self._folder) == state:
                self._loaded = state
                self._degrade(broken)
            return
        if _state(self._folder) == state:
            self._loaded = state
            self._take(policy)

    def _degrade(self, broken: PolicyErrors) -> None:
        self._degraded = (
            f"the policy folder has {len(broken.errors)} errors, first {broken.errors[0]}; "
            f"version {self._current.version} stays in force"
        )
        self._report(f"policy not loaded, version {self._current.version} stays in force:\n{broken}")

    def _take(self, policy: Policy) -> None:
        news = policy.version != self._current.version or self._degraded is not None
        self._current, self._degraded = policy, None
        if news:
            self._report(f"policy version {policy.version} is in force")

    async def watch(self, seconds: float = LOOK_SECONDS) -> None:
        """Look every `seconds`, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.look)


class FixedPolicies:
    """`core.ports.PolicySource` of one policy for good, as the demo has it."""

    degraded: None = None

    def __init__(self, policy: Policy) -> None:
        self.current = policy


def _state(folder: Path) -> _State:
    """What changes whenever a file does: names, sizes, times to the nanosecond, and inodes."""
    state: list[tuple[str, int, int, int]] = []
    for path in policy_files(folder):
        try:
            found = path.stat()
        except OSError:
            state.append((str(path), -1, 0, 0))
        else:
            state.append((str(path), found.st_size, found.st_mtime_ns, found.st_ino))
    return tuple(state)
