"""Wrapping keys: each for its purpose, several versions, and moving from one keeper to another."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.checkpoint import BadCheckpoint, Head, SigningKey
from gateway.audit.keys import keeper_of
from gateway.audit.pseudonyms import Pseudonyms
from gateway.audit.record import place_mac
from gateway.audit.seal import CannotOpen, Sealer
from gateway.audit.vault import VaultTransit
from gateway.audit.wrapping import PURPOSES, CannotUnwrap, KeyWrapper, LocalKeys
from gateway.core.keys import derive_key
from gateway.settings import ConfigurationError, load_settings
from tests.support.transit import Transit, transit

ROOT, OTHER = (hashlib.sha256(name).digest() for name in (b"root", b"other"))
DATA_KEY, ID = bytes(range(32)), bytes(range(16))


@pytest.fixture
def vault() -> Iterator[Transit]:
    with transit() as server:
        yield server


@pytest.fixture(params=["local", "vault"])
def wrapper(request: pytest.FixtureRequest) -> KeyWrapper:
    if request.param == "local":
        return LocalKeys([ROOT])
    return VaultTransit(request.getfixturevalue("vault").address, lambda: "hvs.good")


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


@pytest.mark.parametrize("address", ["vault:8200", "http://vault/key", "ftp://vault/transit/key"])
def test_an_address_of_vault_names_mount_and_key(address: str) -> None:
    with pytest.raises(ValueError, match="mount and key"):
        VaultTransit(address, lambda: "t")


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
    vault: Transit, tmp_path: Path, around_every_test: None
) -> None:
    first = keeper(tmp_path)
    second = keeper(tmp_path, GATEWAY_AUDIT_KEY=base64.b64encode(OTHER).decode())
    at_vault = {"GATEWAY_AUDIT_VAULT": vault.address, "GATEWAY_AUDIT_VAULT_TOKEN": "hvs.good"}
    third = keeper(tmp_path, GATEWAY_AUDIT_KEY=base64.b64encode(OTHER).decode(), **at_vault)
    fourth = keeper(tmp_path, GATEWAY_AUDIT_KEEPER="tests.support.audit_logs:plug", **at_vault)
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
        ("GATEWAY_AUDIT_VAULT", ""),
        ("GATEWAY_AUDIT_VAULT_CA", "/no/such/file"),
        ("GATEWAY_AUDIT_VAULT_TOKEN", ""),
    ],
)
def test_a_keeper_that_cannot_be_had_is_named(tmp_path: Path, name: str, value: str) -> None:
    vault = {"GATEWAY_AUDIT_VAULT": "https://vault/transit/key", "GATEWAY_AUDIT_VAULT_TOKEN": "hvs.t"}
    with pytest.raises(ConfigurationError) as refused:
        keeper(tmp_path, **{**vault, name: value})
    assert refused.value.setting == name
