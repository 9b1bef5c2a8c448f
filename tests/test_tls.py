"""No context is laxer than it should be, and none asks a question on a terminal."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from gateway.tls import tls_context


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_context_is_strict(ca_file: str) -> None:
    for context in (tls_context(), tls_context(ca_file)):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert not tls_context(ca_file).verify_flags & ssl.VERIFY_X509_STRICT
    assert len(tls_context(ca_file).get_ca_certs()) == 1


def test_context_refuses_halves(ca_file: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        tls_context(ca_file, "certificate.pem", None)
    with pytest.raises(ValueError):
        tls_context(ca_file, None, "key.pem")
    with pytest.raises(OSError):
        tls_context(str(tmp_path / "absent.pem"))


def test_context_asks_nobody_for_a_passphrase(ca_file: str, authority: trustme.CA, tmp_path: Path) -> None:
    certificate = authority.issue_cert("gateway.example")
    key = serialization.load_pem_private_key(certificate.private_key_pem.bytes(), None)
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"passphrase"),
        )
    )
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "certificate.pem"))
    with pytest.raises(ValueError):
        tls_context(ca_file, str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem"))
