"""Settings of the admin port: no secret to be guessed, no role that does not exist, no provider in the clear."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest

from gateway.admin_settings import AdminSettings, is_strong, load_admin_settings
from gateway.core.administration import Assignment
from gateway.environment import ConfigurationError
from gateway.settings import load_settings, with_admin_token

OIDC = {
    "GATEWAY_OIDC_ISSUER": "https://login.example.com/realm",
    "GATEWAY_OIDC_CLIENT_ID": "console",
    "GATEWAY_OIDC_ROLES": "ops=key-admin, security ;a=b=viewer; leads = team-admin:support+sales",
}


def loaded(tmp_path: Path, environment: str = "prod", **environ: str) -> AdminSettings:
    return load_admin_settings(environ, environment, tmp_path)


def refused(tmp_path: Path, **environ: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as raised:
        loaded(tmp_path, **environ)
    return raised.value


@pytest.mark.parametrize(
    "token",
    [
        "",
        "admin",
        "changeme",
        "a" * 64,
        "ab" * 32,
        "0123456789abcdef" * 4,
        "deadbeef" * 8,
        "password" + "1aB2cD3eF4gH5iJ6kL7mN8oP9qR0",
        "correcthorsebatterystaplecorrecthorse",
        "kT7vXq2mNc8RbW4zLp9sYd3fHj6gQa1",
        "with spaces in it kT7vXq2mNc8RbW4zLp9s",
        "kT7vXq2mNc8RbW4zLp9sYd3fHj6gQa1\u00e9",
    ],
)
def test_a_weak_token_is_refused_by_its_setting_and_not_quoted(tmp_path: Path, token: str) -> None:
    error = refused(tmp_path, GATEWAY_ADMIN_TOKEN=token)
    assert error.setting == "GATEWAY_ADMIN_TOKEN"
    assert not token or token not in str(error)
    assert not is_strong(token)


def test_random_tokens_are_strong() -> None:
    for _ in range(2000):
        assert is_strong(secrets.token_hex(32))
        assert is_strong(secrets.token_urlsafe(32))
        assert is_strong(base64.b64encode(secrets.token_bytes(32)).decode())


def test_a_start_in_dev_makes_a_token_for_its_owner_alone_and_nothing_else_does(tmp_path: Path) -> None:
    prod, dev = (load_settings({"GATEWAY_STATE_DIR": str(tmp_path), "GATEWAY_ENV": name}) for name in ("prod", "dev"))
    assert prod.admin.token is dev.admin.token is with_admin_token(prod).admin.token is None
    assert list(tmp_path.iterdir()) == []  # a machine that only runs commands keeps none
    made = with_admin_token(dev).admin.token
    assert made is not None
    assert is_strong(made.reveal())
    assert loaded(tmp_path, "dev").token == with_admin_token(dev).admin.token == made
    assert (tmp_path / "admin.token").stat().st_mode & 0o077 == 0
    assert made.reveal() not in repr(loaded(tmp_path, "dev"))


def test_groups_have_roles(tmp_path: Path) -> None:
    oidc = loaded(tmp_path, **OIDC).oidc
    assert oidc is not None
    assert oidc.roles == {
        "ops": (Assignment("key-admin"), Assignment("security")),
        "a=b": (Assignment("viewer"),),
        "leads": (Assignment("team-admin", ("support", "sales")),),
    }
    assert (oidc.groups_claim, oidc.audience, oidc.client_secret) == ("groups", None, None)


@pytest.mark.parametrize(
    ("roles", "hint"),
    [
        ("", "missing"),
        ("ops", "group=role"),
        ("=viewer", "group=role"),
        ("ops=viewer;ops=finance", "once"),
        ("ops=key-admn", "key-admin"),
        ("ops=owner", "there is no role"),
        ("ops=", "there is no role"),
        ("ops=team-admin", "names its teams"),
        ("ops=viewer:support", "holds everywhere"),
    ],
)
def test_roles_that_cannot_be_meant_are_refused(tmp_path: Path, roles: str, hint: str) -> None:
    error = refused(tmp_path, **{**OIDC, "GATEWAY_OIDC_ROLES": roles})
    assert error.setting == "GATEWAY_OIDC_ROLES"
    assert hint in error.message


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example.com",
        "ftp://x",
        "login.example.com",
        "https://",
        "https://u:p@x",
        "https://x?a=b",
        "https://x:y",
    ],
)
def test_a_provider_in_the_clear_is_refused(tmp_path: Path, issuer: str) -> None:
    assert refused(tmp_path, **{**OIDC, "GATEWAY_OIDC_ISSUER": issuer}).setting == "GATEWAY_OIDC_ISSUER"


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9000", "http://localhost/realm", "http://[::1]:1"])
def test_a_provider_on_this_machine_needs_no_tls(tmp_path: Path, issuer: str) -> None:
    assert loaded(tmp_path, **{**OIDC, "GATEWAY_OIDC_ISSUER": issuer}).oidc is not None


def test_a_provider_needs_a_use(tmp_path: Path) -> None:
    without = {name: value for name, value in OIDC.items() if name != "GATEWAY_OIDC_CLIENT_ID"}
    assert refused(tmp_path, **without).setting == "GATEWAY_OIDC_CLIENT_ID"
    assert loaded(tmp_path, **without, GATEWAY_OIDC_AUDIENCE="api").oidc is not None


def test_the_address_of_the_console_is_one(tmp_path: Path) -> None:
    assert loaded(tmp_path, GATEWAY_ADMIN_URL="https://admin.example.com/").url == "https://admin.example.com"
    for wrong in ("http://admin.example.com", "https://admin.example.com/console", "admin"):
        assert refused(tmp_path, GATEWAY_ADMIN_URL=wrong).setting == "GATEWAY_ADMIN_URL"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_port_that_listens_everywhere_says_where_browsers_find_it_for_logins(tmp_path: Path, host: str) -> None:
    assert refused(tmp_path, **OIDC, GATEWAY_ADMIN_HOST=host).setting == "GATEWAY_ADMIN_URL"
    assert loaded(tmp_path, **OIDC, GATEWAY_ADMIN_HOST=host, GATEWAY_ADMIN_URL="https://admin.example.com").oidc
    assert loaded(tmp_path, GATEWAY_ADMIN_HOST=host).oidc is None, "the token needs no address"
