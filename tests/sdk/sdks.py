"""The official SDKs under test, and how each is driven: one process for all providers and cases, and for those that
have a driver in common.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from tests.sdk.asked import PROVIDERS
from tests.sdk.judging import Fails
from tests.support.sdk_environments import lay, npm_sdk_env, previous_sdks_env

Dialect = Literal["Chat Completions", "Responses", "Messages", "Gemini", "Mistral"]

FOLDER = Path(__file__).parent
_PROJECT = FOLDER.parents[1]
_INHERITED = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
"""Of the environment: no key, address or proxy that an SDK would take from there."""

_OPENAI = {
    "401": "AuthenticationError",
    "404": "NotFoundError",
    "429": "RateLimitError",
    "500": "InternalServerError",
    "cut": "APIError",
}


class Sdk(msgspec.Struct, frozen=True):
    """`driver` lies in this folder."""

    title: str
    dialect: Dialect
    driver: str
    fails: Fails
    previous: bool = False
    """Its previous major."""
    option: str = ""
    """Of its driver."""

    def command(self) -> tuple[list[str], Path]:
        """(what to run, where); makes the environment first where it is not there yet."""
        if self.driver.endswith(".mjs"):
            folder = npm_sdk_env()
            # Node looks for packages beside the program.
            programs = folder / "drivers"
            programs.mkdir(exist_ok=True)
            for name in ("driving.mjs", self.driver):
                lay(FOLDER / name, programs)
            return ["node", str(programs / self.driver)], folder
        python = str(previous_sdks_env()) if self.previous else sys.executable
        return [python, "-m", f"tests.sdk.{self.driver.removesuffix('.py')}"], _PROJECT


def _named(package: str, classes: dict[str, str]) -> Fails:
    """`classes` of a package; several names for one case are parted by a bar."""
    prefix = f"{package}." if package else ""
    return Fails({case: tuple(prefix + name for name in names.split("|")) for case, names in classes.items()})


_ANTHROPIC = {**_OPENAI, "cut": "APIStatusError"}
_GENAI = {"401": "ClientError", "404": "ClientError", "429": "ClientError", "500": "ServerError", "cut": "ServerError"}
_MISTRAL = {**dict.fromkeys(_OPENAI, "SDKError"), "cut": "ResponseValidationError"}
"""Mistral has no form for an error within a stream; what is no chunk is one all the same."""

_AI = {**dict.fromkeys(_OPENAI, "APICallError"), "cut": "StreamProviderError|APICallError|TypeValidationError"}
"""Of a stream that breaks off, the provider packages make what they can."""


def _ai(package: str, dialect: Dialect) -> Sdk:
    """`package` by its key in the driver."""
    return Sdk(f"ai, @ai-sdk/{package}", dialect, "drive_ai.mjs", _named("", _AI), option=package)


SDKS = {
    "openai-3": Sdk("openai 3", "Chat Completions", "drive_openai.py", _named("openai", _OPENAI)),
    "openai-2": Sdk("openai 2", "Chat Completions", "drive_openai.py", _named("openai", _OPENAI), previous=True),
    "openai-npm": Sdk("openai (npm)", "Chat Completions", "drive_openai.mjs", _named("", _OPENAI)),
    "responses-3": Sdk("openai 3", "Responses", "drive_responses.py", _named("openai", _OPENAI)),
    "responses-2": Sdk("openai 2", "Responses", "drive_responses.py", _named("openai", _OPENAI), previous=True),
    "responses-npm": Sdk("openai (npm)", "Responses", "drive_responses.mjs", _named("", _OPENAI)),
    "anthropic-2": Sdk("anthropic 2", "Messages", "drive_anthropic.py", _named("anthropic", _ANTHROPIC)),
    "anthropic-1": Sdk("anthropic 1", "Messages", "drive_anthropic.py", _named("anthropic", _ANTHROPIC), previous=True),
    "anthropic-npm": Sdk(
        "anthropic (npm)", "Messages", "drive_anthropic.mjs", _named("", {**_OPENAI, "cut": "APIError"})
    ),
    "genai-3": Sdk("google-genai 3", "Gemini", "drive_genai.py", _named("google", _GENAI)),
    "genai-2": Sdk("google-genai 2", "Gemini", "drive_genai.py", _named("google", _GENAI), previous=True),
    "genai-npm": Sdk("google-genai (npm)", "Gemini", "drive_genai.mjs", _named("", dict.fromkeys(_OPENAI, "ApiError"))),
    "mistralai-3": Sdk("mistralai 3", "Mistral", "drive_mistral.py", _named("mistralai", _MISTRAL)),
    "mistralai-2": Sdk("mistralai 2", "Mistral", "drive_mistral.py", _named("mistralai", _MISTRAL), previous=True),
    "mistralai-npm": Sdk(
        "mistralai (npm)", "Mistral", "drive_mistral.mjs", _named("", {**_MISTRAL, "cut": "ZodError"})
    ),
    "ai-compatible": _ai("openai-compatible", "Chat Completions"),
    "ai-openai": _ai("openai", "Chat Completions"),
    "ai-responses": _ai("responses", "Responses"),
    "ai-anthropic": _ai("anthropic", "Messages"),
    "ai-google": _ai("google", "Gemini"),
    "ai-mistral": _ai("mistral", "Mistral"),
}


def together(name: str) -> list[str]:
    """The ids of those that one process drives, of which this is one."""
    sdk = SDKS[name]
    return [each for each, other in SDKS.items() if (other.driver, other.previous) == (sdk.driver, sdk.previous)]


def run(names: Sequence[str], url: str, key: str) -> dict[str, dict[str, Any]]:
    """What those that are driven `together` saw of every provider and case: id -> `"gemini: tools"` -> seen.
    Raises RuntimeError where they broke.
    """
    sdk = SDKS[names[0]]
    command, folder = sdk.command()
    cases = [asked.case(name) for asked in PROVIDERS for name in asked.cases]
    job = {"url": url, "key": key, "options": [SDKS[name].option for name in names], "cases": cases}
    done = subprocess.run(
        command,
        input=json.dumps(job),
        cwd=folder,
        env={name: os.environ[name] for name in _INHERITED if name in os.environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,  # the test's own time bounds it
    )
    if done.returncode:
        raise RuntimeError(f"{sdk.title} broke:\n{done.stderr[-4000:]}")
    seen = json.loads(done.stdout)
    return {name: seen[SDKS[name].option] for name in names}
