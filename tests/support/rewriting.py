"""What pytest makes of the test modules on import, asserts that tell, is made once between all workers of a run.

It is kept on the disk. Workers that import the same modules in the same order would make all of it at the same time,
each for itself; so each begins at another place of the list, and finds the rest made by the others.
"""

from __future__ import annotations

import contextlib
import importlib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.support.stack_room import with_room


@pytest.hookimpl(tryfirst=True)  # within what makes errors of warnings
def pytest_collection(session: pytest.Session) -> None:
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    modules = _modules(session.config)
    begins = len(modules) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for module in modules[begins:] + modules[:begins]:
        with contextlib.suppress(Exception, pytest.skip.Exception):  # it is told when pytest comes to it
            with_room(importlib.import_module, module)


def _modules(config: pytest.Config) -> list[str]:
    """All that pytest is about to collect, as `tests.x.test_y`."""
    passed_over = config.getini("norecursedirs")
    paths = set[Path]()
    for argument in config.args:
        path = config.invocation_params.dir / argument.partition("::")[0]
        paths.update(path.rglob("test_*.py") if path.is_dir() else [path])
    inside = [path.relative_to(config.rootpath) for path in paths if path.is_relative_to(config.rootpath)]
    return sorted(
        ".".join(path.with_suffix("").parts)
        for path in inside
        if not any(fnmatch(part, pattern) for part in path.parts[:-1] for pattern in passed_over)
    )
