"""A version on trial beside the one in force: in the folder's `.next`, for nobody (shadow) or for a share of the keys.

Promise: who is on trial stays so while the share grows, whichever replica answers, and every request is decided by one
version whole. A trial that cannot be loaded, or cannot decide, ends for everybody and changes nothing else.

`.next` holds the files of the version, and a file `rollout` with one word: `shadow`, or the share, `10%`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from zlib import crc32

from gateway.background_work import FREED_LATER, loading
from gateway.core.policy import Policy
from gateway.core.ports import Trial
from gateway.policy.complaints import Complaints, DependedFiles, Mark, PolicyErrors
from gateway.policy.file_changes import FileChanges
from gateway.policy.load import Sense, load, policy_files

NEXT: Final = ".next"
MODE_FILE: Final = "rollout"
SHADOW: Final = "shadow"


class NextFolder:
    """What is on trial. Without a folder, nothing is."""

    def __init__(self, folder: Path, environ: Mapping[str, str], also: Sense) -> None:
        self._folder, self._in_force = folder / NEXT, folder
        self._environ = environ
        self._also = also
        self._files = FileChanges(lambda: [self._folder / MODE_FILE, *policy_files(self._folder)])
        self.prepare: Callable[[Policy], None] = lambda _: None
        """Called with every version before it is on trial."""
        self.trial: Trial | None = None
        self.trouble: str | None = None
        """Why nothing is on trial though something should be."""
        self._benched = False
        self.trial, self.trouble, depended_files = self._read()
        self._files.also(depended_files)

    def look(self) -> bool:
        """Whether the trial is another than at the last look. Blocks."""
        state = self._files.change()
        if state is None:
            return False
        trial, trouble, depended_files = self._read()
        is_edit = self._files.is_edit(state)
        if not self._files.take(state, depended_files) or (self._benched and not is_edit):
            return False
        self._benched = False
        news = (trial, trouble) != (self.trial, self.trouble)
        self.trial, self.trouble = trial, trouble
        return news

    def _read(self) -> tuple[Trial | None, str | None, DependedFiles]:
        if not self._folder.is_dir():
            return None, None, ()
        try:
            share = read_share(self._folder / MODE_FILE)
            with loading():
                loaded = load(self._folder, self._environ, self._also, self._in_force)
                loaded.give_up_reading()
            FREED_LATER.follow(loaded.policy, [loaded.policy.teams])
            self.prepare(loaded.policy)
            return Trial(loaded.policy, share), None, loaded.depended_files
        except PolicyErrors as broken:
            return None, f"the version on trial has {broken.counted}, first {broken.errors[0]}", broken.depended_files

    def bench(self, reason: str) -> None:
        """End the trial until its files change."""
        self.trial, self.trouble, self._benched = None, reason, True


def read_share(file: Path) -> int:
    """Percent of the keys; 0 for a shadow. Raises PolicyErrors."""
    complaints = Complaints()
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        text = ""
    percent = text.removesuffix("%")
    if text == SHADOW:
        return 0
    if not (text.endswith("%") and percent.isdecimal() and len(percent) <= 3 and 1 <= int(percent) <= 100):
        complaints.add(Mark(str(file)), f"this must say '{SHADOW}', or the share of keys, as in '10%'")
        complaints.raise_any()
    return int(percent)


def is_on_trial(trial: Trial, key_id: str) -> bool:
    """Whether this key is among the share: told by the key and the version alone, so that replicas agree."""
    return crc32(f"{trial.policy.version}{key_id}".encode()) % 100 < trial.share
