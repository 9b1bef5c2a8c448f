"""Other gateways, measured beside ours where they are installed. None is a dependency; all are asked the same.

Looked for on the PATH and in tests/bench/out/peers, where `INSTALL` puts them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench.processes import OUT
from tests.bench.subjects import Subject
from tests.support.ports import free_port

PEERS = OUT / "peers"

INSTALL = {
    "nginx": "your system's package manager: nginx",
    "smg": "python3 -m venv tests/bench/out/peers/smg && tests/bench/out/peers/smg/bin/pip install smg",
    "litellm": "python3 -m venv tests/bench/out/peers/litellm"
    " && tests/bench/out/peers/litellm/bin/pip install 'litellm[proxy]'",
    "portkey": "npm install --prefix tests/bench/out/peers/portkey @portkey-ai/gateway",
}

_NGINX = """\
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream provider {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port}; keepalive_requests 1000000;
    location / {{
      proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
    }}
  }}
}}
"""

_LITELLM = """\
model_list:
  - model_name: bench-model
    litellm_params: {{model: openai/bench-model, api_base: "{origin}/v1", api_key: sk-bench}}
"""


def installed(name: str) -> str | None:
    """Where a peer's program is; None where it is not installed."""
    programs = {"portkey": PEERS / "portkey" / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"}
    own = programs.get(name, PEERS / name / "bin" / name)
    return str(own) if own.exists() else shutil.which(name, path=f"{os.defpath}:/usr/sbin:{os.environ.get('PATH', '')}")


def peers(origin: str, upstream_port: int) -> Iterator[Subject]:
    """Those that are installed, ready to start."""
    makers = {"nginx": _nginx, "smg": _smg, "litellm": _litellm, "portkey": _portkey}
    for name, make in makers.items():
        program = installed(name)
        if program:
            yield make(program, origin, upstream_port)


def missing() -> list[str]:
    return [name for name in INSTALL if not installed(name)]


def _folder(name: str) -> Path:
    folder = PEERS / f"{name}-run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _nginx(program: str, _origin: str, upstream_port: int) -> Subject:
    port, folder = free_port(), _folder("nginx")
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, upstream=upstream_port, port=port))
    return Subject(
        name="nginx",
        command=[program, "-c", str(configuration), "-p", str(folder)],
        port=port,
        forms={"nginx, plain proxy": "bench-model"},
    )


def _smg(program: str, origin: str, _upstream_port: int) -> Subject:
    port = free_port()
    return Subject(
        name="smg",
        command=[program, "launch", "--worker-urls", origin, "--host", "127.0.0.1", "--port", str(port)],
        port=port,
        forms={"smg, routes only": "bench-model"},
        patience=60,
    )


def _litellm(program: str, origin: str, _upstream_port: int) -> Subject:
    port, folder = free_port(), _folder("litellm")
    configuration = folder / "config.yaml"
    configuration.write_text(_LITELLM.format(origin=origin))
    return Subject(
        name="litellm",
        command=[program, "--config", str(configuration), "--host", "127.0.0.1", "--port", str(port)],
        port=port,
        forms={"LiteLLM, master key": "bench-model"},
        environment={"LITELLM_MASTER_KEY": "sk-bench-master", "LITELLM_LOG": "ERROR"},
        headers={"authorization": "Bearer sk-bench-master"},
        patience=90,
    )


def _portkey(program: str, origin: str, _upstream_port: int) -> Subject:
    port = free_port()
    return Subject(
        name="portkey",
        command=["node", program, f"--port={port}", "--headless"] if program.endswith(".js") else [program],
        port=port,
        forms={"Portkey, no key, no log": "bench-model"},
        environment={"TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost", "NODE_ENV": "production"},
        headers={
            "authorization": "Bearer sk-bench",
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"{origin}/v1",
        },
        streams=False,  # 1.15 with its current dependencies answers 500 to a streamed request
        patience=60,
    )
