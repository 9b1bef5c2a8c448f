"""`deploy/alerts.yaml`: what it asks for is there to be asked, and rises when something goes wrong."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from gateway.app import PROBLEMS
from gateway.core.ports import UsageRow
from gateway.policy.load import policy_of_text
from gateway.providers.simulated.server import SimulatedServer
from gateway.telemetry import logs
from tests.support.running import RunningGateway, serving

ROOT = Path(__file__).parents[2]
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
POLICY = """\
version: 1
providers:
  openai: {{kind: openai, base_url: "{url}/openai/v1", api_key: x, region: us}}
  claude: {{kind: anthropic, base_url: "{url}/anthropic", api_key: x, region: us}}
models:
  fast: {{targets: [{{provider: openai, model: a+status=401}}], fallbacks: [{{provider: claude, model: b}}]}}
teams:
  demo: {{models: [fast]}}
"""


async def scraped(gateway: RunningGateway) -> dict[str, dict[tuple[str, ...], float]]:
    """Every sample by its name, then by the values of its labels."""
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{gateway.url}/metrics")).text
    samples: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        samples.setdefault(family.name + "_total" * (family.type == "counter"), {})
        for sample in family.samples:
            samples.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return samples


@pytest.mark.asyncio
async def test_every_rule_asks_for_what_there_is(simulated: SimulatedServer, tmp_path: Path) -> None:
    async with serving(policy_of_text("p.yaml", POLICY.format(url=simulated.url), {}), tmp_path) as gateway:
        found = await scraped(gateway)
    for rule in RULES:
        named = set(re.findall(r"\b(?:gateway|process)_[a-z_]+", re.sub(r"\{.*?\}|by \(.*?\)", "", rule["expr"])))
        assert named <= found.keys(), rule["alert"]
        assert named or rule["expr"].startswith("up{")
        for label, known in (("problem", PROBLEMS), ("event", logs.warnings)):
            for pattern in re.findall(rf'{label}=~?"(.*?)"', rule["expr"]):
                asked = set(_alternatives(pattern))
                assert asked <= set(known), rule["alert"]
                metric = "gateway_problem" if label == "problem" else "gateway_warnings_total"
                assert {(each,) for each in asked} <= found[metric].keys()  # with a nought: a rise is then seen
        assert set(rule["labels"]) == {"severity"}
        assert set(rule["annotations"]) == {"summary"}


def _alternatives(pattern: str) -> list[str]:
    """`a|b_(c|d)` -> a, b_c, b_d."""
    found: list[str] = []
    for one in re.findall(r"(?:[^|(]|\([^)]*\))+", pattern):
        inner = re.search(r"\((.*?)\)", one)
        found += [one.replace(inner[0], each) for each in inner[1].split("|")] if inner else [one]
    return found


def test_every_warning_is_counted_from_nought() -> None:
    used: set[str] = set()
    for path in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("logs.warning", "warning"):
                used.add(getattr(logs, ast.unparse(node.args[0]).removeprefix("logs.")))
    assert used | {logs.FAULT, logs.LINES_LOST, logs.POLICY_REFUSED} == set(logs.warnings)


@pytest.mark.asyncio
async def test_a_credential_that_is_refused_is_counted_though_another_model_answers(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    async with serving(policy_of_text("p.yaml", POLICY.format(url=simulated.url), {}), tmp_path) as gateway:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(
                f"{gateway.url}/v1/chat/completions",
                json={"model": "fast", "messages": [{"role": "user", "content": "hi"}]},
                headers={"authorization": f"Bearer {gateway.key}"},
            )
        found = await scraped(gateway)
    assert (answer.status_code, answer.headers["x-gateway-provider"]) == (200, "claude")
    assert found["gateway_failed_attempts_total"] == {("401", "openai"): 1}
    assert found["process_open_fds"][()] > 0
    assert found["process_resident_memory_bytes"][()] > 0


@pytest.mark.asyncio
async def test_a_warning_is_counted_also_where_the_level_hides_it(simulated: SimulatedServer, tmp_path: Path) -> None:
    async with serving(policy_of_text("p.yaml", POLICY.format(url=simulated.url), {}), tmp_path) as gateway:
        before = await scraped(gateway)
        logs.unpriced(UsageRow(request_id="r", at=1.0, key_id="k", team="a"))
        after = await scraped(gateway)
    rises = {
        event[0]: count - before["gateway_warnings_total"][event]
        for event, count in after["gateway_warnings_total"].items()
    }
    assert rises == dict.fromkeys(logs.warnings, 0) | {logs.UNPRICED: 1}
