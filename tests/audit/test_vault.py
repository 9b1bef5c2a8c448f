"""Data keys wrapped by Vault's Transit engine, over real HTTP and TLS."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit import vault as vault_module
from gateway.audit.keys import keeper_of
from gateway.audit.vault import VaultTransit
from gateway.audit.wrapping import CannotUnwrap, KeyWrapper
from gateway.settings import ConfigurationError, load_settings
from tests.support.anchor_places import Authority
from tests.support.transit import Transit, transit

ROOT = base64.b64encode(hashlib.sha256(b"root").digest()).decode()
DATA_KEY, ID = bytes(range(32)), bytes(range(16))


@pytest.fixture
def vault() -> Iterator[Transit]:
    with transit() as server:
        yield server


def keeper(folder: Path, vault: Transit, **settings: str) -> KeyWrapper:
    """As the gateway makes it of its settings."""
    given = {"GATEWAY_STATE_DIR": str(folder), "GATEWAY_ROOT_KEY": ROOT, "GATEWAY_AUDIT_VAULT": vault.address}
    return keeper_of(load_settings({**given, **(settings or {"GATEWAY_AUDIT_VAULT_TOKEN": "hvs.good"})}))


def test_a_key_is_rotated_under_the_same_address(vault: Transit, tmp_path: Path) -> None:
    keys = keeper(tmp_path, vault)
    kek, wrapped = keys.wrap(DATA_KEY, ID)
    assert DATA_KEY not in wrapped
    vault.keys.append(bytes(32))
    assert (kek, keys.current) == ("vault:v1", "vault:v2")
    assert keys.unwrap(wrapped, ID, kek) == DATA_KEY
    assert keys.wrap(DATA_KEY, ID)[0] == "vault:v2"
    asked = ("/v1/transit/encrypt/gateway-audit", "/v1/transit/keys/gateway-audit", "/v1/transit/decrypt/gateway-audit")
    assert [path for _, path, _ in vault.requests] == [*asked, asked[0]]


def test_a_token_that_is_rotated_in_its_file_is_the_one_that_is_sent(vault: Transit, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("hvs.good\n")
    keys = keeper(tmp_path, vault, GATEWAY_AUDIT_VAULT_TOKEN_FILE=str(token))
    kek, wrapped = keys.wrap(DATA_KEY, ID)
    vault.tokens = {"hvs.new"}
    with pytest.raises(CannotUnwrap, match="the token has ended"):
        keys.unwrap(wrapped, ID, kek)
    token.write_text("hvs.new")
    assert keys.unwrap(wrapped, ID, kek) == DATA_KEY
    token.unlink()
    with pytest.raises(CannotUnwrap, match="token cannot be read"):
        keys.unwrap(wrapped, ID, kek)
    token.write_text("")
    with pytest.raises(CannotUnwrap, match="token is empty"):
        keys.unwrap(wrapped, ID, kek)


def test_a_token_that_is_rotated_while_it_is_refused_is_tried_too(vault: Transit) -> None:
    tokens = iter(["hvs.ended", "hvs.good", "hvs.good"])
    assert VaultTransit(vault.address, lambda: next(tokens)).wrap(DATA_KEY, ID)[0] == "vault:v1"
    assert [headers["X-Vault-Token"] for _, _, headers in vault.requests] == ["hvs.ended", "hvs.good"]


@pytest.mark.parametrize("status", [412, 429, 473, 500, 502, 503])
def test_who_fails_for_a_moment_is_asked_again(vault: Transit, tmp_path: Path, status: int) -> None:
    vault.ailing.extend([status, status])
    assert keeper(tmp_path, vault).wrap(DATA_KEY, ID)[0] == "vault:v1"
    assert len(vault.requests) == 3


def test_who_goes_on_failing_is_told_of_within_the_time(
    vault: Transit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module, "SECONDS", 1.0)
    vault.ailing.extend([503] * 100)
    began = time.monotonic()
    with pytest.raises(CannotUnwrap, match=r"refuses to encrypt with gateway-audit: it is sealed \(status 503\)"):
        keeper(tmp_path, vault).wrap(DATA_KEY, ID)
    assert time.monotonic() - began < 20
    assert len(vault.requests) <= 4


def test_a_namespace_is_sent(vault: Transit, tmp_path: Path) -> None:
    vault.namespace = "team-a/llm"
    with pytest.raises(CannotUnwrap, match="there is no key gateway-audit at transit"):
        keeper(tmp_path, vault).wrap(DATA_KEY, ID)
    named = {"GATEWAY_AUDIT_VAULT_TOKEN": "hvs.good", "GATEWAY_AUDIT_VAULT_NAMESPACE": "team-a/llm"}
    assert keeper(tmp_path, vault, **named).wrap(DATA_KEY, ID)[0] == "vault:v1"


def test_a_certificate_is_verified_by_the_authority_that_is_named(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with transit(authority.context) as vault:
        named = {"GATEWAY_AUDIT_VAULT_TOKEN": "hvs.good", "GATEWAY_AUDIT_VAULT_CA": str(authority.file)}
        assert keeper(tmp_path, vault, **named).wrap(DATA_KEY, ID)[0] == "vault:v1"
        with pytest.raises(CannotUnwrap, match="GATEWAY_AUDIT_VAULT_CA"):
            keeper(tmp_path, vault).wrap(DATA_KEY, ID)
        assert len(vault.requests) == 1


def test_each_refusal_says_what_to_do_and_none_tells_the_token(vault: Transit, tmp_path: Path) -> None:
    keys = keeper(tmp_path, vault)
    kek, wrapped = keys.wrap(DATA_KEY, ID)
    told: list[str] = []

    def refused(ask: object = None) -> str:
        with pytest.raises(CannotUnwrap) as why:
            keys.unwrap(wrapped, ID, kek) if ask is None else keys.current
        told.append(str(why.value))
        return told[-1]

    vault.allowed = {"encrypt"}
    assert "its policy lacks 'update' on transit/decrypt/gateway-audit (status 403)" in refused()
    assert "its policy lacks 'read' on transit/keys/gateway-audit (status 403)" in refused("current")
    vault.allowed = {"encrypt", "decrypt", "keys"}
    vault.keys.append(bytes(32))
    vault.least = 2
    assert "min_decryption_version" in refused()
    vault.least, vault.keys = 1, [bytes(32)]
    assert "wrapped by another key, or was changed or moved" in refused()
    vault.name = "other"
    assert "there is no such key; make one of type aes256-gcm96 (status 400)" in refused()
    assert "there is no key gateway-audit at transit" in refused("current")
    vault.ailing.append(307)
    assert "a standby that points elsewhere" in refused()
    vault.ailing.append(418)
    assert "status 418" in refused()
    assert not [text for text in told if "hvs" in text]
    assert "hvs" not in repr(keys)


def test_who_is_away_is_told_of_without_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_module, "SECONDS", 0.3)
    with pytest.raises(CannotUnwrap, match=r"Vault at 127.0.0.1 does not answer \(ConnectionRefusedError\)") as away:
        VaultTransit("http://127.0.0.1:9/transit/key", lambda: "hvs.wrong").wrap(DATA_KEY, ID)
    assert "hvs" not in str(away.value)


def test_an_answer_that_drips_is_cut_off_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte would begin the socket's own limit anew."""
    monkeypatch.setattr(vault_module, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                        while True:
                            connection.sendall(b" ")
                            time.sleep(0.02)

        threading.Thread(target=drip, daemon=True).start()
        begun = time.monotonic()
        with pytest.raises(CannotUnwrap, match=r"does not answer \(TimeoutError\)"):
            VaultTransit(f"http://127.0.0.1:{listener.getsockname()[1]}/transit/key", lambda: "t").wrap(DATA_KEY, ID)
        assert time.monotonic() - begun < 20


def test_what_no_request_can_hold_is_told_without_the_token() -> None:
    with pytest.raises(CannotUnwrap, match="other letters than ASCII") as refused:
        VaultTransit("http://127.0.0.1:9/transit/key", lambda: "hvs.\u20ac").wrap(DATA_KEY, ID)
    assert "hvs" not in str(refused.value)
    with pytest.raises(CannotUnwrap, match=r"Vault at vault..corp does not answer \(Unicode(Encode)?Error\)"):
        VaultTransit("https://vault..corp:8200/transit/key", lambda: "t").wrap(DATA_KEY, ID)
    with pytest.raises(ValueError, match="namespace"):
        VaultTransit("http://127.0.0.1:9/transit/key", lambda: "t", namespace="\u20ac")


@pytest.mark.parametrize(
    ("plug", "why"),
    [
        ("os:nothing", "cannot be loaded (AttributeError)"),
        ("nothing_there:make", "cannot be loaded (ModuleNotFoundError)"),
        ("os:getcwd", "makes no gateway.audit.wrapping.KeyWrapper"),
        ("os:abs", "cannot be loaded (AttributeError)"),
        ("math:sqrt", "cannot be loaded (TypeError)"),
    ],
)
def test_a_plug_that_is_none_is_an_error_of_its_setting(plug: str, why: str, tmp_path: Path) -> None:
    settings = {"GATEWAY_STATE_DIR": str(tmp_path), "GATEWAY_ROOT_KEY": ROOT, "GATEWAY_AUDIT_KEEPER": plug}
    with pytest.raises(ConfigurationError) as refused:
        keeper_of(load_settings(settings))
    assert (refused.value.setting, refused.value.message) == ("GATEWAY_AUDIT_KEEPER", why)
