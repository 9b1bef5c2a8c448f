"""Coding agents and frameworks, as people install them, through a gateway to every kind of provider.

Each says a plain sentence and lets the model use a tool; the tool's own output comes back in the model's last word.
Beside what the agent says, the usage rows tell what the gateway made of it.

Not here, and why: Cursor calls from its vendor's servers, so there is nothing to install (its requests are in
`tests/api/test_responses_at_the_chat_path.py`); Continue is an extension of an editor and speaks by the OpenAI SDK;
LibreChat and Open WebUI are servers with databases of their own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.core.policy import Alias, Target
from gateway.providers.simulated.server import SimulatedServer
from tests.sdk.agents import commands
from tests.sdk.agents.borders import Border, shut_border
from tests.sdk.agents.commands import Command, Desk
from tests.support.running import LoopThread, RunningGateway, in_thread, policy_for, serving
from tests.support.sdk_environments import framework_env

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(600)]

MODELS = {
    "claude-sonnet-5": "claude",
    "gpt-5": "openai",
    "gpt-5-mini": "openai",
    "gemini-2.5-flash": "gemini",
    "mistral-large-latest": "mistral",
    "grok-4.3": "grok",
    "local-small": "sim",
}
"""Name -> the provider that answers it."""

Rows = Callable[[], list[dict[str, Any]]]

_PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def served(
    simulated: SimulatedServer, gateway_thread: LoopThread, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    """A gateway whose models have the names that agents know."""
    models = tuple(
        Alias(name=model, targets=(Target(provider=provider, model=model),)) for model, provider in MODELS.items()
    )
    policy = policy_for(simulated.url, models=models)
    with in_thread(serving(policy, tmp_path_factory.mktemp("agents")), gateway_thread) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An agent's: what it keeps of its conversations is its own, and not what the gateway let be heard."""
    folder = tmp_path / "client"
    folder.mkdir()
    return folder


@pytest.fixture
def new_rows(served: RunningGateway, gateway_thread: LoopThread) -> Rows:
    """Gives the usage rows since the test began."""
    known = {row["request_id"] for row in gateway_thread.run(served.usage_rows())}
    return lambda: [row for row in gateway_thread.run(served.usage_rows()) if row["request_id"] not in known]


@pytest.fixture
def border() -> Iterator[Border]:
    with shut_border() as shut:
        yield shut


def check_rows(rows: list[dict[str, Any]], dialect: str, model: str) -> None:
    """Every call arrived in this dialect, was answered by this model's provider, and is paid for by the key's team."""
    told = {
        (row["team"], row["dialect"], row["provider"], row["model"], row["status"], row["http_status"]) for row in rows
    }
    assert told == {("demo", dialect, MODELS[model], model, "ok", 200)}
    assert all(row["input_tokens"] and row["output_tokens"] and not row["estimated"] for row in rows)


# ---------------------------------------------------------------------------------------------------------- agents

AGENTS: dict[str, tuple[Command, str, str, str]] = {
    "claude-code": (commands.claude_code, "anthropic", "Bash", "command"),
    "codex": (commands.codex, "openai_responses", "exec_command", "cmd"),
    "codex-plain": (commands.codex_with_plain_tools, "openai_responses", "exec_command", "cmd"),
    "gemini-cli": (commands.gemini_cli, "gemini", "run_shell_command", "command"),
    "opencode": (commands.opencode, "openai_chat", "bash", "command"),
}
"""Name -> (command, the dialect it speaks, its tool that runs a command, that tool's argument)."""

KNOWN_TO_KNOCK = {"opencode": 1}
"""Who asks for hosts out there although told not to, and for how many: opencode looks for its plugins' package."""


agents = pytest.mark.soak(reason="installing the agents takes more than a gigabyte and two minutes")


@agents
@pytest.mark.parametrize(
    ("agent", "model"),
    [
        ("claude-code", "claude-sonnet-5"),
        ("claude-code", "gpt-5"),
        ("claude-code", "gemini-2.5-flash"),
        ("claude-code", "mistral-large-latest"),
        ("claude-code", "grok-4.3"),
        ("claude-code", "local-small"),
        ("codex", "gpt-5"),
        ("codex", "grok-4.3"),
        ("codex-plain", "claude-sonnet-5"),
        ("codex-plain", "gemini-2.5-flash"),
        ("codex-plain", "mistral-large-latest"),
        ("codex-plain", "local-small"),
        ("gemini-cli", "gemini-2.5-flash"),
        ("gemini-cli", "claude-sonnet-5"),
        ("gemini-cli", "gpt-5"),
        ("opencode", "gpt-5-mini"),
        ("opencode", "claude-sonnet-5"),
        ("opencode", "local-small"),
    ],
)
def test_an_agent_runs_its_tool(served, new_rows, border, home, agent, model):
    command, dialect, tool, argument = AGENTS[agent]
    # What the shell makes of it is nowhere in the prompt.
    prompt = f'use tool {tool} with {{"{argument}": "seq -s- 40 42", "description": "count"}}'
    said = command(Desk(home, served.url, served.key, border), model, prompt)
    assert said.startswith(f"The tools answered {tool}:")
    assert "40-41-42" in said
    rows = new_rows()
    check_rows(rows, dialect, model)
    assert [row["finish_reason"] for row in rows if row["finish_reason"] == "tool_use"] == ["tool_use"]
    assert len(border.wanted) <= KNOWN_TO_KNOCK.get(agent, 0)


@agents
@pytest.mark.parametrize(
    ("agent", "model"),
    [
        ("claude-code", "claude-sonnet-5"),
        ("codex", "gpt-5"),
        ("gemini-cli", "gemini-2.5-flash"),
        ("opencode", "gpt-5-mini"),
    ],
)
def test_an_agent_answers(served, new_rows, border, home, agent, model):
    command, dialect, *_ = AGENTS[agent]
    said = command(Desk(home, served.url, served.key, border), model, "stream 12 chunks")
    assert said == " ".join(f"word{number}" for number in range(12))
    check_rows(new_rows(), dialect, model)
    assert len(border.wanted) <= KNOWN_TO_KNOCK.get(agent, 0)


@agents
def test_codex_is_told_what_another_provider_s_model_cannot_be_given(served, border, home):
    with pytest.raises(RuntimeError, match="cannot be carried to a model that speaks anthropic"):
        commands.codex(Desk(home, served.url, served.key, border), "claude-sonnet-5", "say good morning")


@agents
def test_an_agent_without_a_valid_key_is_told_so(served, border, home):
    with pytest.raises(RuntimeError, match="401"):
        commands.claude_code(Desk(home, served.url, "gwk_dev_nobody", border), "claude-sonnet-5", "say good morning")


# ------------------------------------------------------------------------------------------------------ frameworks

_CHAT = ("openai_chat", "gpt-5-mini")
_RESPONSES = ("openai_responses", "gpt-5")
_ANTHROPIC = ("anthropic", "claude-sonnet-5")
_GEMINI = ("gemini", "gemini-2.5-flash")

FRAMEWORKS = {
    "langchain": ("frameworks", {"chat": _CHAT, "responses": _RESPONSES, "anthropic": _ANTHROPIC}),
    "pydantic_ai": (
        "frameworks",
        {"chat": _CHAT, "responses": _RESPONSES, "anthropic": _ANTHROPIC, "gemini": _GEMINI},
    ),
    "litellm": ("litellm", {"chat": _CHAT, "responses": _RESPONSES, "anthropic": _ANTHROPIC, "gemini": _GEMINI}),
}
"""Driver -> (environment, {way: (dialect, model)})."""


@pytest.mark.soak(reason="environments of their own, 400 MB, above the SDKs that tests/sdk/test_cells.py drives")
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework_speaks_every_dialect_it_knows(served, new_rows, border, home, framework):
    environment, ways = FRAMEWORKS[framework]
    heard = drive(framework, environment, served, border, home)
    assert set(heard) == set(ways)
    for way, told in heard.items():
        assert told["plain"] == "good morning", way
        assert "".join(told["streamed"]) == " ".join(f"word{number}" for number in range(12)), way
        assert len(told["streamed"]) > 3, way
        assert told["tool_saw"] == ["Bern"], way
        assert "rain in Bern" in told["tool"], way
    rows = new_rows()
    for dialect, model in ways.values():
        check_rows([row for row in rows if row["dialect"] == dialect], dialect, model)
    assert len(rows) == 4 * len(ways)
    assert border.wanted == set()


def drive(
    framework: str, environment: str, served: RunningGateway, border: Border, folder: Path
) -> dict[str, dict[str, Any]]:
    """What a driver heard, by way; raises RuntimeError where it broke."""
    done = subprocess.run(
        [framework_env(environment), "-m", f"tests.sdk.agents.drive_{framework}"],
        input=json.dumps({"url": served.url, "key": served.key}),
        env={
            "HOME": str(folder),
            "HTTP_PROXY": border.url,
            "HTTPS_PROXY": border.url,
            "NO_PROXY": "127.0.0.1",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        },
        cwd=_PROJECT,
        capture_output=True,
        text=True,
        check=False,  # the test's own time bounds it: all that was installed is compiled on its first import
    )
    if done.returncode:
        raise RuntimeError(f"{framework} broke:\n{done.stderr[-4000:]}")
    heard: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return heard
