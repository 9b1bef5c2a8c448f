"""What a bench compares: the bare relay, ten lines, the gateway in both forms, and the gateway less one stage."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from tests.bench.gateway_without import ROUTING, SPINE, WEIGHED
from tests.bench.processes import ROOT, RUN, DidNotStart, inherited, python
from tests.support.ports import free_port

CHAT = "/v1/chat/completions"

POLICY = """\
version: 1
providers:
  openai: {{kind: openai, base_url: "{origin}/v1", api_key: "${{BENCH_PROVIDER_KEY}}", region: on_prem}}
  claude: {{kind: anthropic, base_url: "{origin}", api_key: "${{BENCH_PROVIDER_KEY}}", region: on_prem}}
models:
  bench-same: {{targets: [{{provider: openai, model: gpt-5-mini}}]}}
  bench-cross: {{targets: [{{provider: claude, model: claude-sonnet-4-5}}]}}
teams:
  bench: {{models: [bench-same, bench-cross]}}
"""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One process tree under one name. `command` None: the provider itself, asked directly.

    `forms`: name of a row -> the model to ask for. `whole`: whether it is asked for answers in one piece; `streams`:
    whether it is asked to stream. `fresh`: whether no two prompts are the same; `personal`: whether they hold data of
    somebody's.
    """

    name: str
    command: list[str] | None
    port: int
    forms: dict[str, str]
    environment: dict[str, str] = {}
    headers: dict[str, str] = {}
    path: str = CHAT
    whole: bool = True
    streams: bool = True
    fresh: bool = False
    personal: bool = False
    patience: float = 20.0


def _asgi(module: str, name: str, origin: str) -> Subject:
    port = free_port()
    arguments = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    return Subject(
        name=name,
        command=python("-m", "uvicorn", f"tests.bench.{module}:application", "--port", str(port), *arguments),
        port=port,
        forms={name: "bench-model"},
        environment={"BENCH_UPSTREAM": origin},
    )


def references(origin: str, upstream_port: int) -> Iterator[Subject]:
    yield Subject(name="provider, asked directly", command=None, port=upstream_port, forms={"direct": "bench-model"})
    yield _asgi("bare_relay", "bare relay", origin)
    yield _asgi("ten_lines", "ten lines", origin)


def gateway(origin: str) -> Subject:
    """The gateway as `gateway serve` runs it, on a fresh database, with a key of its own."""
    environment = _prepared(origin)
    headers = {"authorization": f"Bearer {_key(environment)}"}
    port = free_port()
    return Subject(
        name="gateway",
        command=python("-m", "gateway", "serve", "--policies", environment["GATEWAY_POLICIES"], "--port", str(port)),
        port=port,
        forms={"gateway, same dialect": "bench-same", "gateway, openai to anthropic": "bench-cross"},
        environment=environment,
        headers=headers,
    )


def spine(whole: Subject) -> Subject:
    """The same gateway without what guards, keeps and audits: what each call pays before any policy asks for more."""
    port, state = free_port(), RUN / "state-spine"
    shutil.copytree(RUN / "state", state)
    return Subject(
        name="spine",
        command=python("-m", "tests.bench.gateway_without", SPINE, str(port)),
        port=port,
        forms={"gateway, its spine alone": "bench-same"},
        environment={**whole.environment, "GATEWAY_STATE_DIR": relative(state)},
        headers=whole.headers,
    )


def gateways_without_a_stage(whole: Subject) -> Iterator[Subject]:
    """The same gateway once more for each row of stages that it can do without, each with a state folder of its own."""
    for number, stage in enumerate(WEIGHED):
        port, state = free_port(), RUN / f"state-without-{number}"
        shutil.copytree(RUN / "state", state)
        yield Subject(
            name=stage,
            command=python("-m", "tests.bench.gateway_without", stage, str(port)),
            port=port,
            forms={stage: "bench-same"},
            environment={**whole.environment, "GATEWAY_STATE_DIR": relative(state)},
            headers=whole.headers,
            streams=False,
        )


def gateways_of_the_cache(whole: Subject) -> Iterator[Subject]:
    """The same gateway with a cache: asked what it knows, asked anew each time; and without routing and cache.

    And two that are asked for streams alone: an answer that was kept in one piece would be a stream of a few events.
    """
    policies = RUN / "policies-cache"
    policies.mkdir()
    text = (RUN / "policies" / "bench.yaml").read_text()
    (policies / "bench.yaml").write_text(text.replace("bench: {", "bench: {cache: {enabled: true, sampled: true}, "))
    anew = {"x-gateway-cache": "refresh"}
    for name, more in (("hit", {}), ("miss", anew), (ROUTING, {}), ("hit-streamed", {}), ("miss-streamed", anew)):
        port, state = free_port(), RUN / f"state-{name}"
        streams = name.endswith("-streamed")
        shutil.copytree(RUN / "state", state)
        serve = ("-m", "gateway", "serve", "--policies", relative(policies), "--port", str(port))
        yield Subject(
            name=name,
            command=python("-m", "tests.bench.gateway_without", name, str(port)) if name == ROUTING else python(*serve),
            port=port,
            forms={name: "bench-same"},
            environment={**whole.environment, "GATEWAY_STATE_DIR": relative(state)},
            headers={**whole.headers, **more},
            whole=not streams,
            streams=streams,
        )


LIMITS = """\
organisation: {budgets: [{period: year, limit: 1000000 USD}]}
"""
TEAM_LIMITS = (
    "quotas: {requests_per_minute: 100000000, tokens_per_minute: 100000000000, concurrent: 10000}, "
    "budgets: [{period: month, limit: 100000 USD, alerts: [50, 80, 100]}], "
)


def gateways_with_limits(whole: Subject, valkey_url: str) -> Iterator[Subject]:
    """The same gateway without limits; with quotas and budgets counted by itself; and with them in Valkey."""
    plain, limited = RUN / "policies", RUN / "policies-limits"
    limited.mkdir()
    text = (plain / "bench.yaml").read_text().replace("bench: {", "bench: {" + TEAM_LIMITS)
    (limited / "bench.yaml").write_text(text + LIMITS)
    redis = {"GATEWAY_REDIS_URL": valkey_url}
    for name, policies, more in (("without", plain, {}), ("process", limited, {}), ("valkey", limited, redis)):
        port, state = free_port(), RUN / f"state-{name}"
        shutil.copytree(RUN / "state", state)
        yield Subject(
            name=name,
            command=python("-m", "gateway", "serve", "--policies", relative(policies), "--port", str(port)),
            port=port,
            forms={name: "bench-same"},
            environment={**whole.environment, "GATEWAY_STATE_DIR": relative(state), **more},
            headers=whole.headers,
            streams=False,
        )


def gateways_with_rules(whole: Subject) -> Iterator[Subject]:
    """The same gateway under no rule set for personal data; and under one, asked the same again, something new, or what
    holds some.
    """
    plain, guarded = RUN / "policies", RUN / "policies-pii"
    guarded.mkdir()
    text = (plain / "bench.yaml").read_text().replace("bench: {", "bench: {pii: rules, ")
    (guarded / "bench.yaml").write_text(text + "pii: {rules: {}}\n")
    for name, policies in (("no rules", plain), ("again", guarded), ("new", guarded), ("held", guarded)):
        port, state = free_port(), RUN / f"state-{name.replace(' ', '-')}"
        shutil.copytree(RUN / "state", state)
        yield Subject(
            name=name,
            command=python("-m", "gateway", "serve", "--policies", relative(policies), "--port", str(port)),
            port=port,
            forms={name: "bench-same"},
            environment={**whole.environment, "GATEWAY_STATE_DIR": relative(state)},
            headers=whole.headers,
            fresh=name == "new",
            personal=name == "held",
            patience=90.0,  # what finds personal data is loaded first
        )


def _prepared(origin: str) -> dict[str, str]:
    """A state folder of its own, migrated, with a policy; the environment that names them."""
    policies = RUN / "policies"
    policies.mkdir(parents=True, exist_ok=True)
    (policies / "bench.yaml").write_text(POLICY.format(origin=origin))
    return migrated(RUN / "state", policies)


def migrated(state: Path, policies: Path) -> dict[str, str]:
    """The environment of a gateway with a fresh database in this state folder."""
    environment = {
        "BENCH_PROVIDER_KEY": "sk-bench",
        "GATEWAY_ENV": "dev",
        "GATEWAY_POLICIES": relative(policies),
        "GATEWAY_STATE_DIR": relative(state),
        "GATEWAY_ADMIN_PORT": "0",
        "OTEL_SDK_DISABLED": "true",
    }
    _gateway(environment, "migrate")
    return environment


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _key(environment: Mapping[str, str]) -> str:
    answer = json.loads(_gateway(environment, "keys", "create", "--team", "bench", "--name", "bench", "--json"))
    key: str = answer["key"]
    return key


def _gateway(environment: Mapping[str, str], *arguments: str) -> str:
    command = python("-m", "gateway", *arguments)
    done = subprocess.run(
        command, cwd=ROOT, env=inherited(environment), capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        raise DidNotStart(f"gateway {arguments[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout
