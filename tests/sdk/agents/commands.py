"""The coding agents as commands: how each is pointed at a gateway and run without a person.

Invariants
- An agent's home is an empty folder of the test; nothing of this machine's user is read or written.
- Nothing leaves the machine: the proxy that the environment names refuses, and remembers who was called.
- Updates, telemetry, catalogues of plugins and of models are turned off by each agent's own settings, where it has one.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.sdk.agents.borders import Border
from tests.support.sdk_environments import npm_agents_env

_SECONDS = 60


class Desk(msgspec.Struct, frozen=True):
    """What an agent is given: an empty folder, a gateway, a key, and a way out that is shut."""

    folder: Path
    url: str
    key: str
    border: Border

    def run(self, command: list[str], settings: dict[str, str], prompt: str = "") -> str:
        """What the command wrote to standard output; `prompt` is its standard input. Raises RuntimeError."""
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "HTTP_PROXY": self.border.url,
            "HTTPS_PROXY": self.border.url,
            "NO_PROXY": "127.0.0.1,localhost",
            **settings,
        }
        done = subprocess.run(
            command,
            input=prompt,
            env=environment,
            cwd=work,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(
                f"{command[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
            )
        return done.stdout

    def write(self, path: str, text: str) -> None:
        """A file of settings in the agent's home."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


Command = Callable[[Desk, str, str], str]
"""(desk, model, prompt) -> the agent's last word."""


def claude_code(desk: Desk, model: str, prompt: str) -> str:
    # What its installer would put in place is a copy of the native program; the wrapper finds that by itself.
    program = _package("@anthropic-ai/claude-code") / "cli-wrapper.cjs"
    told = desk.run(
        ["node", str(program), "-p", "--model", model, "--allowedTools", "Bash", "--output-format", "json"],
        {
            "ANTHROPIC_BASE_URL": desk.url,
            "ANTHROPIC_AUTH_TOKEN": desk.key,
            "ANTHROPIC_DEFAULT_HAIKU_MODEL": model,
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        },
        prompt,
    )
    result: str = json.loads(told)["result"]
    return result


def codex(desk: Desk, model: str, prompt: str) -> str:
    """With every tool it has by itself, among them a search that OpenAI runs."""
    return _codex(desk, model, prompt, "")


def codex_with_plain_tools(desk: Desk, model: str, prompt: str) -> str:
    """With the tools that models of any provider can be given."""
    return _codex(desk, model, prompt, 'web_search = "disabled"')


def _codex(desk: Desk, model: str, prompt: str, more: str) -> str:
    desk.write(
        ".codex/config.toml",
        f"""
        model = {json.dumps(model)}
        model_provider = "gateway"
        check_for_update_on_startup = false
        analytics.enabled = false
        feedback.enabled = false
        features.plugins = false
        {more}
        [model_providers.gateway]
        name = "gateway"
        base_url = {json.dumps(desk.url + "/v1")}
        env_key = "GATEWAY_KEY"
        wire_api = "responses"
        """,
    )
    program = _package("@openai/codex") / "bin" / "codex.js"
    # Its own sandbox needs rights that a container may not have; the test's folder is sandbox enough.
    alone = ("--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox")
    told = desk.run(["node", str(program), "exec", "--json", *alone, "-"], {"GATEWAY_KEY": desk.key}, prompt)
    items = [event["item"] for event in _lines(told) if event["type"] == "item.completed"]
    text: str = [item["text"] for item in items if item["type"] == "agent_message"][-1]
    return text


def gemini_cli(desk: Desk, model: str, prompt: str) -> str:
    desk.write(
        ".gemini/settings.json",
        json.dumps(
            {
                "security": {"auth": {"selectedType": "gemini-api-key"}},
                "privacy": {"usageStatisticsEnabled": False},
                "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
            }
        ),
    )
    program = _package("@google/gemini-cli") / "bundle" / "gemini.js"
    told = desk.run(
        ["node", str(program), "--model", model, "--approval-mode", "yolo", "--output-format", "json"],
        {"GOOGLE_GEMINI_BASE_URL": desk.url, "GEMINI_API_KEY": desk.key, "GEMINI_CLI_TRUST_WORKSPACE": "true"},
        prompt,
    )
    response: str = json.loads(told)["response"]
    return response


def opencode(desk: Desk, model: str, prompt: str) -> str:
    gateway = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "gateway",
        "options": {"baseURL": f"{desk.url}/v1", "apiKey": desk.key},
        "models": {model: {"name": model}},
    }
    desk.write(
        "work/opencode.json",
        json.dumps(
            {
                "autoupdate": False,
                "share": "disabled",
                "model": f"gateway/{model}",
                "small_model": f"gateway/{model}",
                "permission": {"*": "allow"},
                "provider": {"gateway": gateway},
            }
        ),
    )
    # Of the native programs for this machine, the longest name is the one for any processor.
    program = max((npm_agents_env() / "node_modules").glob("opencode-*/bin/opencode"), key=lambda path: len(str(path)))
    off = ("AUTOUPDATE", "MODELS_FETCH", "LSP_DOWNLOAD", "DEFAULT_PLUGINS")
    settings = {f"OPENCODE_DISABLE_{name}": "1" for name in off}
    told = desk.run([str(program), "run", "--format", "json"], settings, prompt)
    text: str = [event["part"]["text"] for event in _lines(told) if event["type"] == "text"][-1]
    return text


def _package(name: str) -> Path:
    return npm_agents_env() / "node_modules" / name


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
