"""The policy of `make demo`: every provider answers, with its own key or without.

Promise: a provider whose key is in the environment is called for real; the others are simulated under their own
names and in their own dialects, so that a line copied from the demo works unchanged with a real key.

The text goes the way of every policy: what the demo does, a folder of YAML can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from gateway.core.policy import Policy
from gateway.policy.environment import is_set
from gateway.policy.load import policy_of_text


class _Hosted(msgspec.Struct, frozen=True):
    name: str
    kind: str
    address: str
    simulated_path: str
    variable: str
    region: str


_HOSTED: Final = (
    _Hosted("openai", "openai", "https://api.openai.com/v1", "/openai/v1", "OPENAI_API_KEY", "us"),
    _Hosted("claude", "anthropic", "https://api.anthropic.com", "/anthropic", "ANTHROPIC_API_KEY", "us"),
    _Hosted("gemini", "gemini", "https://generativelanguage.googleapis.com", "/gemini", "GEMINI_API_KEY", "eu"),
    _Hosted("mistral", "mistral", "https://api.mistral.ai", "/mistral", "MISTRAL_API_KEY", "eu"),
    _Hosted("grok", "xai", "https://api.x.ai/v1", "/xai/v1", "XAI_API_KEY", "us"),
)
LOCAL_VARIABLE: Final = "LOCAL_BASE_URL"

_REST: Final = """\
models:
  fast-chat:
    targets: [{provider: openai, model: gpt-5-mini}]
    fallbacks: [{provider: mistral, model: mistral-small-latest}]
  smart-chat:
    targets: [{provider: claude, model: claude-sonnet-5-5}]
    fallbacks: [{provider: openai, model: gpt-5.5}]
  european-chat:
    targets: [{provider: mistral, model: mistral-large-4}]
    fallbacks: [{provider: gemini, model: gemini-3.8-flash}]
  local-chat:
    targets: [{provider: gpu, model: llama-3.3-70b}]
pii:
  swiss-default:
    actions: {iban: pseudonymise, ch_ahv: pseudonymise, email: pseudonymise, credit_card: mask, secret: block}
teams:
  demo: {models: ["*"], cost_center: "0000", pii: swiss-default}
"""


def real_providers(environ: Mapping[str, str]) -> list[str]:
    """Names of those that `environ` has a key or an address for; the others are simulated."""
    names = [hosted.name for hosted in _HOSTED if is_set(hosted.variable, environ)]
    return [*names, "gpu"] if environ.get(LOCAL_VARIABLE) else names


def demo_text(environ: Mapping[str, str], simulated_url: str) -> str:
    """The policy as YAML. Keys stay references to the environment; `simulated_url` without a final slash."""
    real = real_providers(environ)
    lines = ["version: 1", "providers:"]
    for hosted in _HOSTED:
        is_real = hosted.name in real
        base_url = hosted.address if is_real else f"{simulated_url}{hosted.simulated_path}"
        api_key = f"${{{hosted.variable}}}" if is_real else "simulated"
        lines.append(
            f"  {hosted.name}: {{kind: {hosted.kind}, base_url: {_quoted(base_url)}, api_key: {api_key}, "
            f"region: {hosted.region}}}"
        )
    local = environ.get(LOCAL_VARIABLE) or f"{simulated_url}/local/v1"
    lines.append(f"  gpu: {{kind: local, engine: vllm, base_url: {_quoted(local)}, region: on_prem}}")
    return "\n".join(lines) + "\n" + _REST


def demo_policy(environ: Mapping[str, str], simulated_url: str) -> Policy:
    """The policy itself; raises PolicyErrors where a key or an address in `environ` is malformed."""
    return policy_of_text("demo.yaml", demo_text(environ, simulated_url), environ)


def _quoted(text: str) -> str:
    """`text` as YAML, whatever it holds."""
    return msgspec.json.encode(text).decode()
