"""What is forked warm is what a fresh process is."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.replicas import POLICY, environment, migrated, outcome
from tests.support.warm import WarmProcess


def tell() -> int:
    """What a process finds as it begins, on stdout; it ends with its first word as the code, or waits for a signal."""
    code = sys.argv[1]
    found = {
        "words": sys.argv,
        "folder": str(Path.cwd()),
        "environ": dict(os.environ),
        "open": sorted(str(each.resolve()) for each in list(Path("/proc/self/fd").iterdir()) if each.exists()),
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "drawn": random.random(),
        "signals": [signal.getsignal(number) == signal.SIG_DFL for number in (signal.SIGTERM, signal.SIGCHLD)],
        "interrupted": signal.getsignal(signal.SIGINT) == signal.default_int_handler,
        "configured": sorted(
            name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.propagate"))
        ),
    }
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    if code == "wait":
        threading.Event().wait()
    return int(code)


def told(home: Path, code: str, environ: dict[str, str]) -> tuple[WarmProcess, Path]:
    path = home / f"out-{code}"
    with path.open("wb") as out:
        process = WarmProcess([code, "more"], cwd=home, env=environ, stdout=out, entry="tests.support.test_warm:tell")
    return process, path


def test_a_fork_has_its_own_of_everything_and_no_more(tmp_path: Path) -> None:
    draws = set()
    for code in ("0", "7"):
        environ = {"PATH": "/bin", "ONLY": code}
        process, path = told(tmp_path, code, environ)
        assert process.wait(60) == process.poll() == int(code)
        found = json.loads(path.read_text())
        assert found["words"] == ["gateway", code, "more"]
        assert found["folder"] == str(tmp_path)
        assert found["environ"] == environ
        assert found["open"] == ["/dev/null", "/dev/null", str(path)]
        assert found["threads"] == 1
        assert found["signals"] == [True, True]
        assert found["interrupted"]
        assert found["configured"] == [], "they read their settings as they are imported"
        draws.add(found["drawn"])
    assert len(draws) == 2


def test_a_fork_is_waited_for_and_killed_as_any_process(tmp_path: Path) -> None:
    process, _ = told(tmp_path, "wait", dict(os.environ))
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.kill()
    assert process.wait(60) == -signal.SIGKILL
    process.kill()  # nobody is there any more
    assert not Path(f"/proc/{process.pid}").exists()


def test_a_warm_command_prints_and_ends_as_a_fresh_one(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.yaml").write_text(POLICY)
    environ = environment(tmp_path, {"PYTHONPATH": str(Path(__file__).parents[2])})
    migrated(environ)
    for words in (
        ["policy", "explain", "--team", "demo", "--model", "none"],
        ["keys", "list", "--wrong"],
    ):
        fresh = [sys.executable, "-m", "gateway", *words]
        done = subprocess.run(fresh, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert outcome(tmp_path, environ, *words) == (done.returncode, done.stdout, done.stderr)
