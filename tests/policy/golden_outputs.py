"""What the policy commands print for the shipped policies, kept beside the tests.

`python -m tests.policy.golden_outputs` writes the files anew, after a change that is meant; look at the difference.
A line number stands there as the text of that line, so that a new comment above it changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from gateway.cli.program import main
from gateway.settings import Settings, load_settings, with_root_key
from gateway.storage.engine import open_engine
from gateway.storage.keys import KeyIssuer
from gateway.storage.schema import migrate
from gateway.storage.tables import TOKEN_COUNTS, usage

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
    "route-explain": "route explain --team demo --model fast-chat --at 12:00",
    "route-explain-border": "route explain --team support --key mailbox-prod --model fast-chat --at 12:00",
    "route-explain-json": "route explain --team demo --model european-chat --needs images,tools --at 12:00 --json",
    "diff": "policy diff policies NEW",
    "diff-back": "policy diff NEW policies",
    "simulate": "policy simulate NEW --since 7d",
    "simulate-nothing": "policy simulate policies --since 7d",
    "simulate-json": "policy simulate NEW --since 7d --json",
    "diff-json": "policy diff policies NEW --json",
}

EDITS = (
    ("models.yaml", "gpt-5-mini, weight: 90", "gpt-5-mini, weight: 50"),
    (
        "models.yaml",
        "  fast-chat:",
        "  fast-chat:\n    shadows: [{provider: claude, model: claude-haiku-4-5, share: 10%, paid_by: demo}]",
    ),
    ("models.yaml", "{provider: mistral, model: mistral-small-latest}", "{provider: grok, model: grok-4.7}"),
    ("providers.yaml", "first_byte: 2 min", "first_byte: 3 min"),
    ("providers.yaml", "api_key: ${GEMINI_API_KEY}", "api_key: ${OTHER_KEY}"),
    ("teams.yaml", "[fast-chat, european-chat, local-chat]", "[fast-chat, european-chat, smart-chat]"),
    ("teams.yaml", "mailbox-test: {models: [local-chat]", "mailbox-test: {models: [smart-chat], operations: [chat]"),
    ("teams.yaml", "anna@example.com:", "ben@example.com:"),
    ("teams.yaml", "regions: [on_prem, eu]", "regions: [on_prem]"),
)
"""What makes the folder NEW of the shipped one."""


def new_folder(folder: Path) -> None:
    """The shipped policies, edited, in `folder`."""
    for path in sorted((ROOT / "policies").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for name, old, new in EDITS:
            if name == path.name:
                assert old in text, f"{old} is no longer in {name}: choose another edit"
                text = text.replace(old, new)
        (folder / path.name).write_text(text, encoding="utf-8")


RECORDED: tuple[tuple[str, str | None, str, int], ...] = (
    ("support", None, "fast-chat", 200),
    ("support", None, "local-chat", 30),
    ("support", None, "nobody", 2),
    ("support", "anna@example.com", "fast-chat", 10),
    ("demo", None, "smart-chat", 50),
    ("gone", None, "fast-chat", 5),
)
"""(team, user, model asked, requests) of yesterday."""


async def record(settings: Settings) -> None:
    """A database with the requests of RECORDED, and 40 of the key `mailbox-prod`."""
    engine = open_engine(settings.database_url.reveal())
    try:
        await migrate(engine)
        issuer = KeyIssuer(engine, settings.key_for("virtual-key-pepper"), "dev")
        at = time.time() - 86_400
        issued = await issuer.create(team="support", name="mailbox-prod", now=at, expires_at=None)
        groups = [(team, user, model, number, "0000000000") for team, user, model, number in RECORDED]
        groups.append(("support", None, "fast-chat", 40, issued.record.id))
        rows = [
            _row(f"{place}-{number}", at, team, user, model, key)
            for place, (team, user, model, requests, key) in enumerate(groups)
            for number in range(requests)
        ]
        rows.append(_row("long-ago", at - 30 * 86_400, "support", None, "local-chat", "0000000000"))
        async with engine.begin() as connection:
            await connection.execute(insert(usage), rows)
    finally:
        await engine.dispose()


def _row(request_id: str, at: float, team: str, user: str | None, model: str, key: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(TOKEN_COUNTS, 0),
        "request_id": request_id,
        "at": at,
        "team": team,
        "user": user,
        "key_id": key,
        "model_asked": model,
        "operation": "chat",
        "dialect": "openai_chat",
        "stream": False,
        "status": "ok",
        "http_status": 200,
        "input_tokens": 1200,
        "output_tokens": 300,
        "estimated": False,
        "attempts": 1,
        "duration_ms": 1000,
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
    with shipped_environment(), tempfile.TemporaryDirectory() as new, contextlib.redirect_stdout(out):
        new_folder(Path(new))
        os.environ["GATEWAY_STATE_DIR"] = str(Path(new, ".state"))
        if "simulate" in command:
            asyncio.run(record(with_root_key(load_settings(os.environ))))
        code = main([new if word == "NEW" else word for word in command.split()])
        text = re.sub(r"([\w/-]+)/([a-z]+\.yaml):(\d+)", _line, out.getvalue())
    text = re.sub(r"(\"(?:policy_version|old|new)\": )\"\w{12}\"", r'\1"…"', text)
    return f"$ gateway {command}\n{text}(exit code {code})\n"


def _line(found: re.Match[str]) -> str:
    line = Path(found[1], found[2]).read_text(encoding="utf-8").splitlines()[int(found[3]) - 1]
    return f"{found[2]} {line.partition('  #')[0].strip()}".replace('"', "'")


if __name__ == "__main__":
    for name, command in COMMANDS.items():
        (FOLDER / f"{name}.txt").write_text(printed(command), encoding="utf-8")
