"""What stands before the routes: whom a request is addressed to, what answers carry, and that nothing lacks a guard."""

from __future__ import annotations

import re
import socket
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler

from gateway.admin.application import admin_litestar
from gateway.admin.guards import PUBLIC, Guard
from gateway.core.administration import Right
from tests.admin.conftest import TOKEN, AdminPort

OPEN = {
    "/",
    "/console.css",
    "/console.js",
    "/icon.svg",
    "/admin/v1/callback",
    "/admin/v1/login",
    "/admin/v1/login/ways",
    "/admin/v1/session",
}
"""All that a stranger reaches: the console's files, and ways to log in."""


def routes(admin: AdminPort) -> list[tuple[str, HTTPRouteHandler]]:
    application: Any = admin_litestar(admin.running.application.admin._made().context)
    return [(route.path, handler) for route in application.routes for handler in route.route_handlers]


def test_every_handler_has_a_guard_of_its_own_or_says_that_it_is_open(admin: AdminPort) -> None:
    opened = set()
    for path, handler in routes(admin):
        guards = [guard for guard in handler.guards or () if isinstance(guard, Guard)]
        if handler.fn.__name__ == "options_handler":  # the framework's: tells the methods, and nothing else
            assert handler.http_methods == {"OPTIONS"}
        elif handler.opt.get(PUBLIC):
            assert not guards
            opened.add(path)
        else:
            assert len(guards) == 1, path
            assert guards[0].right in {None, *Right}
    assert opened == OPEN


def test_strangers_reach_what_is_open_and_nothing_else(admin: AdminPort) -> None:
    with admin.stranger() as client:
        for path, handler in routes(admin):
            for method in handler.http_methods - {"OPTIONS"}:
                concrete = re.sub(r"\{[^}]*\}", "0123456789", path)
                answer = client.request(method, f"{admin.url}{concrete}", json={} if method == "POST" else None)
                assert (answer.status_code in {401, 429}) is (path not in OPEN) or path == "/admin/v1/session", path


def test_what_the_console_is_made_of_says_its_type_once(admin: AdminPort) -> None:
    with admin.stranger() as client:
        told = {path: client.get(f"{admin.url}{path}").headers["content-type"] for path in OPEN if path.count("/") == 1}
        page = client.get(admin.url).text
    assert told == {
        "/": "text/html; charset=utf-8",
        "/console.css": "text/css; charset=utf-8",
        "/console.js": "text/javascript; charset=utf-8",
        "/icon.svg": "image/svg+xml",
    }
    named = re.findall(r'(?:href|src)="(/[^"]+)"', page)
    assert set(named) - {"/admin/v1/login"} == set(told) - {"/"}, "browsers ask for no file that is not there"


def test_who_mistypes_an_address_in_a_browser_finds_back_to_the_console(admin: AdminPort) -> None:
    with admin.stranger() as client:
        shown = client.get(f"{admin.url}/admin", headers={"accept": "text/html,*/*"})
        told = client.get(f"{admin.url}/admin")
    assert (shown.status_code, told.status_code) == (404, 404)
    assert 'href="/"' in shown.text
    assert told.json()["error"]["code"] == "not_found"


def raw(admin: AdminPort, head: bytes) -> bytes:
    port = int(admin.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head + b"Connection: close\r\n\r\n")
        answer = b""
        while data := connection.recv(65536):
            answer += data
    return answer


HOSTS = [
    b"h/#",
    b"h/?x",
    b"h/",
    b"a@b",
    b"",
    b"127.0.0.1:1/#@x",
    b"localhost:4000/#@x",
    b"evil.example",
    b"localhost.evil.example",
    b"127.0.0.1.evil.example",
    b"localhost\\@evil",
    b"x" * 8192,
    b"127.0.0.1, localhost",
    b"[::1",
    b"localhost:99999999",
    b"localhost%00",
]


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host[:24].decode() or "empty")
def test_a_doctored_host_is_refused_before_any_route(admin: AdminPort, host: bytes) -> None:
    for path in (b"/admin/v1/keys", b"/", b"/no/such/path"):
        line = b"GET " + path + b" HTTP/1.1\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\nHost: " + host + b"\r\n"
        answer = raw(admin, line)
        assert answer.startswith(b"HTTP/1.1 400"), answer[:200]
        assert b"gwk_" not in answer


@pytest.mark.parametrize(
    "head",
    [
        b"GET /admin/v1/keys HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n",
        b"GET /admin/v1/keys HTTP/1.1\r\n",
        b"GET http://localhost/admin/v1/keys HTTP/1.1\r\nHost: localhost\r\n",
        b"GET //localhost/admin/v1/keys HTTP/1.1\r\nHost: localhost\r\n",
    ],
    ids=["two", "none", "absolute form", "two slashes"],
)
def test_a_target_that_is_not_plainly_ours_is_refused(admin: AdminPort, head: bytes) -> None:
    assert raw(admin, head + b"Authorization: Bearer " + TOKEN.encode() + b"\r\n").startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("host", [b"localhost", b"LOCALHOST:8081", b"127.0.0.1", b"[::1]:8081", b"10.0.0.1"])
def test_names_that_nobody_can_rebind_are_fine(admin: AdminPort, host: bytes) -> None:
    assert raw(admin, b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n").startswith(b"HTTP/1.1 200")


def test_every_answer_is_hardened_and_none_invites_another_origin(admin: AdminPort) -> None:
    with admin.stranger() as client:
        for answer in (
            client.get(f"{admin.url}/", headers={"origin": "https://evil.example"}),
            client.get("/keys"),
            client.get("/nowhere"),
            client.options(
                "/keys", headers={"origin": "https://evil.example", "access-control-request-method": "POST"}
            ),
            client.get("/keys", headers={"host": "evil.example"}),
        ):
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["cache-control"] == "no-store"
            assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("kind", "status"),
    [("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("multipart/form-data", 415)],
)
def test_a_body_that_a_form_could_send_is_none(admin: AdminPort, kind: str, status: int) -> None:
    for path in ("/keys", "/session"):
        answer = admin.api.post(path, content=b'{"token":"x"}', headers={"content-type": kind})
        assert answer.status_code == status


def test_a_long_body_is_refused(admin: AdminPort) -> None:
    assert admin.api.post("/keys", json={"team": "x" * 100_000}).status_code == 413


@pytest.mark.parametrize(
    "body", ["[" * 60_000, '{"token":' * 6_000, '{"team":' * 6_000], ids=["lists", "token", "team"]
)
def test_a_body_that_nests_too_deep_is_no_defect_of_ours(
    admin: AdminPort, body: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nor may a stranger fill the log with such."""
    with admin.stranger() as stranger:
        for client, path in ((admin.api, "/keys"), (stranger, "/session")):
            answer = client.post(path, content=body, headers={"content-type": "application/json"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert "fault" not in capfd.readouterr().err


def test_a_body_that_is_no_text_is_no_defect_of_ours(admin: AdminPort, capfd: pytest.CaptureFixture[str]) -> None:
    with admin.stranger() as stranger:
        for client, path, body in ((admin.api, "/keys", b'{"team":"\xff"}'), (stranger, "/session", b'{"\xff":"x"}')):
            answer = client.post(path, content=body, headers={"content-type": "application/json"})
            assert (answer.status_code, answer.json()["error"]["message"]) == (400, "The body is not valid UTF-8.")
    assert "fault" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("path", "body", "names"),
    [
        ("/keys?limit=0", None, "'limit': Expected `int` >= 1"),
        ("/keys?limit=ten", None, "'limit': Expected `int`, got `str`"),
        ("/usage?since=7d", None, "'since': Invalid RFC3339 encoded datetime"),
        ("/keys", {}, "the body: Object missing required field `team`"),
        ("/keys", {"team": "support", "models": ["fast-chat", 3]}, "'models[1]': Expected `str`, got `int`"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(admin: AdminPort, path: str, body: object, names: str) -> None:
    answer = admin.api.get(path) if body is None else admin.api.post(path, json=body)
    assert answer.status_code == 400
    assert names in answer.json()["error"]["message"]


def test_an_unknown_field_is_not_repeated(admin: AdminPort) -> None:
    """Somebody's password may have slipped there."""
    answer = admin.api.post("/keys", json={"team": "support", "hunter2": "x"})
    assert answer.status_code == 400
    assert "hunter2" not in answer.text


def test_the_proxy_serves_nothing_of_it(admin: AdminPort) -> None:
    with admin.stranger() as client:
        answer = client.get(f"{admin.running.url}/admin/v1/keys", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 404
