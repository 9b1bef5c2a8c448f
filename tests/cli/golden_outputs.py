"""What the policy commands print for the shipped policies, kept beside the tests.

`python -m tests.cli.golden_outputs` writes the files anew, after a change that is meant; look at the difference.
A line number stands there as the text of that line, so that a new comment above it changes nothing.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from gateway.cli.program import main

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("golden")
KEYS = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "XAI_API_KEY"), "golden")

COMMANDS = {
    "explain-team": "policy explain --team support --model fast-chat",
    "explain-project": "policy explain --team support --key mailbox-prod --model fast-chat",
    "explain-key": "policy explain --team support --key mailbox-test --model fast-chat",
    "explain-user": "policy explain --team support --user anna@example.com --model european-chat",
    "explain-direct": "policy explain --team demo --model gpu/llama-3.3-70b --operation embeddings",
    "explain-project-json": "policy explain --team support --key mailbox-prod --model fast-chat --json",
}


@contextlib.contextmanager
def shipped_environment() -> Iterator[None]:
    """In the project's folder, with keys for all providers but one, and nothing else set."""
    kept, where = dict(os.environ), Path.cwd()
    for name in kept:
        if name.startswith("GATEWAY_") or name.endswith("_API_KEY"):
            del os.environ[name]
    os.environ.update(KEYS)
    os.chdir(ROOT)
    try:
        yield
    finally:
        os.chdir(where)
        os.environ.clear()
        os.environ.update(kept)


def printed(command: str) -> str:
    """Exit code and output, as compared."""
    out = io.StringIO()
    with shipped_environment(), contextlib.redirect_stdout(out):
        code = main(command.split())
    text = re.sub(r"policies/([a-z]+\.yaml):(\d+)", _line, out.getvalue())
    text = re.sub(r"(\"policy_version\": )\"\w+\"", r'\1"…"', text)
    return f"$ gateway {command}\n{text}(exit code {code})\n"


def _line(found: re.Match[str]) -> str:
    line = (ROOT / "policies" / found[1]).read_text().splitlines()[int(found[2]) - 1]
    return f"{found[1]} {line.partition('  #')[0].strip()}".replace('"', "'")


if __name__ == "__main__":
    for name, command in COMMANDS.items():
        (FOLDER / f"{name}.txt").write_text(printed(command))
