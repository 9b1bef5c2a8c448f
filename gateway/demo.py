"""`gateway demo`: the whole gateway on one machine, with simulated providers, and something to paste.

Needs nothing but itself: SQLite and a generated root key in the state directory, a key for the team `demo`, and
providers that answer on loopback, each in its own dialect. A provider whose real key is in the environment is real.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import threading
import time
from collections.abc import Mapping

from gateway.admin_settings import TOKEN_FILE
from gateway.app import Application
from gateway.audit.made_with import begin, with_key_of
from gateway.policy.demo import demo_policy, real_providers
from gateway.policy.source import FixedPolicies
from gateway.providers.simulated.server import serve_simulated
from gateway.serve import keep_apart, port_to_listen, run, url_of
from gateway.settings import Settings, load_settings, with_admin_token
from gateway.storage.audit_log import AuditTables
from gateway.storage.engine import open_engine
from gateway.storage.keys import KeyIssuer
from gateway.storage.schema import migrate
from gateway.telemetry import logs
from gateway.telemetry.libraries import hear_libraries
from gateway.telemetry.traces import are_wanted

KEY_SECONDS = 7 * 86_400.0


def demo(arguments: argparse.Namespace) -> int:
    """Serve the demo until a signal; raises ConfigurationError."""
    settings = load_settings(os.environ)
    port = port_to_listen(arguments.host, arguments.port)
    keep_apart(arguments.host, port, settings)
    are_wanted(os.environ)  # or why they cannot be sent
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    logs.configure(settings.log_level)
    hear_libraries()
    settings, key = asyncio.run(_prepared(with_admin_token(settings)))
    print("The gateway starts; that takes some seconds.", flush=True)
    simulated_url = _simulated_in_thread()
    policy = demo_policy(os.environ, simulated_url)
    told = welcome(url_of(arguments.host, port), key, _console(settings), os.environ)
    application = Application(settings, lambda: FixedPolicies(policy), os.environ)
    run(application, arguments.host, port, workers=1, listening=lambda: print(told, flush=True))
    return 0


async def _prepared(settings: Settings) -> tuple[Settings, str]:
    """With the root key, and the text of a fresh key for the team `demo`, in a migrated database; raises
    ConfigurationError where that is another root key's.
    """
    engine = open_engine(settings.database_url.reveal())
    try:
        await migrate(engine)
        settings = await with_key_of(AuditTables(engine), settings)
        await begin(AuditTables(engine), settings)
        now = time.time()
        issuer = KeyIssuer(engine, settings.key_for("virtual-key-pepper"), settings.environment)
        issued = await issuer.create(team="demo", name="make demo", now=now, expires_at=now + KEY_SECONDS)
        return settings, issued.key.text
    finally:
        await engine.dispose()


def _simulated_in_thread() -> str:
    """Start the simulated providers on a loop of their own, as something apart would be; their URL."""
    started: dict[str, str] = {}
    ready = threading.Event()

    async def serve() -> None:
        server = await serve_simulated()
        started["url"] = server.url
        ready.set()
        await asyncio.Event().wait()

    threading.Thread(target=asyncio.run, args=(serve(),), name="simulated providers", daemon=True).start()
    ready.wait(10)
    return started["url"]


def _console(settings: Settings) -> str:
    """Where it is, and how one gets in."""
    made = settings.state_dir / TOKEN_FILE
    token = f"the token in {made}" if made.exists() else "GATEWAY_ADMIN_TOKEN"
    return f"http://{settings.admin.host}:{settings.admin.port}   (log in with {token})"


def welcome(url: str, key: str, console: str, environ: Mapping[str, str]) -> str:
    """What the demo prints: the address, the key, and a line to paste for curl and each SDK."""
    real = real_providers(environ)
    providers = f"real: {', '.join(real)}; the others simulated" if real else "all simulated"
    hello = "Say hello in four languages"
    return f"""
LLM gateway demo ({providers})
  URL  {url}
  key  {key}   (team demo, valid for 7 days)
  console  {console}

curl
  curl -s {url}/v1/chat/completions -H 'Authorization: Bearer {key}' -H 'content-type: application/json' \
-d '{{"model":"fast-chat","messages":[{{"role":"user","content":"{hello}"}}]}}'

openai
  python3 -c 'from openai import OpenAI; print(OpenAI(base_url="{url}/v1", api_key="{key}").chat.completions.create(\
model="claude/claude-sonnet-4-5", messages=[{{"role":"user","content":"{hello}"}}]).choices[0].message.content)'

anthropic
  python3 -c 'from anthropic import Anthropic; print(Anthropic(base_url="{url}", api_key="{key}").messages.create(\
model="fast-chat", max_tokens=200, messages=[{{"role":"user","content":"{hello}"}}]).content[0].text)'

google-genai
  python3 -c 'from google import genai; client = genai.Client(api_key="{key}", http_options={{"base_url":"{url}"}}); \
print(client.models.generate_content(model="fast-chat", contents="{hello}").text)'

mistralai
  python3 -c 'from mistralai.client import Mistral; print(Mistral(server_url="{url}/mistral", api_key="{key}")\
.chat.complete(model="fast-chat", messages=[{{"role":"user","content":"{hello}"}}]).choices[0].message.content)'

The SDKs are yours to install: pip install openai anthropic google-genai mistralai

Stop with Ctrl-C.
"""
