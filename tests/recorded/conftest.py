"""Where the folder of recordings is absent, these tests are not collected: they are other people's data, not ours."""

from __future__ import annotations

from tests.support.recordings import FOLDER

collect_ignore_glob = [] if FOLDER.is_dir() else ["test_*.py"]
