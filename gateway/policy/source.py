"""The policy in force: loaded at the start, and again when its folder changes.

Promise: an edit takes effect within two seconds, whole or not at all; a broken one changes nothing and is told.

Invariants
- `current` is one value, replaced at once: a request that holds it sees no mixture.
- A change is loaded only after the folder has been still for one look, and only if it did not change meanwhile:
  an editor that truncates a file before it writes it does not lose anyone's policy, and the links of a mounted
  volume are seen before they turn or after.
- A version that takes away more than a fifth of the teams or keys waits until somebody confirms that it is meant.
- A version under which requests cannot be decided is benched after `MOST_FAILURES` of them, and each of these is
  decided by the version that was good before.
- A folder that is broken at the start is stood in for by the policy kept on disk, where there is one.
- Each broken state is reported once, not at every look; `degraded` says it until it is mended.
- What its files name beside them, certificates and credentials, is looked at as they are: renewed under the same
  name, it is taken like an edit.
- Files are read off the event loop, by a thread that gives way to it.
- Whatever goes wrong in a look, the next one comes.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from gateway.background_work import FREED_LATER, loading
from gateway.core.policy import Policy
from gateway.core.ports import Trial
from gateway.policy.complaints import PolicyErrors
from gateway.policy.deletions import much_taken_away
from gateway.policy.file_changes import FileChanges
from gateway.policy.kept import KeptPolicy
from gateway.policy.load import CONFIRMATION, Loaded, Sense, check_nothing_else, confirmations, load, policy_files
from gateway.policy.rollout import NextFolder
from gateway.telemetry import logs

LOOK_SECONDS: Final = 0.5
APPLYING: Final = ".applying"
"""A file that stands in the folder while a command replaces several others: nothing is loaded meanwhile."""
MOST_FAILURES: Final = 5


class PolicyFolder:
    """`core.ports.PolicySource` over a folder. Raises PolicyErrors where it is broken from the start and none was kept.

    `report` is told of every change taken or refused, in words for an operator; else the log is.
    """

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        report: Callable[[str], None] | None = None,
        kept: KeptPolicy | None = None,
        also: Sense = check_nothing_else,
    ) -> None:
        self.folder = self._folder = folder
        self.environ = self._environ = environ
        self._report, self._complain = (logs.policy_taken, logs.policy_refused) if report is None else (report, report)
        self._kept = kept
        self.also = also
        self._degraded: str | None = None
        self._good: Loaded | None = None
        """In force before the current one; what decides where that fails."""
        self._failures = 0
        self._benched: str | None = None
        """The version that is, until somebody edits the folder."""
        self._unkept: Loaded | None = None
        self._blind: str | None = None
        """Why the last look did not come to its end."""
        self._unreported: str | None = None
        """What `failed` found, and `look` tells: the event loop writes to no file."""
        self._turn = threading.Lock()
        """`failed` is called on the event loop, `look` in a thread."""
        self._files = FileChanges(lambda: (*policy_files(folder), *confirmations(folder)))
        self._next = NextFolder(folder, environ, also)
        self._next_failures = 0
        self._applying = False
        self._prepare: Callable[[Policy], None] = _leave_unprepared
        with loading():
            self._in_force = self._first()

    @property
    def current(self) -> Policy:
        """The last that could be loaded, and was not benched since."""
        return self._in_force.policy

    @property
    def in_force(self) -> Loaded:
        """The current policy with its places."""
        return self._in_force

    @property
    def degraded(self) -> str | None:
        """Why the folder's present content is not in force, or not on trial; None while all of it is."""
        if self._applying:
            return f"{APPLYING} stands in the folder: a command is replacing its files, or was cut off; then remove it"
        return self._blind or self._degraded or self._next.trouble

    @property
    def trial(self) -> Trial | None:
        """The version on trial, if there is one."""
        return self._next.trial

    def before(self, policy: Policy) -> Policy | None:
        """What decides where `policy` cannot."""
        in_force = self._in_force.policy
        if policy is not in_force:  # on trial, or in force when the request began
            return in_force
        return None if self._good is None else self._good.policy

    def failed(self, policy: Policy) -> None:
        """A request that `policy` could not decide was decided by what was `before` it."""
        with self._turn:
            if (trial := self._next.trial) is not None and policy is trial.policy:
                self._next_failures += 1
                if self._next_failures >= MOST_FAILURES:
                    self._next.bench(f"version {policy.version} on trial failed to decide and is benched")
                    self._unreported = self._next.trouble
            elif policy is self._in_force.policy and (good := self._good) is not None:
                self._failures += 1
                if self._failures >= MOST_FAILURES:
                    self._in_force, self._good, self._unkept = good, None, good
                    self._benched = policy.version
                    self._degraded = self._unreported = self._sentence(
                        f"version {policy.version} failed to decide {self._failures} requests and is benched"
                    )

    def prepared_by(self, prepare: Callable[[Policy], None]) -> None:
        """See `core.ports.PolicySource`."""
        self._prepare = prepare
        self._prepared(self.current)
        if self._next.trial is not None:
            self._prepared(self._next.trial.policy)
        self._next.prepare = self._prepared

    def _prepared(self, policy: Policy) -> None:
        try:
            with loading():
                self._prepare(policy)
        except Exception as error:  # noqa: BLE001  what cannot be prepared cannot decide either, and is benched for that
            self._complain(
                f"policy version {policy.version} cannot be prepared ({type(error).__name__}): requests under it fail"
            )

    def look(self) -> None:
        """Compare the folder with what was loaded, and load it where it has changed and is still again. Blocks."""
        self._keep()
        FREED_LATER.free()
        unreported, self._unreported = self._unreported, None
        if unreported is not None:
            self._complain(unreported)
        self._applying = (self._folder / APPLYING).exists()
        if self._applying:
            return
        self._look_at_next()
        state = self._files.change()
        if state is None:
            return
        try:
            with loading():
                loaded = load(self._folder, self._environ, self.also)
                self._follow(loaded)
        except PolicyErrors as broken:
            if self._files.take(state, broken.depended_files):
                self._degrade(_trouble(broken))
            return
        is_edit = self._files.is_edit(state)
        if self._files.take(state, loaded.depended_files) and (is_edit or loaded.policy.version != self._benched):
            self._consider(loaded)

    def _look_at_next(self) -> None:
        if self._next.look():
            self._next_failures = 0
            trial = self._next.trial
            if trial is not None:
                share = f"for {trial.share}% of the keys" if trial.share else "as a shadow"
                self._report(f"policy version {trial.policy.version} is on trial, {share}")
            elif self._next.trouble:
                self._complain(f"no policy is on trial: {self._next.trouble}")
            else:
                self._report("no policy is on trial")

    async def watch(self, seconds: float = LOOK_SECONDS) -> None:
        """Look every `seconds`, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            blind = None
            try:
                await asyncio.to_thread(self.look)
            except Exception as error:  # noqa: BLE001  whatever it was, an edit has to be found after it
                blind = self._sentence(f"the policy folder cannot be looked at ({type(error).__name__})")
            if blind is not None and blind != self._blind:
                await asyncio.to_thread(self._complain, blind)
            self._blind = blind

    def _first(self) -> Loaded:
        try:
            loaded = load(self._folder, self._environ, self.also)
        except PolicyErrors as broken:
            self._files.also(broken.depended_files)
            kept = self._recalled()
            if kept is None:
                raise
            self._in_force = kept
            self._degrade(_trouble(broken))
            return kept
        self._files.also(loaded.depended_files)
        self._follow(loaded)
        if self._kept is not None and self._kept.holds(loaded.content):
            return loaded
        kept = self._recalled()
        if kept is not None and (doubt := self._doubt(kept.policy, loaded.policy)):
            self._in_force = kept
            self._degrade(doubt)
            return kept
        self._unkept = loaded
        self._keep()
        return loaded

    def _recalled(self) -> Loaded | None:
        recalled = None if self._kept is None else self._kept.recall(self._folder, self._environ)
        if recalled is not None:
            self._follow(recalled)
        return recalled

    def _follow(self, loaded: Loaded) -> None:
        """It may stay: as little of it as a request may need."""
        loaded.give_up_reading()
        FREED_LATER.follow(loaded.policy, [loaded.policy.teams])

    def _consider(self, loaded: Loaded) -> None:
        if doubt := self._doubt(self._in_force.policy, loaded.policy):
            self._degrade(doubt)
            return
        self._prepared(loaded.policy)
        with self._turn:
            news = loaded.policy.version != self._in_force.policy.version
            mended, self._degraded = self._degraded is not None, None
            if news:
                self._good, self._failures = self._in_force, 0
            self._in_force = self._unkept = loaded
        self._keep()
        if news or mended:
            self._report(f"policy version {loaded.policy.version} is in force")

    def _doubt(self, old: Policy, new: Policy) -> str | None:
        taken = much_taken_away(old, new)
        if taken is None or self._folder / f"{CONFIRMATION}{new.version}" in confirmations(self._folder):
            return None
        return f"version {new.version} takes away {taken}; if that is meant, run `gateway policy confirm {new.version}`"

    def _degrade(self, reason: str) -> None:
        first, _, rest = reason.partition("\n")
        self._degraded = self._sentence(first)
        self._complain(f"policy not loaded: {self._degraded}" + (f"\n{rest}" if rest else ""))

    def _sentence(self, reason: str) -> str:
        return f"{reason}; version {self._in_force.policy.version} stays in force"

    def _keep(self) -> None:
        """Write what is in force and not on disk yet. Blocks."""
        unkept, self._unkept = self._unkept, None
        if self._kept is not None and unkept is not None:
            self._kept.keep(unkept)


class FixedPolicies:
    """`core.ports.PolicySource` of one policy for good, as the demo has it."""

    degraded: None = None
    trial: None = None

    def __init__(self, policy: Policy) -> None:
        self.current = policy

    def before(self, policy: Policy) -> Policy | None:
        return None

    def failed(self, policy: Policy) -> None:
        """There is nothing to go back to."""

    def prepared_by(self, prepare: Callable[[Policy], None]) -> None:
        """See `core.ports.PolicySource`."""
        prepare(self.current)


def _leave_unprepared(policy: Policy) -> None:
    """Where nothing takes long to make of a policy, or nobody asked yet."""


def _trouble(broken: PolicyErrors) -> str:
    return f"the policy folder has {broken.counted}, first {broken.errors[0]}\n{broken}"
