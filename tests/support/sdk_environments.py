"""Environments with the SDKs that cannot live beside the newest Python ones: previous majors, and JavaScript.

    python = previous_sdks_env()                    # .cache/sdk/bin/python
    subprocess.run([python, "-c", "import openai, mistralai"])
    folder = npm_sdk_env()                          # run node with this folder as its working directory
    python = framework_env("litellm")               # the frameworks that bring SDKs of their own choice
    folder = npm_agents_env()                       # node_modules/.bin has the coding agents

Made once, kept in .cache, made anew when the lock or package.json changes. Python packages that this environment has
in the very version are linked from it, compiled as they are; the others come by hash from
`tests/sdk/requirements-previous.lock` and `tests/sdk/agents/requirements-*.lock`, made with
`uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]
_LOCKS = _PROJECT / "tests" / "sdk"
_CACHE = _PROJECT / ".cache"
_INSTALL_SECONDS = 600


def previous_sdks_env() -> Path:
    """The Python that has all SDKs in their previous majors: what they stand on is the same."""
    return _python_env(_CACHE / "sdk", _LOCKS / "requirements-previous.lock")


def framework_env(name: str) -> Path:
    """The Python that has what `tests/sdk/agents/requirements-{name}.lock` names."""
    return _python_env(_CACHE / "agents" / name, _LOCKS / "agents" / f"requirements-{name}.lock")


def npm_sdk_env() -> Path:
    """The folder whose node_modules hold the JavaScript SDKs."""
    return _npm_env(_CACHE / "npm", _LOCKS / "package.json")


def npm_agents_env() -> Path:
    """The folder whose node_modules hold the coding agents, their native programs (1.1 GB) included."""
    return _npm_env(_CACHE / "agents" / "npm", _LOCKS / "agents" / "package.json")


def npm_oidc_env() -> Path:
    """The folder whose node_modules hold the OpenID provider."""
    return _npm_env(_CACHE / "oidc", _PROJECT / "tests" / "admin" / "oidc" / "package.json")


def lay(program: Path, folder: Path) -> None:
    """Copy a program into an environment, whole at once: others may be reading it there."""
    own = folder / f".{program.name}.{os.getpid()}"
    shutil.copy(program, own)
    own.replace(folder / program.name)


def _python_env(folder: Path, lock: Path) -> Path:
    with _made_once(folder, lock.read_bytes()) as empty:
        if empty:
            _install_python(folder, lock)
    return folder / "bin" / "python"


def _npm_env(folder: Path, package: Path) -> Path:
    with _made_once(folder, package.read_bytes()) as empty:
        if empty:
            shutil.copy(package, folder / "package.json")
            npm = shutil.which("npm")
            if npm is None:
                raise FileNotFoundError("npm is needed for what is written in JavaScript")
            quiet = ("--no-audit", "--no-fund", "--no-progress", "--loglevel=error", "--ignore-scripts")
            _run(npm, "install", "--no-save", "--no-package-lock", *quiet, folder=folder)
    return folder


@contextlib.contextmanager
def _made_once(folder: Path, recipe: bytes) -> Iterator[bool]:
    """Gives True, with an empty folder, where nothing was made of this recipe yet; other processes wait meanwhile."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp = folder / ".made-of"
    digest = hashlib.sha256(recipe).hexdigest()
    with folder.with_name(f"{folder.name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == digest:
            yield False
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield True
        stamp.write_text(digest)


def _install_python(folder: Path, lock: Path) -> None:
    """By uv where it is on the PATH, else by the pip of this environment or of the Python that made it.

    Nothing else is compiled before a program imports it: most of it none ever does.
    """
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv")
    if uv is not None:
        _run(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder))
    else:
        _run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    rest = folder / "rest.lock"
    rest.write_text("".join(_those_that_are_not_here(folder, lock)))
    wanted = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(rest))
    if uv is not None:
        _run(uv, "pip", "install", "--quiet", "--python", python, *wanted)
        return
    own = str(getattr(sys, "_base_executable", sys.executable))
    pip = sys.executable if _has_pip(sys.executable) else own
    quiet = ("--disable-pip-version-check", "--quiet", "--no-compile")
    _run(pip, "-m", "pip", "--python", python, "install", *quiet, *wanted)


def _those_that_are_not_here(folder: Path, lock: Path) -> Iterator[str]:
    """Entries of the lock, with their hashes; what the others name is linked."""
    [packages] = folder.glob("lib/python*/site-packages")
    for entry in re.split(r"^(?=[A-Za-z0-9])", lock.read_text(), flags=re.MULTILINE):
        name, _, version = entry.split(maxsplit=1)[0].partition("==") if entry else ("", "", "")
        try:
            here = metadata.distribution(name) if name else None
        except metadata.PackageNotFoundError:
            here = None
        if here is None or here.version != version:
            yield entry
        else:
            _link(here, packages)


def _link(package: metadata.Distribution, packages: Path) -> None:
    for file in package.files or ():
        source = Path(str(package.locate_file(file)))
        if ".." in file.parts or "__pycache__" in file.parts:  # programs, whose first line names their Python
            continue
        _link_or_copy(source, packages / file)
        compiled = Path(cache_from_source(str(source)))
        if source.suffix == ".py" and compiled.exists():
            _link_or_copy(compiled, packages / file.parent / "__pycache__" / compiled.name)


def _link_or_copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _has_pip(python: str) -> bool:
    return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def _run(*command: str, folder: Path = _PROJECT) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stderr[-2000:]}")
