"""Wrapping keys: each for its purpose, several versions, and Vault's Transit engine by its documented API."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.audit.checkpoint import BadCheckpoint, Head, SigningKey
from gateway.audit.keeping import keeper_of
from gateway.audit.record import place_mac
from gateway.audit.seal import CannotOpen, Sealer
from gateway.audit.vault import VaultTransit
from gateway.audit.wrapping import PURPOSES, CannotUnwrap, KeyWrapper, LocalKeys
from gateway.audit.writer import Pseudonyms
from gateway.core.keys import derive_key
from gateway.core.policy import Secret
from gateway.settings import ConfigurationError, load_settings

ROOT, OTHER = (hashlib.sha256(name).digest() for name in (b"root", b"other"))
DATA_KEY, ID = bytes(range(32)), bytes(range(16))


class FakeTransit(ThreadingHTTPServer):
    """Keeps to the API of Vault's Transit engine for one key of type aes256-gcm96."""

    token = "hvs.good"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Transit)
        self.keys = [os.urandom(32)]
        self.requests: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/transit/gateway-audit"


class _Transit(BaseHTTPRequestHandler):
    server: FakeTransit

    def do_GET(self) -> None:
        self.answer({"latest_version": len(self.server.keys), "type": "aes256-gcm96", "keys": {"1": 1}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        verb = self.path.split("/")[3]
        associated = base64.b64decode(body["associated_data"])
        if verb == "encrypt":
            nonce, version = os.urandom(12), len(self.server.keys)
            sealed = AESGCM(self.server.keys[-1]).encrypt(nonce, base64.b64decode(body["plaintext"]), associated)
            text = f"vault:v{version}:{base64.b64encode(nonce + sealed).decode()}"
            self.answer({"ciphertext": text, "key_version": version})
            return
        _, version_text, encoded = body["ciphertext"].split(":")
        sealed = base64.b64decode(encoded)
        try:
            plain = AESGCM(self.server.keys[int(version_text[1:]) - 1]).decrypt(sealed[:12], sealed[12:], associated)
        except Exception:  # noqa: BLE001  whatever does not decrypt is Vault's 400
            self.answer(None, 400)
            return
        self.answer({"plaintext": base64.b64encode(plain).decode()})

    def answer(self, data: Any, status: int = 200) -> None:
        self.server.requests.append(self.path)
        if self.headers["X-Vault-Token"] != self.server.token:
            status, data = 403, None
        reply = json.dumps(
            {"errors": ["refused"]} if data is None else {"request_id": "r", "lease_duration": 0, "data": data}
        ).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def transit() -> Iterator[FakeTransit]:
    server = FakeTransit()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["local", "vault"])
def wrapper(request: pytest.FixtureRequest) -> KeyWrapper:
    if request.param == "local":
        return LocalKeys([ROOT])
    return VaultTransit(request.getfixturevalue("transit").address, Secret(FakeTransit.token))


def test_a_wrapped_key_comes_back_under_its_own_id_only(wrapper: KeyWrapper) -> None:
    kek, wrapped = wrapper.wrap(DATA_KEY, ID)
    assert kek == wrapper.current
    assert DATA_KEY not in wrapped
    assert wrapper.unwrap(wrapped, ID, kek) == DATA_KEY
    with pytest.raises(CannotUnwrap):
        wrapper.unwrap(wrapped, bytes(16), kek)
    with pytest.raises(CannotUnwrap):
        wrapper.unwrap(wrapped, ID, "another:v1")


def test_an_older_key_still_unwraps_and_no_longer_wraps() -> None:
    kek, wrapped = LocalKeys([OTHER]).wrap(DATA_KEY, ID)
    rotated = LocalKeys([ROOT, OTHER])
    assert rotated.current != kek
    assert rotated.unwrap(wrapped, ID, kek) == DATA_KEY
    assert rotated.wrap(DATA_KEY, ID)[0] == rotated.current
    with pytest.raises(CannotUnwrap, match="GATEWAY_AUDIT_KEY_PREVIOUS"):
        LocalKeys([ROOT]).unwrap(wrapped, ID, kek)


def test_vault_rotates_under_the_same_address(transit: FakeTransit) -> None:
    vault = VaultTransit(transit.address, Secret(transit.token))
    kek, wrapped = vault.wrap(DATA_KEY, ID)
    transit.keys.append(os.urandom(32))
    assert (kek, vault.current) == ("vault:v1", "vault:v2")
    assert vault.unwrap(wrapped, ID, kek) == DATA_KEY
    assert vault.wrap(DATA_KEY, ID)[0] == "vault:v2"
    assert transit.requests[0] == "/v1/transit/encrypt/gateway-audit"


def test_vault_that_refuses_or_is_away_is_told_without_the_token(transit: FakeTransit) -> None:
    with pytest.raises(CannotUnwrap, match="status 403") as refused:
        VaultTransit(transit.address, Secret("hvs.wrong")).wrap(DATA_KEY, ID)
    assert "hvs" not in str(refused.value)
    with pytest.raises(CannotUnwrap, match="does not answer"):
        VaultTransit("http://127.0.0.1:9/transit/key", Secret("hvs.wrong")).wrap(DATA_KEY, ID)
    assert "hvs" not in repr(VaultTransit(transit.address, Secret("hvs.wrong")))


@pytest.mark.parametrize("address", ["vault:8200", "http://vault/key", "ftp://vault/transit/key"])
def test_an_address_of_vault_names_mount_and_key(address: str) -> None:
    with pytest.raises(ValueError, match="mount and key"):
        VaultTransit(address, Secret("t"))


def test_no_key_is_good_for_another_purpose() -> None:
    """Every artefact, made with each purpose's key, is refused by the key of every other purpose."""
    keys = {purpose: derive_key(ROOT, label) for purpose, label in PURPOSES.items()}
    keys["records"] = derive_key(ROOT, "anything else")
    head = Head(1, bytes(32))

    def wraps(maker: bytes, reader: bytes) -> bool:
        kek, wrapped = LocalKeys([maker]).wrap(DATA_KEY, ID)
        try:
            return LocalKeys([reader]).unwrap(wrapped, ID, kek) == DATA_KEY
        except CannotUnwrap:
            return False

    def signs(maker: bytes, reader: bytes) -> bool:
        try:
            return SigningKey(reader).verify_key.read(SigningKey(maker).checkpoint(head)) == head
        except BadCheckpoint:
            return False

    def seals(maker: bytes, reader: bytes) -> bool:
        try:
            return Sealer(reader, bytes(32)).open(Sealer(maker, bytes(32)).seal(b"x", b""), b"") == b"x"
        except CannotOpen:
            return False

    def places(maker: bytes, reader: bytes) -> bool:
        return place_mac(maker, 1, bytes(32)) == place_mac(reader, 1, bytes(32))

    def names(maker: bytes, reader: bytes) -> bool:
        return Pseudonyms(maker).team("a") == Pseudonyms(reader).team("a")

    for proof in (wraps, signs, seals, places, names):
        for (one, maker), (other, reader) in itertools.product(keys.items(), repeat=2):
            assert proof(maker, reader) == (one == other), (proof.__name__, one, other)


# --------------------------------------------------------------------------------------------------- from settings


def keeper(tmp_path: Path, **settings: str) -> KeyWrapper:
    root = base64.b64encode(ROOT).decode()
    return keeper_of(load_settings({"GATEWAY_STATE_DIR": str(tmp_path), "GATEWAY_ROOT_KEY": root, **settings}))


def test_moving_to_vault_and_to_a_plug_is_a_rotation_like_any_other(
    transit: FakeTransit, tmp_path: Path, no_blocking_calls: None
) -> None:
    first = keeper(tmp_path)
    second = keeper(tmp_path, GATEWAY_AUDIT_KEY=base64.b64encode(OTHER).decode())
    vault = {"GATEWAY_AUDIT_VAULT": transit.address, "GATEWAY_AUDIT_VAULT_TOKEN": transit.token}
    third = keeper(tmp_path, GATEWAY_AUDIT_KEY=base64.b64encode(OTHER).decode(), **vault)
    fourth = keeper(tmp_path, GATEWAY_AUDIT_KEEPER="tests.support.audit_logs:plug", **vault)
    wrapped = [each.wrap(DATA_KEY, ID) for each in (first, second, third, fourth)]
    assert [kek.partition(":")[0] for kek, _ in wrapped] == ["local", "local", "vault", "local"]
    assert len({kek for kek, _ in wrapped}) == 4
    for kek, key in wrapped[:3]:
        assert third.unwrap(key, ID, kek) == DATA_KEY
    assert fourth.unwrap(wrapped[3][1], ID, wrapped[3][0]) == DATA_KEY
    assert fourth.unwrap(wrapped[2][1], ID, wrapped[2][0]) == DATA_KEY
    with pytest.raises(CannotUnwrap, match="not loaded"):
        fourth.unwrap(wrapped[1][1], ID, wrapped[1][0])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_AUDIT_KEEPER", "no.such.module:make"),
        ("GATEWAY_AUDIT_KEEPER", "json:nothing"),
        ("GATEWAY_AUDIT_VAULT", "https://vault/x"),
    ],
)
def test_a_keeper_that_cannot_be_had_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        keeper(tmp_path, GATEWAY_AUDIT_VAULT_TOKEN="hvs.t", **{name: value})
    assert refused.value.setting == name
