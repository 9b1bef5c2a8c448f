"""Breaking the glass in production: real processes, and an alert that goes out whatever the breaker's environment."""

from __future__ import annotations

import getpass
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from gateway.providers.simulated.server import SimulatedServer
from tests.support.anchor_places import in_a_thread
from tests.support.canaries import EMAIL
from tests.support.replicas import environment, log_of, outcome, replica_processes, with_key
from tests.support.running import TEST_ADMIN_TOKEN, TEST_ROOT_KEY

POLICY = """\
version: 1
providers:
  sim: {{kind: local, base_url: "{url}/local/v1", region: on_prem, engine: vllm}}
models:
  fast: {{targets: [{{provider: sim, model: m}}]}}
teams:
  support: {{models: [fast]}}
alerts:
  to: ["json://127.0.0.1:{port}/hook"]
"""
AT_ONCE = 10
"""Seconds from the end of the command, on a machine that is busy: a gateway looks every two."""


class Hook(ThreadingHTTPServer):
    """Takes alerts. `got`: (when, what)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.got: list[tuple[float, dict[str, Any]]] = []


class _Take(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.got.append((time.monotonic(), said))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def test_glass_that_is_broken_in_production_alerts_at_once(simulated: SimulatedServer, tmp_path: Path) -> None:
    hook = Hook()
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.yaml").write_text(POLICY.format(url=simulated.url, port=hook.server_address[1]))
    prod = {"GATEWAY_ENV": "prod", "GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_ADMIN_TOKEN": TEST_ADMIN_TOKEN}
    auditors = {"GATEWAY_AUDITORS": getpass.getuser(), "GATEWAY_LOG_LEVEL": "info"}
    environ = environment(tmp_path, {**prod, **auditors})
    _, key = with_key(environ, team="support", user="anna")
    with in_a_thread(hook), replica_processes(tmp_path, environ, 1) as running:
        [url] = running
        asked = httpx.post(
            f"{url}/v1/chat/completions",
            headers={"authorization": f"Bearer {key}"},
            json={"model": "fast", "messages": [{"role": "user", "content": f"say {EMAIL}"}]},
            timeout=30,
        )
        assert asked.status_code == 200
        request = asked.headers["x-gateway-request-id"]
        deadline = time.monotonic() + 30
        while not _found(tmp_path, environ, request) and time.monotonic() < deadline:
            time.sleep(0.1)
        words = ["audit", "reveal", "--request", request, "--ticket", "SEC-9", "--reason", "leak", "--break-glass"]
        blind = {**environ, "GATEWAY_POLICIES": str(tmp_path / "none")}  # who breaks it says where policies are
        code, printed, remarked = outcome(tmp_path, blind, *words, "--json")
        assert code == 0, remarked
        ended = time.monotonic()
        while not hook.got and time.monotonic() < ended + 60:
            time.sleep(0.05)
    assert EMAIL in json.loads(printed)[0]["content"]["prompt"]
    [line] = remarked.splitlines()
    told = json.loads(line)
    assert (told["event"], told["ticket"], told["records"]) == ("audit_glass_broken", "SEC-9", 2)
    [(when, alert)] = hook.got
    assert when - ended < AT_ONCE
    assert (alert["type"], alert["title"]) == ("warning", "The glass was broken")
    assert f"{getpass.getuser()} is shown 2 records" in alert["message"]
    assert EMAIL not in json.dumps(alert)
    lines = [json.loads(text) for text in log_of(tmp_path, int(url.rpartition(":")[2])).read_text().splitlines()]
    assert [one["title"] for one in lines if one["event"] == "alert_told"] == ["The glass was broken"]


def _found(home: Path, environ: dict[str, str], request: str) -> bool:
    code, _, _ = outcome(home, environ, "audit", "search", "--request", request, "--kind", "outcome")
    return code == 0
