"""A real llama.cpp server in a process of its own, with a random model: the proof that local backends are not imagined.

    server = start_local_llm(tmp_path)         # about half a second; `model=` gives its model another name
    server.base_url                            # http://127.0.0.1:PORT/v1
    server.close()

The process is `tests.support.llama_cpp`.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.support.gguf_model import CONTEXT, write_model

MODEL = "random-bytes"
PARALLEL = 2
READY_SECONDS = 30.0
_PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class LocalLlm:
    """`base_url` ends in /v1; `origin` is what lies before it."""

    origin: str
    process: subprocess.Popen[str]
    model: str = MODEL

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    def close(self) -> None:
        """End the server's process and wait for it. Idempotent."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start_local_llm(folder: Path, port: int = 0, model: str = MODEL) -> LocalLlm:
    """A server whose /health answers 200, at `port` or a free one; raises RuntimeError where it does not come up."""
    weights = write_model(folder / "random-bytes.gguf")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.llama_cpp", str(weights), str(port), model, str(CONTEXT), str(PARALLEL)],
        cwd=_PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    origin = ""
    for line in process.stdout:
        if line.startswith("address "):
            origin = line.split()[1]
            break
    server = LocalLlm(origin, process, model)
    deadline = time.monotonic() + READY_SECONDS
    while not (origin and _healthy(origin)):
        if not origin or process.poll() is not None or time.monotonic() > deadline:
            server.close()
            raise RuntimeError("the llama.cpp server did not come up")
        time.sleep(0.02)
    return server


def _healthy(origin: str) -> bool:
    try:
        with urllib.request.urlopen(f"{origin}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
