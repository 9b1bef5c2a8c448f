"""Logging in at a real OpenID provider, as a browser does: authorisation code, PKCE, and a session at the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gateway.providers.simulated.server import SimulatedServer
from tests.admin.conftest import GROUPS, admin_policy
from tests.support.ports import free_port
from tests.support.running import LoopThread, in_thread, serving
from tests.support.sdk_environments import lay, npm_oidc_env

pytestmark = pytest.mark.timeout(600)

PROVIDER = Path(__file__).parent / "oidc" / "provider.mjs"
SECRET = "a secret of the test's identity provider"


@pytest.fixture(scope="module")
def console(
    simulated: SimulatedServer, gateway_thread: LoopThread, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The admin port's address, of a gateway that takes logins at a real provider."""
    admin_port, provider_port = free_port(), free_port()
    callback = f"http://127.0.0.1:{admin_port}/admin/v1/callback"
    folder = npm_oidc_env()
    lay(PROVIDER, folder)
    process = subprocess.Popen(
        ["node", PROVIDER.name, callback, str(provider_port)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        settings = {
            "GATEWAY_ADMIN_PORT": str(admin_port),
            "GATEWAY_OIDC_ISSUER": issuer,
            "GATEWAY_OIDC_CLIENT_ID": "gateway-console",
            "GATEWAY_OIDC_CLIENT_SECRET": SECRET,
            "GATEWAY_OIDC_ROLES": GROUPS,
        }
        state = tmp_path_factory.mktemp("login")
        with in_thread(serving(admin_policy(simulated.url), state, more_settings=settings), gateway_thread) as running:
            yield gateway_thread.run(running.admin_url())
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # `node` may be a script around node
        process.communicate(timeout=10)


def browser() -> httpx.Client:
    return httpx.Client(timeout=30)


def sent_back(client: httpx.Client, console: str, name: str) -> str:
    """Log in at the provider under a name; the address at which the browser comes back to the gateway."""
    answer = client.get(f"{console}/admin/v1/login")
    assert answer.status_code == 302
    address = answer.headers["location"]
    for _ in range(12):
        if address.startswith(f"{console}/admin/v1/callback"):
            return address
        page = client.get(address)
        if page.is_redirect:
            address = str(page.next_request.url) if page.next_request else ""
            continue
        action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
        assert action is not None, page.text
        assert prompt is not None, page.text
        said = {"prompt": prompt[1], **({"login": name, "password": "any"} if prompt[1] == "login" else {})}
        done = client.post(action[1], data=said)
        assert done.is_redirect, done.text
        address = str(done.next_request.url) if done.next_request else ""
    raise AssertionError(address)


def log_in(client: httpx.Client, console: str, name: str) -> httpx.Response:
    return client.get(sent_back(client, console, name))


def test_a_person_logs_in_and_has_the_roles_of_his_groups(console: str) -> None:
    with browser() as client:
        done = log_in(client, console, "ada.viewer.finance")
        assert done.status_code == 200
        assert "gateway_session" in client.cookies
        told = client.get(f"{console}/admin/v1/me").json()
        assert (told["subject"], told["proof"], told["roles"]) == (
            "ada.viewer.finance",
            "session",
            ["viewer", "finance"],
        )
        assert client.get(f"{console}/admin/v1/teams").status_code == 200
        assert client.get(f"{console}/admin/v1/log").status_code == 403


def test_the_provider_is_asked_with_pkce_state_and_nonce(console: str) -> None:
    with browser() as client:
        asked = parse_qs(urlsplit(client.get(f"{console}/admin/v1/login").headers["location"]).query)
        again = parse_qs(urlsplit(client.get(f"{console}/admin/v1/login").headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    for drawn in ("state", "nonce", "code_challenge"):
        assert len(asked[drawn][0]) >= 43
        assert asked[drawn] != again[drawn]


def test_a_login_begins_where_the_provider_sends_the_browser_back_to(console: str) -> None:
    """Opened as `localhost`, the console would leave the login's cookie there, and the answer come without it."""
    with browser() as client:
        elsewhere = console.replace("127.0.0.1", "localhost")
        assert client.get(f"{elsewhere}/admin/v1/login/ways").json()["address"] == console


def test_a_second_login_ends_the_first_session(console: str) -> None:
    with browser() as first, browser() as second:
        log_in(first, console, "bob.viewer")
        assert first.get(f"{console}/admin/v1/me").status_code == 200
        log_in(second, console, "bob.viewer")
        assert first.get(f"{console}/admin/v1/me").status_code == 401
        assert second.get(f"{console}/admin/v1/me").status_code == 200


def test_who_has_no_role_gets_no_session(console: str) -> None:
    with browser() as client:
        client.headers["accept"] = "text/html,*/*"
        told = log_in(client, console, "eve")
        assert (told.status_code, told.headers["content-type"]) == (403, "text/html; charset=utf-8")
        assert "claim &#x27;groups&#x27;" in told.text
        assert 'href="/"' in told.text, "a person finds back to the console"
        assert client.get(f"{console}/admin/v1/me").status_code == 401


def test_an_answer_is_good_once_in_its_own_browser_and_with_its_own_state(console: str) -> None:
    with browser() as victim, browser() as thief:
        address = sent_back(victim, console, "ada.viewer")
        assert thief.get(address).status_code in {401, 429}
        thief.get(f"{console}/admin/v1/login")
        assert thief.get(address).status_code in {401, 429}
        other = address.replace("state=", "state=x")
        assert victim.get(other).status_code in {401, 429}
        assert victim.get(address).status_code == 200
        assert victim.get(address).status_code in {401, 429}
        assert "gateway_session" not in thief.cookies


def test_an_id_token_opens_no_api(console: str) -> None:
    """Without an audience of its own, this gateway takes no bearer tokens at all."""
    with browser() as client:
        answer = client.get(f"{console}/admin/v1/me", headers={"authorization": "Bearer a.b.c"})
    assert answer.status_code in {401, 429}


@pytest.mark.parametrize(
    ("query", "told"), [("?error=access_denied&state=x", "(access_denied)"), ("?error=<b>&state=x", "did not work")]
)
def test_a_person_who_comes_back_without_a_code_reads_why(console: str, query: str, told: str) -> None:
    with browser() as client:
        answer = client.get(f"{console}/admin/v1/callback{query}", headers={"accept": "text/html"})
    assert answer.status_code == 429 or told in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?error=access_denied&state=x", "?code=x&state=x"])
def test_a_callback_that_nobody_asked_for_is_refused(console: str, query: str) -> None:
    with browser() as client:
        assert client.get(f"{console}/admin/v1/callback{query}").status_code in {401, 429}
